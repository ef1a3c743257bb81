/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of a list of name servers. They needn't validate: what a server says is
 * judged by itself. */
#ifndef DNS_NAMESERVER_H
#define DNS_NAMESERVER_H

#include <stddef.h>

struct nameserver_search;
struct resolver;

#define NAMESERVER_ADDRESSES_MAX 16 /* of one server and family; more is an error */

struct nameserver {
	char *name;	/* owned */
	char **address; /* owned; A before AAAA, each in canonical order */
	size_t address_count;
	char *error; /* owned; why there is none, or why there may be more; NULL: these
			are all */
};

typedef void nameserver_fn(void *arg, const struct nameserver *server, size_t count);

/* Looks all of them up at the same time; fn is called once, from the loop, its servers
 * borrowed until the search is freed. There is no deadline. */
struct nameserver_search *nameserver_search_new(struct resolver *resolver,
						const char *const *name, size_t count,
						nameserver_fn *fn, void *arg);
void nameserver_search_free(struct nameserver_search *s);

#endif
