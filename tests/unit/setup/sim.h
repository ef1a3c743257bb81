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

#define SIM_SERVERS 4
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
	unsigned look;	  /* the services seem down */
	unsigned slow;	  /* a secondary lags for days */
	unsigned relapse; /* a secondary serves the former set again, for hours */
	unsigned outage;  /* the CA fails, for days */
};

struct sim_server {
	uint64_t set, former; /* of key numbers */
	bool late;	      /* doesn't have the primary's set yet */
	time_t update_at;
	bool seen; /* a run asked since it relapsed */
	bool relapsed;
};

/* What a server gave out, and until when. */
struct sim_span {
	uint64_t set;
	time_t until;
};

struct env;

struct sim {
	char base[64]; /* folder of the lineages */
	uint64_t random;
	time_t now;
	struct sim_luck luck;
	int64_t ttl_s, lifetime_s;
	const char *key_types; /* of lineage.conf; NULL: its own */
	bool dead_end;	       /* one of the addresses answers nobody */
	bool by_hook; /* certbot renews, and an operator gives it the key waited for */
	int64_t certbot_key; /* generation; 0: none yet */
	time_t certbot_due;
	bool begin;	/* the next run is told to begin a rollover */
	bool emergency; /* and that the key is compromised */

	struct sim_server server[SIM_SERVERS]; /* [0] is the primary */
	struct sim_span span[SIM_SPANS_MAX];
	size_t spans; /* ever; the array is a ring */
	char digest[SIM_KEYS_MAX][65];
	size_t keys;
	int live;	   /* key that the service presents; -1: some other one */
	time_t live_end;   /* of its certificate */
	size_t live_names; /* in it */
	uint8_t live_cert[32];
	time_t outage_end;

	/* Points: each operation of the file system and each command. */
	size_t points, kill_at, fail_at; /* 0: never */
	bool killed, failed;
	char dirty[256]; /* written, not yet fsynced */

	size_t runs, crashes, orders, deploys, publications;
	size_t offences;
	char offence[256]; /* the first */
};

/* Shared by all processes of the test; the seed is printed by the test. */
struct sim *sim_new(uint64_t seed);
/* A fresh world with an empty folder. */
void sim_reset(struct sim *sim, uint64_t seed);
void sim_free(struct sim *sim);
/* A folder and all that is in it. */
void sim_remove_tree(const char *path);
/* One process: makes the lineage "www", or does a step and a renewal. True where it ended
 * by itself. */
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
