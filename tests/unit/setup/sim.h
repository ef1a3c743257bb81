/* SPDX-License-Identifier: BSD-2-Clause */
/* A world for a lineage to live in: a clock, name servers that lag, a CA, a server, and
 * processes that die. State machine, files and journal are the shipped ones, each run a
 * process of its own; the world is in shared memory and outlives them.
 *
 * The judge is here too, and knows nothing of the program's own idea of what is safe: it
 * keeps what each name server has ever given out and for how long a cache may hold that
 * (one TTL, and one more in a cache behind a cache that counts anew), and objects where
 * the server presents a key that one of these sets lacks. */
#ifndef TESTS_SETUP_SIM_H
#define TESTS_SETUP_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "power.h"

#define SIM_SERVERS 4
#define SIM_KINDS 2  /* of keys at once */
#define SIM_OWNERS 2 /* of records, as are the services: see sim_dns_owner() */
#define SIM_KEYS_MAX 64
#define SIM_SPANS_MAX 1024
#define SIM_DAY 86400
#define SIM_HOUR 3600

/* Chances in a thousand. */
struct sim_luck {
	unsigned crash;	  /* a run dies at one of its points */
	unsigned full;	  /* an operation finds the disk full */
	unsigned publish; /* the command fails, half of the times after its effect */
	unsigned deploy;  /* fails, half of the times without saying so */
	unsigned ask;	  /* a name server can't be asked */
	unsigned silent;  /* one of them doesn't answer a run, for days */
	unsigned look;	  /* the services seem down */
	unsigned slow;	  /* a secondary lags for days */
	unsigned relapse; /* a secondary serves the former set again, for hours */
	unsigned outage;  /* the CA fails, for days */
	unsigned wrong;	  /* what it issues isn't what was asked for */
};

struct sim_server {
	uint64_t set, former; /* of records' numbers */
	bool late;	      /* doesn't have the primary's set yet */
	time_t update_at;
	bool seen; /* a run asked since it relapsed */
	bool relapsed;
	bool silent; /* no answer to anybody who asks from here */
	time_t silent_until;
};

/* What a server gave out, and until when. */
struct sim_span {
	uint64_t set;
	time_t until;
};

/* A record that somebody else has put beside the lineage's, at all servers. */
struct sim_foreign {
	uint8_t usage, selector, mtype;
	uint8_t data[64];
	size_t len; /* 0: there is none */
	int only;   /* the key that clients go by while it is there; -1: any in the set */
};

/* What the service presents. */
struct sim_live {
	int key;	   /* -1: some other one, or none */
	time_t begin, end; /* of its certificate */
	size_t names;	   /* in it */
	bool named;	   /* the service's is one of them */
	uint8_t cert[32];
};

struct env;

struct sim {
	char base[64]; /* folder of the lineages */
	struct power power;
	enum power_loss loss; /* where a run dies */
	uint64_t random;
	time_t now;
	struct sim_luck luck;
	int64_t ttl_s, lifetime_s;
	const char *key_types; /* of lineage.conf; NULL: its own */
	size_t kinds;	       /* that the service presents one key of each */
	bool by_hook; /* certbot renews, and an operator gives it the key waited for */
	int64_t certbot_key; /* generation; 0: none yet */
	time_t certbot_due;
	bool begin;	/* the next run is told to begin a rollover */
	bool emergency; /* and that the key is compromised */

	struct sim_server server[SIM_SERVERS]; /* [0] is the primary */
	struct sim_span span[SIM_SPANS_MAX];
	size_t spans; /* ever; the array is a ring */
	/* A record is the digest of a key at an owner; that of a key at the first owner
	 * has the key's number. */
	char digest[SIM_KEYS_MAX][65];
	unsigned char owner[SIM_KEYS_MAX];
	size_t keys;
	bool closed[SIM_OWNERS]; /* no client goes there any more */
	bool may_expire; /* that is what is played; each reload is judged all the same */
	struct sim_live live[SIM_KINDS];
	struct sim_foreign foreign;
	time_t outage_end;

	/* Points: each operation of the file system and each command. */
	size_t points, kill_at, fail_at; /* 0: never */
	bool killed, failed;
	bool keys_written; /* since they were read ahead */
	bool at_risk; /* where it was killed: another loss would show something else */

	/* What has happened. */
	size_t runs, crashes, orders, deploys, publications;
	size_t full, bad_publications, bad_deploys, dark, lags, relapses, outages, wrong,
		emergencies;
	size_t offences;
	char offence[256]; /* the first */
};

/* Shared by all processes of the test; the seed is printed by the test. */
struct sim *sim_new(uint64_t seed);
/* A fresh world with an empty folder. */
void sim_reset(struct sim *sim, uint64_t seed);
void sim_free(struct sim *sim);
/* One process: makes the lineage "www", or does a step and a renewal. True where it ended
 * by itself. Its end is a point too: power may be lost just then. */
bool sim_create(struct sim *sim);
bool sim_run(struct sim *sim);
/* The world as the program sees it, for tests that play a run themselves; arg is the sim.
 */
void sim_env(struct sim *sim, struct env *ret_env);
/* Time goes by; name servers catch up. */
void sim_advance(struct sim *sim, int64_t seconds);
/* Below n. */
uint64_t sim_random(struct sim *sim, uint64_t n);
bool sim_chance(struct sim *sim, unsigned per_thousand);
void sim_offend(struct sim *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
