/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "net/http.h"

int expect_init(const bool *wanted, bool status_given, const char *body,
		struct expect *ret_expect, struct why *why)
{
	struct expect e = { .given = status_given || body, .wanted = wanted };
	char text[128];
	int failed;

	if (body) {
		failed = regcomp(&e.body, body, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
		if (failed) {
			regerror(failed, &e.body, text, sizeof(text));
			return why_set(why, DP_EINVAL,
				       "'%s' is not a regular expression: %s", body,
				       text);
		}
		e.has_body = true;
	}
	*ret_expect = e;
	return 0;
}

void expect_clear(struct expect *e)
{
	if (e->has_body)
		regfree(&e->body);
	e->has_body = false;
}

static bool status_expected(const struct expect *e, int status)
{
	return status >= 0 && status < EXPECT_STATUS_END && e->wanted[status];
}

/* NUL bytes would end the text early: they are no part of what a pattern can mean. */
static bool body_matches(const struct expect *e, const struct http_reply *reply)
{
	char *text = mem_text_n(reply->body, reply->body_len);
	bool matches;
	size_t i;

	for (i = 0; i < reply->body_len; i++)
		if (!text[i])
			text[i] = ' ';
	matches = regexec(&e->body, text, 0, NULL, 0) == 0;
	free(text);
	return matches;
}

char *expect_judge(const struct expect *e, const struct http_reply *reply)
{
	if (reply->error)
		return mem_printf("HTTP: %s", reply->error);
	if (!status_expected(e, reply->status))
		return mem_printf("HTTP status %d is not the one expected",
				  reply->status);
	if (e->has_body && !body_matches(e, reply))
		return mem_printf(
			"HTTP status %d, but the body doesn't match the pattern",
			reply->status);
	return NULL;
}
