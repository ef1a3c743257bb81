/* config.h.  Generated from config.h.in by configure.  */
/* config.h.in.  Generated from configure.ac by autoheader.  */

/* How it was configured, for --version -v */
#define CONFIG_SUMMARY "  compiler     ccache gcc -O2 -g\n  libraries    GnuTLS 3.7.9, libunbound 1.17.1, libevent 2.1.12-stable, ldns 1.8.3\n               libcurl 7.88.1 (GnuTLS/3.7.9), jansson 2.14, libidn2 2.3.3\n  hardening    yes -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero -fPIE\n  sanitizers   no\n  fuzzers      no\n  coverage     no\n  werror       yes\n"

/* Name of package */
#define PACKAGE "daneprobe"

/* Define to the address where bug reports for this package should be sent. */
#define PACKAGE_BUGREPORT ""

/* Define to the full name of this package. */
#define PACKAGE_NAME "daneprobe"

/* Define to the full name and version of this package. */
#define PACKAGE_STRING "daneprobe 0.1.0"

/* Define to the one symbol short name of this package. */
#define PACKAGE_TARNAME "daneprobe"

/* Define to the home page for this package. */
#define PACKAGE_URL ""

/* Define to the version of this package. */
#define PACKAGE_VERSION "0.1.0"

/* Version number of package */
#define VERSION "0.1.0"
