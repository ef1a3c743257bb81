/* SPDX-License-Identifier: BSD-2-Clause */
/* What would fail at a lineage's next steps, found before they are due and without doing
 * anything: keys, files and commands of this host, and, where it may be asked, the world.
 */
#ifndef SETUP_PREFLIGHT_H
#define SETUP_PREFLIGHT_H

#include <stdbool.h>
#include <stddef.h>

struct lineage;
struct why;

struct preflight_item {
	char *what;    /* owned; "publish" */
	char *problem; /* owned; NULL: good */
};

struct preflight {
	struct preflight_item *item; /* owned */
	size_t count;
};

/* Looks at what lineage.conf names on this host: secrets of publish, programs of acme and
 * deploy. Adds to preflight. */
void preflight_look(const struct lineage *lineage, struct preflight *preflight);
/* Looks at all: that, both keys, and asks the way of publish by its own secret, the zones
 * whether they are signed, each name server, and each service for what live has. */
void preflight_ask(struct lineage *lineage, struct preflight *preflight);
/* The first problem, "publish: ..."; on the heap, NULL: there is none. */
char *preflight_problem(const struct preflight *preflight);
void preflight_clear(struct preflight *preflight);

/* For a run: looks, and notes in the state what would fail. ret_say (on the heap) is that
 * where it is to be said now: to a person always, else once a day; NULL: not now. */
int preflight_review(struct lineage *lineage, bool to_person, char **ret_say,
		     struct why *why);

#endif
