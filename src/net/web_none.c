/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of web.c where configure had no libcurl. */
#include "net/web.h"

#include "base/why.h"

int web_ask(const struct web_request *r, struct web_reply *ret_reply, struct why *why)
{
	(void)ret_reply;
	return why_set(why, DP_ELIBRARY,
		       "%s: this daneprobe was built without libcurl, "
		       "so it asks no web server",
		       r->url);
}

void web_reply_clear(struct web_reply *reply)
{
	(void)reply;
}
