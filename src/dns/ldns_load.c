/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/ldns_load.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/library.h"

int ldns_load(const struct ldns_functions **ret_ldns, struct why *why)
{
	static const struct library_symbol symbols[] = {
		{ "ldns_version", offsetof(struct ldns_functions, version) },
	};
	static struct ldns_functions ldns;
	static bool loaded;
	int rc = 0;

	if (!loaded)
		rc = library_load(LIBLDNS_SONAME, symbols,
				  sizeof(symbols) / sizeof(symbols[0]), &ldns, why);
	if (rc < 0)
		return rc;
	loaded = true;
	*ret_ldns = &ldns;
	return 0;
}
