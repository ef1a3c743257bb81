/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a lineage stands, and what happens next, when. Reads only. */
#ifndef SETUP_STATUS_H
#define SETUP_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "setup/life/preflight.h"
#include "setup/lineage/lineage_state.h"

struct env;
struct why;

/* As the exit status of a monitoring plugin. */
enum status_level { STATUS_OK, STATUS_WARNING, STATUS_CRITICAL, STATUS_UNKNOWN };

struct status {
	char *name;  /* owned */
	char *error; /* owned; why it can't be read, and then nothing below counts */
	enum lineage_stage stage, resume;
	time_t since;
	int64_t current, next, goal, live; /* generations, 0 none */
	int64_t compromised;		   /* the one that an emergency is about */
	char *reason;			   /* owned; NULL */
	time_t reason_since;
	time_t not_before, not_after; /* of the live certificate that ends first, else of
					 the newest of the current key; 0: there is none
					 */
	time_t renew_at, rollover_at; /* 0: not planned; renew_at is the newest's */
	char *renew_error;	      /* owned; NULL */
	char *renew_explanation;      /* owned; URL where the CA says why then; NULL */
	char *action;		      /* owned; "renew certificate" */
	time_t action_at;	      /* 0: not known; in the past: at the next run */
	enum status_level level;
	char *problem;		/* owned; what raises the level, NULL */
	struct preflight check; /* owned; of status_check() only */
};

/* Never fails: what can't be read is told in error. Undo with status_clear(). */
void status_read(struct env *env, const char *base, const char *name,
		 struct status *ret_status);
/* The same, and looks whether the next steps would fail, asking name servers and
 * services; changes nothing. */
void status_check(struct env *env, const char *base, const char *name,
		  struct status *ret_status);
void status_clear(struct status *status);
/* {"version":1,"lineages":[...]}; on the heap. */
char *status_json(const struct status *status, size_t count);

#endif
