/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for dns/resolver.c: answers from a script, in the order asked, from the loop.
 * Linked before the library, whose own resolver is then left out. */
#ifndef FAKE_RESOLVER_H
#define FAKE_RESOLVER_H

#include <stddef.h>
#include <stdint.h>

#include "verdict/security.h"

struct loop;
struct resolver;

/* What the script says to one question. */
struct fake_answer {
	const char *name;
	int type;
	enum security security;
	const char *what;  /* "data", "nodata", "empty" (without SOA), "nxdomain" or
			      "failed" */
	const char *alias; /* links' targets, blanks between them, "TARGET/DNAME" where
			      a DNAME made it; NULL none */
	const char *rdata; /* hex, blanks between records; NULL none */
};

/* Questions without a row in the script fail, with the error "not in the script". The
 * script ends with a row without name. */
void fake_resolver_set(struct loop *loop, const struct fake_answer *script);
/* Until the next script that one answers nothing. */
void fake_resolver_mute(const struct resolver *resolver);
/* Until the next script answers of that type come behind all others. */
void fake_resolver_delay(uint16_t type);
/* Until the next script the answers' TTL, and what their RRSIG has as the original one
 * (-1: there is none). */
void fake_resolver_keep(int64_t ttl, int64_t original_ttl);
/* The names and types asked for since then: "A www.example CNAME www.example". */
const char *fake_resolver_asked(void);
/* Questions that were asked and not freed. */
int fake_resolver_open(void);

#endif
