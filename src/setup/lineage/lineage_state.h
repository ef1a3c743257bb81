/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a lineage stands: the file `state`, JSON, replaced whole. It is the truth;
 * written with the intent before a step, and with the result after it. */
#ifndef SETUP_LINEAGE_STATE_H
#define SETUP_LINEAGE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct env;
struct file_access;
struct why;

#define LINEAGE_STATE_MAX (1 << 20) /* octets: a thousand times the usual size */

/* A rollover goes through the stages in this order; a new lineage begins with STAGED,
 * and its first key is what changes. */
enum lineage_stage {
	STAGE_IDLE,	 /* nothing to change */
	STAGE_STAGED,	 /* begun: the key is there, its record not yet asked for */
	STAGE_PUBLISHED, /* the records were given to DNS; not yet everywhere */
	STAGE_SAFE,	 /* no cache can hold a set without the key's record */
	STAGE_INSTALLED, /* the server's files are switched; not yet seen live */
	STAGE_VERIFIED,	 /* every endpoint presents the key */
	STAGE_RETIRING,	 /* the old key's record is taken out, a new next key's put in */
	STAGE_STUCK	 /* needs a look; what it was doing goes on all the same */
};

/* What a run was about to do; after a crash the next one finishes or undoes it. */
enum lineage_intent {
	INTENT_NONE,
	INTENT_PUBLISH, /* records may have changed in DNS */
	INTENT_SWITCH,	/* live is being pointed to intent_view, and deployed */
	INTENT_GO_BACK	/* live is being pointed back to intent_view, and deployed */
};

/* In groups by who may write them; anybody may read. The file has all side by side. */
struct lineage_state {
	/* life: where it stands. */
	enum lineage_stage stage;
	enum lineage_stage resume; /* with STAGE_STUCK: what it was doing */
	time_t since;		   /* when the stage (or resume) was entered */
	char *reason;		   /* owned; why stuck, or what it waits for; NULL */
	time_t reason_since;
	int64_t failures; /* in a row */
	time_t retry_at;  /* not tried again before that, unless told to */

	/* life/rollover.c and life/stages.c; of a new lineage cert/lineage_make.c:
	 * generations of keys, 0 is none. */
	int64_t current, next;
	int64_t goal;		     /* the one being brought live; 0 in STAGE_IDLE */
	int64_t retire;		     /* the one whose records are being taken out */
	int64_t last;		     /* the highest number given away */
	time_t created_at, begun_at; /* the lineage; the rollover */
	time_t rolled_at;	     /* the end of the last one */

	/* life/emergency.c declares one, life/stages.c ends it. */
	bool emergency;
	int64_t compromised; /* the generation that it is about; 0 none */

	/* install: views, to which live points, 0 is none. */
	int64_t view, former_view; /* former_view: where going back leads */
	int64_t view_generation;
	int64_t last_view;
	int64_t intent_view, intent_generation;
	char *intent_faults; /* owned; what was wrong before the switch, see install.c;
				NULL: nothing */

	/* install its switches, life its publications. */
	enum lineage_intent intent;

	/* life: the records of current and next (and of goal) given to DNS. */
	time_t published_at; /* 0: never */
	char *held;	     /* owned; owners without records for now, see hold.h; NULL */
	char *given;	     /* owned; owners that the last publication was about; NULL */

	time_t ending_at; /* life/end.c: since then it goes out of service; 0: it doesn't
			   */

	/* life/claim.c: what was found in the place of the lineage's keys (NULL:
	 * nothing), when that was looked at, and whether somebody has told this copy to
	 * go on. */
	char *stranger;	  /* owned */
	time_t looked_at; /* 0 never */
	bool claimed;

	/* agree/agreement.c: services that records were ever wanted for, as
	 * SCHEME://HOST:PORT (owners.h), until nothing of ours is seen there; owned. */
	char *once;

	/* life/prune.c: what is left behind of them in DNS, when it was said, and whether
	 * a compromised key's record is among it. */
	char *left;	/* owned; NULL: nothing */
	time_t left_at; /* 0 never */
	bool left_exposed;

