/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "cmd/version.h"

#include <gnutls/gnutls.h>
#include <idn2.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "dns/ldns_load.h"

const char *version_agent(void)
{
	return PACKAGE_NAME "/" PACKAGE_VERSION;
}

static const char *ldns_version_text(void)
{
	const struct ldns_functions *ldns;

	return ldns_load(&ldns, NULL) == 0 ? ldns->version() : "missing";
}

int version_print(int argc, char **argv)
{
	if (argc && strcmp(argv[0], "-v") && strcmp(argv[0], "--verbose")) {
		log_error("--version takes -v only, not '%s'", argv[0]);
		return 3;
	}
	printf("%s\n", PACKAGE_STRING);
	if (!argc)
		return 0;
	fputs(CONFIG_SUMMARY, stdout);
	printf("  %-12s GnuTLS %s, ldns %s, jansson %s, libidn2 %s\n", "running with",
	       gnutls_check_version(NULL), ldns_version_text(), jansson_version_str(),
	       idn2_check_version(NULL));
	return 0;
}

void version_print_plugin(const char *name)
{
	printf("%s %s (%s)\n", name, PACKAGE_VERSION, PACKAGE_NAME);
}
