dnl What daneprobe is linked with. A library that is missing is noted, and
dnl DP_REPORT_MISSING names all of them at once, with their packages.

dnl DP_MISSING(WHAT, DEBIAN, FEDORA, ALPINE)
AC_DEFUN([DP_MISSING], [
  dp_missing="$dp_missing
  $1
      Debian, Ubuntu: $2   Fedora: $3   Alpine: $4"
])

dnl DP_LIB(PREFIX, PKG-CONFIG SPEC, DEBIAN, FEDORA, ALPINE)
AC_DEFUN([DP_LIB], [
  PKG_CHECK_MODULES([$1], [$2],
    [DP_CPPFLAGS="$DP_CPPFLAGS $[]$1[]_CFLAGS"; DP_LIBS="$[]$1[]_LIBS $DP_LIBS"; dp_have_$1=yes],
    [dp_have_$1=no; DP_MISSING([$2], [$3], [$4], [$5])])
])

AC_DEFUN([DP_REPORT_MISSING], [
  AS_IF([test -n "$dp_missing"],
    [AC_MSG_ERROR([these are missing; install the packages named and run configure again:
$dp_missing
])])
])

dnl DP_WITH_LIBS(PREFIX, COMMANDS): run COMMANDS with that library's flags.
AC_DEFUN([DP_WITH_LIBS], [
  dp_save_CPPFLAGS=$CPPFLAGS
  dp_save_LIBS=$LIBS
  CPPFLAGS="$CPPFLAGS $[]$1[]_CFLAGS"
  LIBS="$[]$1[]_LIBS $LIBS"
  $2
  CPPFLAGS=$dp_save_CPPFLAGS
  LIBS=$dp_save_LIBS
])

dnl libunbound brings libevent or a part of it, and a second one beside it takes time at each
dnl start: the same is taken. As the dynamic linker sees it; where that can't be asked, the part.
AC_DEFUN([DP_UNBOUND_LIBEVENT], [
  dp_libevent=libevent_core
  AS_IF([test "$dp_have_UNBOUND" = yes], [
    DP_WITH_LIBS([UNBOUND], [
      AC_CACHE_CHECK([which libevent libunbound brings], [dp_cv_unbound_events],
        [dp_cv_unbound_events=libevent_core
         AC_LINK_IFELSE([AC_LANG_CALL([], [ub_ctx_create])],
           [AS_IF([ldd conftest$EXEEXT 2>/dev/null | grep 'libevent-' >/dev/null],
             [dp_cv_unbound_events=libevent])])])
    ])
    dp_libevent=$dp_cv_unbound_events
  ])
])

AC_DEFUN([DP_UNBOUND_EVENT], [
  AS_IF([test "$dp_have_UNBOUND" = yes], [
    DP_WITH_LIBS([UNBOUND], [
      AC_CACHE_CHECK([whether libunbound has its event API], [dp_cv_unbound_event],
        [AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <sys/types.h>
#include <unbound.h>
#include <unbound-event.h>
int main(void) { return ub_ctx_create_event(0) != 0; }
]])], [dp_cv_unbound_event=yes], [dp_cv_unbound_event=no])])
    ])
    AS_IF([test "$dp_cv_unbound_event" = no],
      [DP_MISSING([libunbound with ub_ctx_create_event (unbound's configure: --enable-event-api)],
        [libunbound-dev], [unbound-devel], [unbound-dev])])
  ])
])

dnl DP_CURL: HTTP, of any TLS library; but a page is fetched after a match only by one that can tie
dnl the connection to a key, as those with GnuTLS and with OpenSSL can. libcurl knows. Without it
dnl all the rest is there.
AC_DEFUN([DP_CURL], [
  AC_ARG_WITH([libcurl], [AS_HELP_STRING([--without-libcurl],
    [fetch no page, and ask no PowerDNS and no CA for its renewal windows])],
    [], [with_libcurl=auto])
  dp_have_CURL=no
  dp_curl_words="none: no page after a match, no PowerDNS, no renewal windows (libcurl4-gnutls-dev, libcurl-devel, curl-dev)"
  AS_IF([test "$with_libcurl" != no], [
    PKG_CHECK_MODULES([CURL], [libcurl],
      [DP_CPPFLAGS="$DP_CPPFLAGS $CURL_CFLAGS"; dp_have_CURL=yes],
      [AS_IF([test "$with_libcurl" = yes],
        [DP_MISSING([libcurl], [libcurl4-gnutls-dev], [libcurl-devel], [curl-dev])])])
  ])
  AM_CONDITIONAL([HAVE_CURL], [test "$dp_have_CURL" = yes])
  AS_IF([test "$dp_have_CURL" = yes], [
    DP_WITH_LIBS([CURL], [
      AC_CACHE_CHECK([which TLS library libcurl uses, and whether it ties a connection to a key], [dp_cv_curl_tls],
        [AC_RUN_IFELSE([AC_LANG_SOURCE([[
#include <stdio.h>
#include <curl/curl.h>
int main(void)
{
	FILE *f = fopen("conftest.out", "w");
	const char *tls = curl_version_info(CURLVERSION_NOW)->ssl_version;
	CURL *easy = curl_easy_init();
	CURLcode rc;
	if (!f || !easy)
		return 1;
	rc = curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY,
			      "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
	fprintf(f, "%s%s\n", tls ? tls : "no TLS library",
		rc == CURLE_OK ? "" : ", which can't: no page after a match");
	return fclose(f) != 0;
}
]])], [dp_cv_curl_tls=`cat conftest.out`], [dp_cv_curl_tls=unknown],
      [dp_cv_curl_tls="not asked: cross compiling"])])
    ])
    dp_curl_words="`$PKG_CONFIG --modversion libcurl 2>/dev/null` ($dp_cv_curl_tls)"
  ])
])

