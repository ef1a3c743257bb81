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

char *expect_judge(const struct expect *e, const struct http_reply *reply)
{
	if (reply->error)
		return mem_printf("HTTP: %s", reply->error);
	if (!status_expected(e, reply->status))
		return mem_printf("HTTP status %d is not the one expected",
				  reply->status);
	return NULL;
}

char *expect_judge_body(int status, enum search_result result)
{
	switch (result) {
	case SEARCH_FOUND:
		return NULL;
	case SEARCH_ABSENT:
		return mem_printf(
			"HTTP status %d, but the body doesn't match the pattern", status);
	case SEARCH_FAILED:
		break;
	}
	return mem_printf("HTTP status %d, but the body can't be searched", status);
}
