/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/publish_way.h"

#include <string.h>

#define BLANKS " \t"

static const char *const names[PUBLISH_WAY_COUNT] = {
	[PUBLISH_WAY_PRINT] = "print",	     [PUBLISH_WAY_RFC2136] = "rfc2136",
	[PUBLISH_WAY_POWERDNS] = "powerdns", [PUBLISH_WAY_EXEC] = "exec",
	[PUBLISH_WAY_DESEC] = "desec",	     [PUBLISH_WAY_CLOUDFLARE] = "cloudflare",
	[PUBLISH_WAY_GANDI] = "gandi",	     [PUBLISH_WAY_OVH] = "ovh",
	[PUBLISH_WAY_GOOGLE] = "google",     [PUBLISH_WAY_ROUTE53] = "route53"
};

const char *publish_way_name(enum publish_way way)
{
	return names[way];
}

bool publish_way_find(const char *text, enum publish_way *ret_way,
		      const char **ret_options)
{
	size_t len = strcspn(text, BLANKS), i;

	for (i = 0; i < PUBLISH_WAY_COUNT; i++) {
		if (strlen(names[i]) != len || strncmp(names[i], text, len) != 0)
			continue;
		*ret_way = (enum publish_way)i;
		*ret_options = text + len + strspn(text + len, BLANKS);
		return true;
	}
	return false;
}