	/* agree, and life/publication.c where caches may hold anything: what the name
	 * servers said. */
	time_t agree_since; /* all have the records from then on; 0: not now */
	time_t agree_seen;  /* when that was last looked at */
	time_t lacked_at;   /* the last look at which one lacked a record; 0 never */
	bool looking;	    /* servers are being asked; what they said isn't kept yet */
	int64_t old_ttl_s;  /* of the set before, or of its denial; -1 unknown */
	int64_t hold_ttl_s; /* the largest seen since; -1 unknown */
	int64_t peak_ttl_s; /* the largest seen that caches may still hold sets by; 0:
			       none */
	int64_t seen_ttl_s; /* of the last look */
	time_t peak_at;	    /* the last time that sets with it were given out */
	char *boot;	    /* owned; the system's run in which agree_uptime_s counts */
	int64_t agree_uptime_s; /* of the system at agree_since */
	int64_t agreed_on; /* a hash of the records that agree_since is about; 0 none */
	char *agreed; /* owned; a hash of each of them, as a set (owners.h); NULL: none */
	char *heard;  /* owned; who answered in the looks until heard_at (heard.h); NULL:
			 nobody */
	time_t heard_at;
	char *goes_stale;     /* owned; which record of others the next switch leaves
				 behind (foreign.h); NULL: none */
	time_t filled_at;     /* when a server last had any record; 0 never */
	int64_t filled_ttl_s; /* the peak of then */

	/* life/by_hand.c: what a person was asked to change in DNS, and when. */
	char *asked;	 /* owned; NULL: nothing */
	time_t asked_at; /* 0 never */

	/* life/preflight.c: what the next step would fail at, and when it was said. */
	char *unready;	   /* owned; NULL: nothing */
	time_t unready_at; /* 0 never */

	/* lineage: a hash of lineage.conf when the state was saved last; 0 unknown. */
	int64_t conf_hash;

	/* lineage/lineage_group.c: of lineage.conf, as files and folders have it. */
	char *key_group; /* owned; NULL */

	/* lineage_state_renewal_failed() and _done(): renewals. */
	time_t renew_tried_at;
	int64_t renew_failures;
	char *renew_error; /* owned; of the last order that failed; NULL */

	/* cert: the window in which the CA wants a renewal. */
	time_t ari_start, ari_end, ari_asked_at; /* 0 unknown */
	time_t ari_at;	       /* the moment of the window that was drawn; 0 none */
	time_t ari_again_at;   /* when the CA is asked next */
	int64_t ari_failures;  /* that may pass, in a row */
	char *ari_explanation; /* owned; URL where the CA says why then; NULL */
	char *ari_renewed;     /* owned; the key types that were renewed for that window,
				  where not all could be; NULL: none */
};

void lineage_state_init(struct lineage_state *state);
void lineage_state_clear(struct lineage_state *state);
/* "idle", "staged", ... */
const char *lineage_state_stage_name(enum lineage_stage stage);
/* DP_ENOENT where there is no such file, DP_EFORMAT where it isn't one of ours. */
int lineage_state_load(const char *path, struct lineage_state *ret_state,
		       struct why *why);
int lineage_state_save(struct env *env, const char *path,
		       const struct file_access *access,
		       const struct lineage_state *state, struct why *why);
/* Corrects times that a clock which was ahead has left, so that nobody waits until
 * then. Returns whether there was one. */
bool lineage_state_mend(struct lineage_state *state, time_t now);
/* Notes that a try to renew the certificate has failed for this reason; or that the
 * last one hasn't. */
void lineage_state_renewal_failed(struct lineage_state *state, const char *text,
				  time_t now);
void lineage_state_renewal_done(struct lineage_state *state);
/* What failed is tried at once: somebody asks for it, or has changed what it goes by. */
void lineage_state_end_pause(struct lineage_state *state);
/* Sets the reason and since when it holds (NULL: forgets it); the same text again keeps
 * its time. */
void lineage_state_reason(struct lineage_state *state, const char *text, time_t now);

/* The stage, or what it was before it got stuck. */
enum lineage_stage lineage_state_stage(const struct lineage_state *state);
/* Whose certificate is renewed: the generation that the servers have, else the current
 * one. */
int64_t lineage_state_live(const struct lineage_state *state);

#endif