dnl DP_SONAME(PREFIX, NAME, SYMBOL, DEFAULT): libraries that are loaded when first needed, since the
dnl libraries that they bring would slow every start. Under which name is seen from a program linked
dnl with it; it becomes NAME_SONAME.
AC_DEFUN([DP_SONAME], [
  AC_CHECK_TOOL([READELF], [readelf], [no])
  AS_IF([test "$dp_have_$1" = yes], [
    DP_WITH_LIBS([$1], [
      AC_CACHE_CHECK([the name of m4_tolower([$2]) at run time], [dp_cv_soname_$1],
        [dp_cv_soname_$1=$4
         AC_LINK_IFELSE([AC_LANG_CALL([], [$3])],
           [dp_soname=`$READELF -d conftest$EXEEXT 2>/dev/null | sed -n 's/.*(NEEDED).*: .\(m4_tolower([$2]).*\).$/\1/p'`
            AS_IF([test -n "$dp_soname"], [dp_cv_soname_$1=$dp_soname])])])
    ])
    DP_CPPFLAGS="$DP_CPPFLAGS -D$2_SONAME='\"$dp_cv_soname_$1\"'"
  ])
])

dnl DP_NETTLE: bounds for the keys that libunbound verifies by, where it may do so by nettle. Its
dnl headers come with those of GnuTLS on Debian and Alpine.
AC_DEFUN([DP_NETTLE], [
  AC_ARG_WITH([nettle], [AS_HELP_STRING([--without-nettle],
    [put no bounds on the keys of zones: only where libunbound verifies by OpenSSL])], [], [with_nettle=auto])
  dp_have_NETTLE=no
  AS_IF([test "$with_nettle" != no], [
    AC_CHECK_HEADER([nettle/rsa.h],
      [AC_CHECK_LIB([gmp], [__gmpz_sizeinbase], [dp_have_NETTLE=yes])])
    AS_IF([test "$dp_have_NETTLE$with_nettle" = noyes],
      [DP_MISSING([nettle/rsa.h and gmp], [nettle-dev], [nettle-devel], [nettle-dev])])
  ])
  AS_IF([test "$dp_have_NETTLE" = yes], [
    DP_LIBS="$DP_LIBS -lgmp"
    dnl libraries see a function of the program only where it is exported
    for dp_name in sha1 sha256 sha512; do
      DP_LDFLAGS="$DP_LDFLAGS -Wl,--export-dynamic-symbol=nettle_rsa_${dp_name}_verify_digest"
    done
  ])
  AM_CONDITIONAL([HAVE_NETTLE], [test "$dp_have_NETTLE" = yes])
  AS_IF([test "$dp_have_NETTLE" = yes],
    [dp_refused=nettle_rsa_words; dp_nettle_words="bounded before nettle verifies by them"],
    [dp_refused=nettle_none_words; dp_nettle_words="as libunbound has them (nettle-dev, nettle-devel)"])
  DP_CPPFLAGS="$DP_CPPFLAGS -DREFUSED_WORDS=$dp_refused"
])

dnl DP_SECCOMP: the list of system calls that a check may make. Without libseccomp it goes by what
dnl else the system has; where it is asked for, it must be there.
AC_DEFUN([DP_SECCOMP], [
  AC_ARG_WITH([seccomp], [AS_HELP_STRING([--without-seccomp], [limit no system calls (libseccomp)])],
    [], [with_seccomp=auto])
  dp_have_SECCOMP=no
  AS_IF([test "$with_seccomp" != no], [
    PKG_CHECK_MODULES([SECCOMP], [libseccomp >= 2.5],
      [DP_CPPFLAGS="$DP_CPPFLAGS $SECCOMP_CFLAGS"; DP_LIBS="$SECCOMP_LIBS $DP_LIBS"; dp_have_SECCOMP=yes],
      [AS_IF([test "$with_seccomp" = yes],
        [DP_MISSING([libseccomp >= 2.5], [libseccomp-dev], [libseccomp-devel], [libseccomp-dev])])])
  ])
  AM_CONDITIONAL([HAVE_SECCOMP], [test "$dp_have_SECCOMP" = yes])
  AS_IF([test "$dp_have_SECCOMP" = yes], [dp_filter=filter_seccomp_enter], [dp_filter=filter_none_enter])
  dnl sanitizers read files, trace and make processes; gcov writes files at the end
  AS_IF([test "$enable_coverage" = yes], [dp_sandbox=SANDBOX_OFF],
    [test "$enable_sanitizers" = yes], [dp_sandbox=SANDBOX_WIDE],
    [dp_sandbox=SANDBOX_STRICT])
  AS_CASE([$dp_sandbox], [*OFF], [dp_sandbox_words="off for gcov"], [*WIDE], [dp_sandbox_words="wide for sanitizers"],
    [dp_sandbox_words=strict])
  AS_IF([test "$dp_have_SECCOMP" = yes],
    [dp_sandbox_words="$dp_sandbox_words, libseccomp `$PKG_CONFIG --modversion libseccomp`"],
    [dp_sandbox_words="$dp_sandbox_words, without libseccomp (libseccomp-dev, libseccomp-devel)"])
  DP_CPPFLAGS="$DP_CPPFLAGS -DSANDBOX_FILTER=$dp_filter -DSANDBOX_BUILD=$dp_sandbox"
])
