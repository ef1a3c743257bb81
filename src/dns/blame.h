/* SPDX-License-Identifier: BSD-2-Clause */
/* After a question failed: whose fault is it, the domain's, one of its name servers', or
 * the resolver's that we asked? Never changes a verdict. */
#ifndef DNS_BLAME_H
#define DNS_BLAME_H

#include <stddef.h>
#include <stdint.h>

struct blame;
struct facts_target;
struct loop;
struct upstream;

#define BLAME_SERVERS_MAX 16 /* name server addresses that are asked one by one */

struct blame_conf {
	struct loop *loop;	   /* borrowed */
	struct upstream *upstream; /* borrowed */
	const char *name;	   /* the question that failed */
	uint16_t type;
	int64_t timeout_ms; /* for everything */
};

typedef void blame_fn(void *arg);

/* fn is called once, from the loop, when all is known that can be within the time. Must
 * be freed, also from fn. */
struct blame *blame_new(const struct blame_conf *conf, blame_fn *fn, void *arg);
/* Fills into t who it is, and the lines that say so, the most telling first. */
void blame_fill(struct blame *b, struct facts_target *t);
void blame_free(struct blame *b);

#endif
