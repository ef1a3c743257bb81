/* SPDX-License-Identifier: BSD-2-Clause */
/* What formats of test reports share: a target as test cases, one a peer. */
#ifndef RENDER_CASES_H
#define RENDER_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verdict/state.h"

struct facts_peer;
struct facts_target;

struct cases_row {
	char *name; /* owned, raw; one of a kind in its target, the same in every run */
	char *message;	/* owned, raw; NULL where there is nothing to say */
	const char *id; /* the code's or the finding's name; constant */
	const struct facts_peer *peer; /* borrowed from the target; NULL: no peer's */
	enum state state;
	bool skipped; /* its address family is out of this host's reach */
	bool tells; /* it tells the target's story: the first with its state, unless that
		       is OK */
	int64_t ms; /* -1 unknown */
};

struct cases {
	struct cases_row *row; /* owned */
	size_t count;
};

/* The peers; an endpoint that has none and a target that has no endpoint are a case
 * themselves, and so is each finding that raises the state. There is at least one case,
 * and the worst of them has the target's state. */
void cases_collect(const struct facts_target *t, struct cases *ret_cases);
void cases_clear(struct cases *c);

#endif
