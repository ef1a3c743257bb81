/* SPDX-License-Identifier: BSD-2-Clause */
/* One request to a web API, with all the checks of TLS; waits for its answer. */
#ifndef NET_WEB_H
#define NET_WEB_H

#include <stddef.h>
#include <stdint.h>

struct why;

#define WEB_BODY_MAX (1 << 20) /* a larger answer is refused */

struct web_request {
	const char *method;	    /* NULL: GET */
	const char *url;	    /* https, or http where the user says so */
	const char *const *headers; /* "Name: value"; NULL behind the last, or NULL */
	const char *body;	    /* NULL: none */
	const char *sigv4, *user; /* AWS's signature version 4, "aws:amz:REGION:SERVICE",
				     and "ID:SECRET" for it; NULL: none */
	const char *ca_file;	  /* NULL: the system's CAs */
	const char *agent;
	int64_t timeout_ms;
};

struct web_reply {
	int status;
	char *body; /* owned; a NUL behind it */
	size_t body_len;
	int64_t retry_after_s; /* 0: not said */
};

/* Any status is an answer; no redirect is followed, and a proxy of the environment is
 * used for https only, whose content it can't read. DP_EIO where none came, or not whole.
 * Headers are in no error. Undo with web_reply_clear(). */
int web_ask(const struct web_request *request, struct web_reply *ret_reply,
	    struct why *why);
void web_reply_clear(struct web_reply *reply);

#endif
