/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "net/http.h"

static bool parse_range(const char *text, int *ret_from, int *ret_to)
{
	int used = 0;

	if (sscanf(text, "%3d-%3d%n", ret_from, ret_to, &used) == 2 && !text[used])
		return *ret_from >= 100 && *ret_from <= *ret_to && *ret_to <= 599;
	used = 0;
	if (sscanf(text, "%3d%n", ret_from, &used) != 1 || text[used])
		return false;
	*ret_to = *ret_from;
	return *ret_from >= 100 && *ret_from <= 599;
}

static int parse_status(const char *text, struct expect *e, struct why *why)
{
	char *copy = mem_text(text), *save = NULL, *part;
	int rc = 0;

	for (part = strtok_r(copy, ", ", &save); part && rc == 0;
	     part = strtok_r(NULL, ", ", &save)) {
		size_t n = e->status_count;

		if (n == EXPECT_STATUS_MAX)
			rc = why_set(why, DP_EINVAL,
				     "--expect-status: more than %d ranges",
				     EXPECT_STATUS_MAX);
		else if (!parse_range(part, &e->status[n].from, &e->status[n].to))
			rc = why_set(why, DP_EINVAL,
				     "--expect-status: '%s' is not an HTTP status or "
				     "range, as in 200-399,404",
				     part);
		else
			e->status_count++;
	}
	if (rc == 0 && !e->status_count)
		rc = why_set(why, DP_EINVAL, "--expect-status: an empty list");
	free(copy);
	return rc;
}

int expect_init(const char *status, const char *body, struct expect *ret_expect,
		struct why *why)
{
	struct expect e = { .given = status || body };
	char text[128];
	int rc = parse_status(status ? status : "200-399", &e, why);

	if (rc == 0 && body) {
		int failed = regcomp(&e.body, body, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);

		if (failed) {
			regerror(failed, &e.body, text, sizeof(text));
			return why_set(why, DP_EINVAL,
				       "--expect-body: '%s' is not a regular expression: "
				       "%s",
				       body, text);
		}
		e.has_body = true;
	}
	if (rc == 0)
		*ret_expect = e;
	return rc;
}

void expect_clear(struct expect *e)
{
	if (e->has_body)
		regfree(&e->body);
	e->has_body = false;
}

static bool status_expected(const struct expect *e, int status)
{
	size_t i;

	for (i = 0; i < e->status_count; i++)
		if (status >= e->status[i].from && status <= e->status[i].to)
			return true;
	return false;
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
		return mem_printf("HTTP status %d is not the one expected", reply->status);
	if (e->has_body && !body_matches(e, reply))
		return mem_printf("HTTP status %d, but the body doesn't match the pattern",
				  reply->status);
	return NULL;
}
