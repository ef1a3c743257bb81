/* SPDX-License-Identifier: BSD-2-Clause */
/* After a question failed: do aliases (CNAME) that lead round, or too far, keep resolvers
 * from an answer? Walks them link by link. Never for a verdict. */
#ifndef DNS_ALIAS_WALK_H
#define DNS_ALIAS_WALK_H

#define ALIAS_WALK_MAX 11 /* links that libunbound follows */

struct alias_walk;
struct resolver;

/* "alias loop: a -> b -> a", borrowed for the call; NULL where aliases aren't it. */
typedef void alias_walk_fn(void *arg, const char *fault);

/* fn is called once, from the loop. Must be freed, before or after; also from fn. */
struct alias_walk *alias_walk_new(struct resolver *resolver, const char *name,
				  alias_walk_fn *fn, void *arg);
void alias_walk_free(struct alias_walk *w);

#endif
