/* SPDX-License-Identifier: BSD-2-Clause */
/* What a lineage is made of: its folders, its generations of keys, and their requests. */
#ifndef SETUP_LINEAGE_MAKE_H
#define SETUP_LINEAGE_MAKE_H

#include <stddef.h>
#include <stdint.h>

struct env;
struct key;
struct lineage;
struct lineage_conf;
struct why;

/* A private key that new takes over, instead of making one. */
struct lineage_make_adoption {
	const struct key *key; /* borrowed */
	const char *cert_dir;  /* borrowed; has cert.pem, chain.pem, fullchain.pem; or
				  NULL */
};

/* Makes a lineage with two generations, STAGED, and opens it for writing. DP_EEXIST when
 * there is one of that name, or where what a crash cut short has another key than the one
 * to adopt. Else that is completed: its keys stay. Of conf a copy is taken through its
 * text. */
int lineage_make_new(struct env *env, const char *base, const char *name,
		     const struct lineage_conf *conf,
		     const struct lineage_make_adoption *adopt, size_t adopt_count,
		     struct lineage *ret_lineage, struct why *why);

/* Keys and requests of generation number, those that it lacks. */
int lineage_make_generation(struct lineage *lineage, int64_t number, struct why *why);
/* The requests of generation anew, by the same keys, where domains of lineage.conf has
 * other names now. */
int lineage_make_requests(struct lineage *lineage, int64_t generation, struct why *why);

#endif
