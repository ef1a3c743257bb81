dnl Compiler flags. They go to DP_CFLAGS and DP_LDFLAGS (AM_CFLAGS, AM_LDFLAGS in
dnl Makefile.am), each tried with a program that is compiled and linked; CFLAGS
dnl and LDFLAGS belong to the user.

dnl DP_TRY_FLAG(FLAG, VARIABLE, [IF-YES], [IF-NO])
AC_DEFUN([DP_TRY_FLAG], [
  AS_VAR_PUSHDEF([dp_flag], [dp_cv_flag_$1])
  AC_CACHE_CHECK([whether $CC takes $1], [dp_flag], [
    dp_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS $DP_SANITIZE $1 -Werror"
    AC_LINK_IFELSE([AC_LANG_SOURCE([[
#include <stdio.h>
int main(int argc, char **argv)
{
	char buf[64];

	return snprintf(buf, sizeof(buf), "%d %s", argc, argv[0]) < 0;
}
]])], [AS_VAR_SET([dp_flag], [yes])], [AS_VAR_SET([dp_flag], [no])])
    CFLAGS=$dp_save_CFLAGS
  ])
  AS_VAR_IF([dp_flag], [yes], [$2="$[]$2 $1"; $3], [:; $4])
  AS_VAR_POPDEF([dp_flag])
])

dnl DP_TRY_FLAGS(FLAGS SEPARATED BY BLANKS, VARIABLE)
AC_DEFUN([DP_TRY_FLAGS], [m4_foreach_w([dp_item], [$1], [DP_TRY_FLAG(m4_quote(dp_item), [$2])])])

AC_DEFUN([DP_WARNINGS], [
  AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [warnings are errors (for CI)])],
    [], [enable_werror=no])
  DP_TRY_FLAGS([-Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes
    -Wwrite-strings -Wcast-qual -Wvla -Wundef -Wimplicit-fallthrough], [DP_CFLAGS])
  AS_IF([test "$enable_werror" = yes], [DP_TRY_FLAG([-Werror], [DP_CFLAGS])])
])

dnl DP_SANITIZE also stands in the other probes: some flags exclude each other.
AC_DEFUN([DP_SANITIZERS], [
  AC_ARG_ENABLE([sanitizers],
    [AS_HELP_STRING([--enable-sanitizers], [build with AddressSanitizer and UBSan, every finding fatal])],
    [], [enable_sanitizers=no])
  AC_ARG_ENABLE([fuzzers],
    [AS_HELP_STRING([--enable-fuzzers], [link tests/fuzz with libFuzzer (clang)])],
    [], [enable_fuzzers=no])
  AC_ARG_ENABLE([coverage],
    [AS_HELP_STRING([--enable-coverage], [count executed lines for gcov])],
    [], [enable_coverage=no])
  DP_SANITIZE=
  AS_IF([test "$enable_sanitizers" = yes], [
    DP_TRY_FLAG([-fsanitize=address,undefined], [DP_SANITIZE], [],
      [AC_MSG_ERROR([--enable-sanitizers: $CC can't link with -fsanitize=address,undefined])])
    DP_TRY_FLAGS([-fno-sanitize-recover=all -fno-omit-frame-pointer], [DP_SANITIZE])
  ])
  FUZZ_LDFLAGS=
  AS_IF([test "$enable_fuzzers" = yes], [
    DP_TRY_FLAG([-fsanitize=fuzzer-no-link], [DP_SANITIZE], [],
      [AC_MSG_ERROR([--enable-fuzzers: needs clang with libFuzzer (CC=clang)])])
    FUZZ_LDFLAGS=-fsanitize=fuzzer
  ])
  AS_IF([test "$enable_coverage" = yes], [
    DP_TRY_FLAG([--coverage], [DP_SANITIZE], [],
      [AC_MSG_ERROR([--enable-coverage: $CC can't link with --coverage])])
  ])
  AM_CONDITIONAL([FUZZERS], [test "$enable_fuzzers" = yes])
  AC_SUBST([FUZZ_LDFLAGS])
  DP_CFLAGS="$DP_CFLAGS $DP_SANITIZE"
  DP_LDFLAGS="$DP_LDFLAGS $DP_SANITIZE"
])

AC_DEFUN([DP_HARDENING], [
  AC_ARG_ENABLE([hardening], [AS_HELP_STRING([--disable-hardening], [leave out the hardening flags])],
    [], [enable_hardening=yes])
  dp_hardening=
  AS_IF([test "$enable_hardening" = yes], [
    dp_fortify="$enable_sanitizers"
    AS_IF([test "$dp_fortify" = no], [
      DP_TRY_FLAG([-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3], [dp_hardening], [],
        [DP_TRY_FLAG([-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2], [dp_hardening])])])
    DP_TRY_FLAGS([-fstack-protector-strong -fstack-clash-protection -fcf-protection
      -ftrivial-auto-var-init=zero -fPIE], [dp_hardening])
    DP_CFLAGS="$DP_CFLAGS $dp_hardening"
    DP_TRY_FLAGS([-pie -Wl,-z,relro -Wl,-z,now], [DP_LDFLAGS])
  ])
])
