/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of http.c where configure had no libcurl. */
#include "net/http.h"

#include <stddef.h>

#include "base/why.h"

int http_new(struct loop *loop, const struct http_conf *conf, http_fn *fn, void *arg,
	     struct http **ret_http, struct why *why)
{
	(void)loop;
	(void)conf;
	(void)fn;
	(void)arg;
	(void)ret_http;
	return why_set(why, DP_ELIBRARY,
		       "this daneprobe was built without libcurl, so "
		       "it fetches no page");
}

void http_free(struct http *h)
{
	(void)h;
}
