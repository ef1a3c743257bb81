/* SPDX-License-Identifier: BSD-2-Clause */
/* How a resolver is set up: libunbound's context, with options, servers and anchors. */
#ifndef DNS_UB_CONTEXT_H
#define DNS_UB_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct ub_ctx;
struct why;

struct resolver_conf {
	const char *const
		*forward; /* "ADDR" or "ADDR@PORT"; none: from the root itself */
	size_t forward_count;
	const char *root_hints;	  /* file, or NULL: libunbound's own */
	const char *trust_anchor; /* file, or NULL: the system's, else built in */
	const char *stub_zone, *stub_address; /* that zone is asked there; both or NULL */
	bool blind; /* don't validate: for finding out what went wrong */
	bool many;  /* questions for many targets at once are to be expected */
	/* Questions under way to one server, 0: any number. To forwarders that is exact;
	 * else resolver.c keeps it for the servers of a top-level domain and those of a
	 * zone, as far as a name tells which these are. */
	int per_server;
	/* Borrowed; grows by what is asked and isn't cached, NULL: nobody wants to know
	 */
	uint64_t *asked;
};

/* Reads the files of such a conf now: what is made later goes by what they hold. */
void ub_context_keep(const struct resolver_conf *conf);
/* The caller's to ub_ctx_delete(). DP_EINVAL, DP_EFORMAT, DP_ENOENT for an address,
 * anchor or hints file that can't be used. */
int ub_context_new(struct event_base *base, const struct resolver_conf *conf,
		   struct ub_ctx **ret_ctx, struct why *why);
/* What libunbound logged last of what went wrong, as " (rrset too big ...)" on the heap;
 * "" where it is nothing. Forgets it all. */
char *ub_context_take_log(void);

#endif
