/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes: what came out at a peer, an endpoint, a target. In the order of precedence. */
#ifndef VERDICT_CODE_H
#define VERDICT_CODE_H

#include "verdict/state.h"

enum code {
	CODE_BOGUS,
	CODE_MISMATCH,
	CODE_NAME_MISMATCH,
	CODE_EXPIRED,
	CODE_PKIX_FAILED,
	CODE_UNUSABLE,
	CODE_NO_TLSA,
	CODE_INSECURE,
	CODE_STARTTLS_REFUSED,
	CODE_TRY_LATER,
	CODE_TLS_FAILED,
	CODE_CONNECT_FAILED,
	CODE_TIMEOUT,
	CODE_HTTP_FAILED,
	CODE_NXDOMAIN,
	CODE_NO_ADDRESS,
	CODE_NO_SERVICE,
	CODE_BAD_TARGET,
	CODE_DNS_ERROR,
	CODE_NO_ROUTE,
	CODE_NOT_FETCHED,
	CODE_STOPPED,
	CODE_NOT_PROBED, /* looked up only, as was asked for: it could still match */
	CODE_MATCH
};
#define CODE_COUNT (CODE_MATCH + 1)

/* "no-tlsa" and so on; borrowed constants. */
const char *code_name(enum code code);
/* The state that the code has without --on. */
enum state code_default_state(enum code code);
/* A short meaning for people, e.g. "no usable record matches the chain". */
const char *code_meaning(enum code code);

#endif
