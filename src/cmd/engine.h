/* SPDX-License-Identifier: BSD-2-Clause */
/* All that a process needs to probe targets, made from the options of check. */
#ifndef CMD_ENGINE_H
#define CMD_ENGINE_H

#include <stdbool.h>

#include "probe/expect.h"
#include "probe/probe.h"

struct check_opts;
struct ledger;
struct quota;
struct why;

struct engine {
	const struct check_opts *opts; /* borrowed */
	bool many;		       /* targets: a larger cache is worth its memory */
	int processes;		       /* that share what there may be in all; 0: one */
	struct handshake_kit *kit;     /* owned, as those below; NULL before their step */
	struct ca_bundle *ca;
	struct expect expect;
	char *helo; /* NULL: the host has no name */
	struct loop *loop;
	struct upstream *upstream;
	struct gate *gate; /* NULL where targets don't share anything */
	struct contact_book *contacts;
	struct probe_conf probe; /* made of all that */
};

/* Prepares what processes made by fork(2) can share: trust, keys, names. On failure,
 * too, to be undone with engine_clear(). */
int engine_prepare(const struct check_opts *opts, bool many, struct engine *ret_engine,
		   struct why *why);
/* Starts what each process has for itself: the loop and the resolver. After
 * engine_prepare(). */
int engine_start(struct engine *e, struct why *why);
/* What the processes of a run have in common, and the number of one of them. */
struct engine_shared {
	struct quota *quota;   /* borrowed, as the ledger */
	struct ledger *ledger; /* NULL: there is one process */
	int lane;
};
/* From now on connections are counted in the quota's lane, with the limits of the
 * options, and the targets of a list share what addresses say. After engine_start(),
 * once. */
void engine_share(struct engine *e, const struct engine_shared *shared);
/* Makes a new resolver, which has cached nothing: a changed record must not hide behind
 * the cache. */
int engine_refresh(struct engine *e, struct why *why);
/* Gives up what probing doesn't need, unless the options have it otherwise; for the
 * processes made later, too. When all files are open, and before anything is probed. */
void engine_confine(const struct engine *e);
/* Frees the resolver, in a process that judges but asks nothing. */
void engine_rest(struct engine *e);
/* This process's share of --dns-rate; 0: any number. */
double engine_dns_rate(const struct engine *e);
void engine_clear(struct engine *e);

#endif
