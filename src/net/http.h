/* SPDX-License-Identifier: BSD-2-Clause */
/* One HTTP request over TLS to one address, pinned to a key. The only user of libcurl. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;
struct loop;
struct why;

#define HTTP_BODY_MAX (1024 * 1024) /* read no more than this of a page */

struct http_conf {
	const char *sni;     /* TLSA base domain */
	const char *host;    /* for "Host:": the name asked for */
	const char *address; /* to connect to */
	int port;	     /* of the service as named: in "Host:" unless it's 443 */
	int connect_port;    /* at address */
	const char *path;    /* "/..." */
	const uint8_t *pin; /* SHA-256 (32 bytes) of the SubjectPublicKeyInfo to accept */
	const char *agent;  /* User-Agent */
	bool want_body;	    /* else it ends with the headers */
};

struct http_reply {
	int status; /* 0: none came */
	const char *body;
	size_t body_len;   /* cut at HTTP_BODY_MAX */
	const char *error; /* NULL: an answer came whole (or as far as it was wanted) */
};

/* reply is borrowed for the call. Called once, from the loop. */
typedef void http_fn(void *arg, const struct http_reply *reply);

/* There is no deadline: free it to end it. Must be freed, also from fn. */
int http_new(struct loop *loop, const struct http_conf *conf, http_fn *fn, void *arg,
	     struct http **ret_http, struct why *why);
void http_free(struct http *h);

#endif
