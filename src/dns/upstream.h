/* SPDX-License-Identifier: BSD-2-Clause */
/* Which resolver to ask: the one given, the system's if it passes DNSSEC on, else the
 * root. */
#ifndef DNS_UPSTREAM_H
#define DNS_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct resolver;
struct upstream;
struct why;

struct upstream_conf {
	const char *const *given; /* --resolver, repeatable */
	size_t given_count;
	bool recurse;
	bool many;			       /* targets are to be expected */
	const char *root_hints, *trust_anchor; /* files or NULL */
	const char *resolv_conf;	       /* NULL: /etc/resolv.conf */
	/* Questions under way to one of the resolvers, or of the name servers where the
	 * root is asked (resolver.h); 0: any number. */
	int per_resolver, per_server;
};

typedef void upstream_fn(void *arg);

/* Reads all files of such a conf now: what is made later goes by what they hold, whatever
 * this process may read then. What can't be read, upstream_new() tells. */
void upstream_keep(const struct upstream_conf *conf);
int upstream_new(struct loop *loop, const struct upstream_conf *conf,
		 struct upstream **ret_upstream, struct why *why);
void upstream_free(struct upstream *u);
/* Calls fn from the loop once it's known which resolver to use: at once unless the
 * system's has to be tried first. At most one waiter a key; upstream_forget() drops it.
 */
void upstream_wait(struct upstream *u, upstream_fn *fn, void *arg);
void upstream_forget(struct upstream *u, void *arg);
/* The same, and returns whether the resolver may be asked before: what doesn't prove
 * itself it keeps until then, and asks again where others are to be asked. Not with many
 * targets, which would all be asked for twice. */
bool upstream_begin(struct upstream *u, upstream_fn *fn, void *arg);
/* The resolver, the same from beginning to end. Borrowed. */
struct resolver *upstream_resolver(struct upstream *u);
/* A resolver of its own that asks from the root: validating, or blind (for finding name
 * servers after a failure). Made on first use, borrowed; NULL if it can't be made. */
struct resolver *upstream_root(struct upstream *u, bool blind);
/* A new one, the caller's to free: like upstream_resolver(), but names in zone are asked
 * for at address alone. NULL if it can't be made. */
struct resolver *upstream_stub(const struct upstream *u, const char *zone,
			       const char *address, struct why *why);
/* "127.0.0.53" and so on: the forwarders in use; count 0 when asking from the root. */
const char *const *upstream_forwarders(const struct upstream *u, size_t *ret_count);
bool upstream_is_given(const struct upstream *u); /* by --resolver */
/* How many questions were asked so far whose answer wasn't cached, and what a zone that
 * is new takes besides. */
uint64_t upstream_asked(const struct upstream *u);
/* Why the system's resolver was left, NULL if it wasn't: one sentence. Borrowed. */
const char *upstream_left(const struct upstream *u);

#endif
