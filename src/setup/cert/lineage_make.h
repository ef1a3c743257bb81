/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes what a lineage consists of: its folders, its generations of keys, and their
 * requests. */
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

/* Makes a lineage with two generations in stage STAGED, and opens it for writing. A
 * lineage that a crash left half made is completed, and its keys stay. DP_EEXIST where
 * a whole one of that name is there, or where the half made one has another key than
 * the one to adopt. conf is copied, through its text. */
int lineage_make_new(struct env *env, const char *base, const char *name,
		     const struct lineage_conf *conf,
		     const struct lineage_make_adoption *adopt, size_t adopt_count,
		     struct lineage *ret_lineage, struct why *why);

/* Makes the keys and requests that generation number lacks. */
int lineage_make_generation(struct lineage *lineage, int64_t number, struct why *why);
/* Makes the requests of generation anew, by the same keys, where domains of
 * lineage.conf has other names now. */
int lineage_make_requests(struct lineage *lineage, int64_t generation, struct why *why);
/* Whether the keys of generation are there, can be read, and are those of its requests
 * and newest certificates; and whether, but for the current one, none was declared
 * compromised. */
int lineage_make_check(const struct lineage *lineage, int64_t generation,
		       struct why *why);

#endif
