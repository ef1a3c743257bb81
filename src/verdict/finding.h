/* SPDX-License-Identifier: BSD-2-Clause */
/* A finding: a fact beside the code. It can only raise the state. */
#ifndef VERDICT_FINDING_H
#define VERDICT_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "verdict/state.h"

struct overrides;

enum finding_id {
	/* these raise the state */
	FINDING_CERT_EXPIRING,
	FINDING_RRSIG_EXPIRING,
	FINDING_SLOW,
	FINDING_COMBINATION_STALE,
	FINDING_ANCHOR_ONLY_IN_DNS,
	/* these are told and leave exit 0 */
	FINDING_RESOLVER_NO_DNSSEC, /* the system's resolver can't deliver DNSSEC: asked
				       the root */
	FINDING_IPV6_UNREACHABLE,   /* the probing host has no IPv6 route */
	FINDING_IPV4_UNREACHABLE,   /* likewise */
	FINDING_KEY_TYPE_DIFFERS,   /* addresses present keys of different types */
	FINDING_EE_SELECTOR_0,	    /* 3 0 x or 1 0 x: breaks at the next renewal */
	FINDING_FULL_DATA,	    /* x y 0: whole certificate or key in DNS */
	FINDING_CN_FALLBACK,	    /* the CN stood in for a missing SAN */
	FINDING_NAME_IGNORED, /* DANE-EE matched, the names don't fit; the rule ignores it
			       */
	FINDING_DATES_IGNORED,	  /* DANE-EE matched outside the validity dates */
	FINDING_UNUSABLE_RECORD,  /* some, not all, records are unusable */
	FINDING_DIFFERENT_CHAINS, /* addresses present different leaves */
	FINDING_HTTP_SKIPPED, /* the page wasn't fetched: no HTTP over a raw public key */
	FINDING_NULL_BESIDE,  /* "." beside other MX or SRV records */
	FINDING_START_ASSUMED, /* srv:// of a service that we don't know */
	FINDING_MTA_DEFERS,    /* MX hosts that a sender by DANE doesn't deliver to */
	FINDING_MTA_UNAUTHENTICATED, /* MX hosts that it delivers to without DANE */
	FINDING_MX_LOOPBACK,	     /* an MX host whose address is the sender itself */
	FINDING_CLIENT_CERTIFICATE_DEMANDED, /* the server hangs up on all others */
	FINDING_KEY_USAGE_ODD,	 /* a certificate with which no signature may be made */
	FINDING_NOTHING_LISTENS, /* host://: a wildcard's records, and no service */
	FINDING_MAIL_DOMAIN	 /* a name without TLSA that has MX records */
};
#define FINDING_COUNT (FINDING_MAIL_DOMAIN + 1)

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };

struct finding {
	enum finding_id id;
	enum severity severity;
	enum state state; /* what it raises the state to, after --on; STATE_OK: nothing */
	char *text;	  /* owned; one sentence */
};

struct finding_list {
	struct finding *item; /* owned */
	size_t count;
};

const char *finding_name(enum finding_id id);		   /* "cert-expiring" */
const char *finding_severity_name(enum severity severity); /* "warning" */
/* Whether the finding raises the state without --on. */
bool finding_raises(enum finding_id id);
/* Appends; takes text. Overrides (may be NULL) decide the state; without one it is that
 * of the severity for the ids that raise, else STATE_OK. A second finding with the same
 * id and text is dropped. */
void finding_take(struct finding_list *list, enum finding_id id, enum severity severity,
		  const struct overrides *o, char *take_text);
void finding_list_clear(struct finding_list *list);

#endif
