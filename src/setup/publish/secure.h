/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether DANE can work at a lineage's services at all: the zones that its records go to,
 * and those that name its hosts, are signed up to the root. */
#ifndef SETUP_SECURE_H
#define SETUP_SECURE_H

#include <stddef.h>

struct env;
struct lineage_conf;

typedef void secure_fn(void *arg, const char *what);

/* Looks at the zone of each record's owner (of the lineage's own hosts only) and of
 * each domain of mx:// and srv:// services. Asks for all of them, and calls fn once
 * with each thing that is missing: not signed, no DS at the parent, no answer, no
 * hosts. Returns how many things are missing. */
size_t secure_find_missing(struct env *env, const struct lineage_conf *conf,
			   secure_fn *fn, void *arg);

#endif
