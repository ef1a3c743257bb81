/* SPDX-License-Identifier: BSD-2-Clause */
/* Signed paths from a leaf to an anchor, searched among certificates in any order.
 * Whether one that was found holds is for rules.h to say. No I/O. */
#ifndef DANE_PATH_H
#define DANE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "dane/chain.h"

#define PATH_LEN_MAX 32 /* certificates: twice what GnuTLS's clients verify */
#define PATH_CHECKS_MAX                                                                  \
	256 /* signatures looked at for one chain: hundreds of certificates              \
	     * of one name must not cost hours */
#define PATH_NAMES_MAX                                                                   \
	(1 << 20) /* names held against name constraints for one chain, as in OpenSSL */

/* cert[0] is the leaf, each one signed by the next; all borrowed. */
struct path {
	const struct chain_cert *cert[PATH_LEN_MAX];
	size_t len;
};

/* How much may still be done for one chain. */
struct path_budget {
	unsigned left;	/* signatures to verify */
	unsigned names; /* names to compare */
	bool exhausted; /* one more signature was wanted: what wasn't found may exist */
	bool too_long;	/* some path went on past PATH_LEN_MAX: likewise */
};

/* Certificates that paths are built from, each once; the first is the leaf. */
struct path_pool {
	const struct chain_cert **cert; /* owned; the certificates are borrowed */
	size_t count;
};

/* Called for each path; false: don't extend this one. */
typedef bool path_fn(const struct path *path, void *arg);

void path_budget_init(struct path_budget *budget);
/* Whether issuer has the name that cert's issuer field says (as RFC 5280 section 7.1
 * compares), and its key verifies cert's signature. Says nothing on whether it may. */
bool path_link(struct path_budget *budget, const struct chain_cert *cert,
	       const struct chain_cert *issuer);
/* Whether the bare key verifies cert's signature. */
bool path_link_key(struct path_budget *budget, const struct chain_cert *cert,
		   const gnutls_datum_t *spki);
bool path_holds(const struct path *path, const struct chain_cert *cert);
/* Appends those that aren't there yet. */
void path_pool_add(struct path_pool *pool, const struct chain_cert *cert, size_t count);
void path_pool_clear(struct path_pool *pool);
/* Calls visit for every signed path that begins with the first of pool, shorter ones
 * before those that extend them. A path holds no certificate twice. */
void path_walk(struct path_budget *budget, const struct path_pool *pool, path_fn *visit,
	       void *arg);

#endif
