/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes, states and what --on makes of them. One table row a code, worst first. */
#ifndef VERDICT_CODE_H
#define VERDICT_CODE_H

#include <stdbool.h>
#include <stddef.h>

struct why;

/* Values are the exit statuses. */
enum state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };

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
	CODE_MATCH
};
#define CODE_COUNT (CODE_MATCH + 1)

/* "no-tlsa" and so on; borrowed constants. */
const char *code_name(enum code code);
/* The state that the code has without --on. */
enum state code_default_state(enum code code);
/* A short meaning for people, e.g. "no usable record matches the chain". */
const char *code_meaning(enum code code);

const char *state_name(enum state state); /* "CRITICAL" */
/* CRITICAL over UNKNOWN over WARNING over OK. */
enum state state_worse(enum state a, enum state b);

/* A set of --on CODE=STATE and --on FINDING=STATE. Starts zeroed. */
struct overrides {
	bool code_set[CODE_COUNT];
	enum state code[CODE_COUNT];
	bool finding_set[32];
	enum state finding[32];
};
/* Reads one "CODE=STATE" (ok, warning, critical, unknown, any case); DP_EINVAL names what is
 * unknown and lists what there is. */
int overrides_parse(struct overrides *o, const char *text, struct why *why);
/* o may be NULL. */
enum state overrides_code_state(const struct overrides *o, enum code code);

#endif
