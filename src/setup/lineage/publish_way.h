/* SPDX-License-Identifier: BSD-2-Clause */
/* The first word of `publish` in lineage.conf. */
#ifndef SETUP_PUBLISH_WAY_H
#define SETUP_PUBLISH_WAY_H

#include <stdbool.h>

enum publish_way {
	PUBLISH_WAY_PRINT,
	PUBLISH_WAY_RFC2136,
	PUBLISH_WAY_POWERDNS,
	PUBLISH_WAY_EXEC,
	/* DNS providers, whose rows are in setup/provider */
	PUBLISH_WAY_DESEC,
	PUBLISH_WAY_CLOUDFLARE,
	PUBLISH_WAY_GANDI,
	PUBLISH_WAY_OVH,
	PUBLISH_WAY_GOOGLE,
	PUBLISH_WAY_ROUTE53,
	PUBLISH_WAY_COUNT
};

/* All of them in a sentence. */
#define PUBLISH_WAYS                                                                     \
	"print, rfc2136, powerdns, exec, desec, cloudflare, gandi, ovh, google or "      \
	"route53"

const char *publish_way_name(enum publish_way way);
/* Whether text begins with the word of a way; *ret_options is what follows it. */
bool publish_way_find(const char *text, enum publish_way *ret_way,
		      const char **ret_options);

#endif
