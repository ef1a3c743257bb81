/* SPDX-License-Identifier: BSD-2-Clause */
/* A lineage in the simulated world that a test plays by itself, in its own process: one
 * thing fails, and what is told of it is looked at. */
#ifndef TESTS_SETUP_PLAY_H
#define TESTS_SETUP_PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "setup/life/outcome.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"
#include "setup/world/env.h"

struct sim;

struct play {
	struct sim *sim; /* owned, as those below */
	struct env env;
	struct lineage lineage; /* open while verb is set */
	struct outcome told;
	int (*run)(void *arg, const struct env_command *command, struct why *why);
	int (*look)(void *arg, const struct env_presented *presented,
		    struct env_live *ret_live, struct why *why);

	const char *no_order;	 /* an order whose request has this in its path fails */
	bool cached;		 /* an order brings what the one before it brought */
	size_t orders;		 /* that were tried */
	int deploys_fail;	 /* so many of the next ones, after all servers took it */
	int deploys_deaf;	 /* so many of the next ones take nothing over */
	const char *fault;	 /* what each look meets */
	const char *first_fault; /* but the first_looks of the next ones meet this */
	int first_looks;
	int looks_good;	     /* but so many of the next ones */
	bool dies_at_deploy; /* the run ends there; for play_die() */
};

/* One that is set up and idle; key_types as in lineage.conf, or NULL. There is one at a
 * time. Of PLAY_KINDS its server presents both. */
#define PLAY_KINDS "ecdsa-p256 rsa-2048"
struct play *play_new(const char *key_types);
/* One that isn't installed yet. */
struct play *play_new_staged(const char *key_types);
void play_free(struct play *play);
/* For a teardown: what a test that failed has left. */
int play_end(void **state);

/* Each opens the lineage anew, as a run of its own does, and leaves it open. What it told
 * is in play->told; fails the test where the verb does. */
void play_step(struct play *play, const struct rollover_how *how);
void play_renew(struct play *play, bool force);
typedef int play_verb(struct lineage *lineage, struct outcome *ret_result,
		      struct why *why);
void play_verb_of(struct play *play, play_verb *verb);
/* Opens it again without a verb, to change or see its state. */
struct lineage_state *play_state(struct play *play);
void play_save(struct play *play);
/* Its folder as it is now is kept, or comes back, as from a backup: the servers go on
 * with what they have read. Closes it. */
void play_keep(struct play *play);
void play_restore(struct play *play);
/* A renewal (else a step) that dies when its deploy command is run. */
void play_die(struct play *play, bool renewal);
/* Steps until the lineage is idle, 30 minutes each. */
void play_until_idle(struct play *play);
/* To where the certificate is due. */
void play_until_due(struct play *play);
/* Fails the test unless text is in what was told. */
void play_told(struct play *play, enum outcome_kind outcome, const char *text);

#endif
