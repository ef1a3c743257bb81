/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes next in the life of a lineage's keys, and when: decided here and nowhere
 * else. Rollover does it, status words it, movement sees whether it is late. Pure: what
 * is known is in the state.
 *
 * A new stage: its action here and in next_of_stage(); CONTRIBUTING says what else. */
#ifndef SETUP_NEXT_H
#define SETUP_NEXT_H

#include <stdbool.h>
#include <time.h>

struct lineage;

enum next_action {
	NEXT_STAY,	    /* idle: begin a rollover at that time; 0: only if told to */
	NEXT_BEGIN,	    /* a rollover: its time has come, or there is an emergency */
	NEXT_PUBLISH,	    /* the records of the goal */
	NEXT_AWAIT_SERVERS, /* until all of them have the records */
	NEXT_AWAIT_CACHES,  /* until none can lack them */
	NEXT_INSTALL,	    /* install the goal */
	NEXT_LOOK,	    /* whether every endpoint presents it */
	NEXT_CHANGE,	    /* the goal becomes current, and a next one is made */
	NEXT_RETIRE,	    /* the records that changed with that are given to DNS */
	NEXT_AWAIT_RETIRED, /* until all servers have those */
	NEXT_END	    /* it goes out of service, when a person says so once more */
};

struct next {
	enum next_action action;
	time_t at; /* a run has something to do from then on, be it to look; 0: never */
};

struct next next_of(const struct lineage *lineage, time_t now);
/* Whether a rollover that begins now follows one that ended less than a day ago: mostly
 * that is a timer's, which says rollover NAME. */
bool next_follows_soon(const struct lineage *lineage, time_t now);
/* When the next rollover begins by itself; 0: never. */
time_t next_rollover_at(const struct lineage *lineage);
/* The last time that a run of this stage left a trace. A server that lags leaves none but
 * the time when it didn't. */
time_t next_last_look(const struct lineage *lineage);

#endif
