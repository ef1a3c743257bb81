/* SPDX-License-Identifier: BSD-2-Clause */
/* Signed paths from a leaf to an anchor, searched among certificates in any order, and
 * whether a finished path holds (RFC 5280 section 6). No I/O. */
#ifndef DANE_PATH_H
#define DANE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "dane/chain.h"

#define PATH_LEN_MAX 16 /* certificates; GnuTLS verifies no longer paths */
#define PATH_CHECKS_MAX                                                                  \
	256 /* signatures looked at for one chain: hundreds of certificates              \
	     * of one name must not cost hours */
#define PATH_REASON_SIZE 160

/* cert[0] is the leaf, each one signed by the next; all borrowed. */
struct path {
	const struct chain_cert *cert[PATH_LEN_MAX];
	size_t len;
};

/* How many signatures may still be verified. */
struct path_budget {
	unsigned left;
	bool exhausted; /* one more was wanted: what wasn't found may exist */
	bool too_long;	/* some path went on past PATH_LEN_MAX: likewise */
};

enum path_state { PATH_VALID, PATH_EXPIRED, PATH_INVALID };

/* Called for each path; false: don't extend this one. */
typedef bool path_fn(const struct path *path, void *arg);

void path_budget_init(struct path_budget *budget);
/* Whether issuer has the name that cert's issuer field says, and its key verifies cert's
 * signature. Says nothing on whether it may (path_judge does). */
bool path_link(struct path_budget *budget, const struct chain_cert *cert,
	       const struct chain_cert *issuer);
/* Whether the bare key verifies cert's signature, by an algorithm that is still secure.
 */
bool path_link_key(struct path_budget *budget, const struct chain_cert *cert,
		   const gnutls_datum_t *spki);
bool path_holds(const struct path *path, const struct chain_cert *cert);
/* Calls visit for every signed path that begins with pool[0], shorter ones before those
 * that extend them. A path holds no certificate twice. */
void path_walk(struct path_budget *budget, const struct chain_cert *const *pool,
	       size_t count, path_fn *visit, void *arg);
/* The last certificate of path (two at least) is trusted: do the others hold, for a TLS
 * server, and all of them at now? Otherwise a phrase into reason (PATH_REASON_SIZE
 * octets). */
enum path_state path_judge(struct path_budget *budget, const struct path *path,
			   time_t now, char *reason);
/* The same where a bare key, which path_link_key() tied to the last certificate, is
 * trusted and no certificate is (one at least). */
enum path_state path_judge_key(struct path_budget *budget, const struct path *path,
			       time_t now, char *reason);

#endif
