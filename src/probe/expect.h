/* SPDX-License-Identifier: BSD-2-Clause */
/* What the HTTP answer after a match has to be: --expect-status, --expect-body. */
#ifndef PROBE_EXPECT_H
#define PROBE_EXPECT_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

struct http_reply;
struct why;

#define EXPECT_STATUS_MAX 32

struct expect {
	struct {
		int from, to;
	} status[EXPECT_STATUS_MAX];
	size_t status_count;
	bool given; /* by either option: then a page is fetched even without PATH */
	bool has_body;
	regex_t body; /* POSIX extended, when has_body */
};

/* Texts of the options, NULL where not given ("200-399" then): "200-399,404". DP_EINVAL
 * names what is wrong. Undo with expect_clear(). */
int expect_init(const char *status, const char *body, struct expect *ret_expect,
		struct why *why);
void expect_clear(struct expect *e);
/* NULL when the reply is as expected, else a heap sentence. */
char *expect_judge(const struct expect *e, const struct http_reply *reply);

#endif
