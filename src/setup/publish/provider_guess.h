/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds out by the names of a zone's name servers which DNS provider has it. */
#ifndef SETUP_PROVIDER_GUESS_H
#define SETUP_PROVIDER_GUESS_H

struct env;
struct lineage_conf;
struct provider;
struct why;

struct provider_guess {
	const struct provider *provider; /* a constant */
	char *zone;			 /* owned */
	char *server;			 /* owned; one by which it is known */
};

/* Looks at the zone of the first domain. DP_EINVAL where its servers are of no provider
 * that is known, or of several; names them. Undo with provider_guess_clear(). */
int provider_guess_find(struct env *env, const struct lineage_conf *conf,
			struct provider_guess *ret_guess, struct why *why);
void provider_guess_clear(struct provider_guess *guess);

#endif
