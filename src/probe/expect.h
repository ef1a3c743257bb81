/* SPDX-License-Identifier: BSD-2-Clause */
/* What the HTTP answer after a match has to be: --expect-status, --expect-body. */
#ifndef PROBE_EXPECT_H
#define PROBE_EXPECT_H

#include <regex.h>
#include <stdbool.h>

#include "probe/search.h"

struct http_reply;
struct why;

#define EXPECT_STATUS_END 1000 /* HTTP statuses have three digits */

struct expect {
	bool given;	    /* by an option: a page is fetched even without PATH */
	const bool *wanted; /* borrowed; EXPECT_STATUS_END of them */
	bool has_body;
	regex_t body; /* POSIX extended, when has_body */
};

/* body NULL: any. DP_EINVAL for a pattern that isn't one. Undo with expect_clear(). */
int expect_init(const bool *wanted, bool status_given, const char *body,
		struct expect *ret_expect, struct why *why);
void expect_clear(struct expect *e);
/* Judges the reply, but for its body: NULL when it is as expected, else a sentence on
 * the heap. */
char *expect_judge(const struct expect *e, const struct http_reply *reply);
/* Judges likewise what the search in the body of a reply with that status found. */
char *expect_judge_body(int status, enum search_result result);

#endif
