/* SPDX-License-Identifier: BSD-2-Clause */
/* What befalls a lineage and its operator, played in the simulated world: something
 * happens, a timer goes on, a person reads what is said and does something, and then the
 * lineage has to live on. Each run of the timer is judged by what clients meet and by
 * what status says. */
#ifndef TESTS_SETUP_MISHAP_H
#define TESTS_SETUP_MISHAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/world/env.h"
#include "sim_status.h"

struct lineage;
struct mishap;
struct outcome;
struct rollover_how;
struct sim;

struct ordeal {
	struct sim *sim; /* owned, as what said has */
	struct env env;
	const struct mishap *mishap; /* borrowed */
	enum sim_status_mood mood;
	char *said; /* by the last run and by status after it; on the heap */
	char *told; /* by all since it happened */
	int (*run)(void *arg, const struct env_command *command, struct why *why);
	int reloads_fail; /* so many of the next ones, and the server goes on as before */
	const char *no_order; /* an order whose request has this in its path fails */
	uint64_t marked;      /* records that a row has to know again */
	bool ended;	      /* the lineage is out of service */
};

typedef void mishap_fn(struct ordeal *ordeal);

struct mishap {
	const char *name;
	const char *key_types; /* NULL: the usual one */
	mishap_fn *happen;
	const char *trouble; /* what waits for a person then; NULL: nothing does */
	int64_t seen_s;	     /* until runs can see it; 0: the next one does */
	int64_t noticed_s;   /* the person comes */
	const char *advice;  /* and finds this in what is said; NULL: reads nothing */
	mishap_fn *act;	     /* and does this; NULL: nothing */
	int64_t settle_s;    /* after that all is well again */
	int64_t later_s;     /* and has to stay so */
	bool stays;	     /* nobody ever mends it */
	mishap_fn *check;    /* then; NULL: nothing beside the usual */
};

/* A lineage that is set up and idle; one at a time. */
struct ordeal *mishap_new(uint64_t seed, const char *key_types);
void mishap_free(struct ordeal *ordeal);
/* Plays one to its end. What the judges object to is in ordeal->sim->offence. */
void mishap_play(struct ordeal *ordeal, const struct mishap *mishap);
/* A rollover, and then quiet days: all has to be well. */
void mishap_live_on(struct ordeal *ordeal, int64_t days);

/* The timer once a day, with no mishap: all has to be well. */
void mishap_rest(struct ordeal *ordeal, int64_t days);

/* What a person says, by verbs of these names; what they tell is in said. */
void mishap_roll(struct ordeal *ordeal, const struct rollover_how *how);
typedef int mishap_verb(struct lineage *lineage, struct outcome *ret_result,
			struct why *why);
void mishap_say(struct ordeal *ordeal, const char *name, mishap_verb *verb);
/* The timer, each time after so many seconds, for so long. */
void mishap_run_on(struct ordeal *ordeal, int64_t every_s, int64_t for_s);
/* The same once, of another copy of the lineage, which is below DIR/other. */
void mishap_run_other(struct ordeal *ordeal);
/* DIR/www/ and the rest; on the heap. */
char *mishap_path(const struct ordeal *ordeal, const char *rest);
/* The state, as it is; the caller clears it. False: it can't be read. */
struct lineage_state;
bool mishap_state(const struct ordeal *ordeal, struct lineage_state *ret_state);
/* Replaces or adds a line of lineage.conf. */
void mishap_configure(struct ordeal *ordeal, const char *key, const char *value);

#endif
