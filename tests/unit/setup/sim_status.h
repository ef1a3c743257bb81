/* SPDX-License-Identifier: BSD-2-Clause */
/* The judge of what status says, beside the one of what clients meet (sim_dns.h). */
#ifndef TESTS_SETUP_SIM_STATUS_H
#define TESTS_SETUP_SIM_STATUS_H

struct env;
struct sim;

/* What an operator who knew all would expect to read. */
enum sim_status_mood {
	SIM_STATUS_WELL,    /* nothing waits for a person: an alarm is a false one */
	SIM_STATUS_BUSY,    /* it mends, or is being told: either may be said */
	SIM_STATUS_TROUBLED /* something waits for a person: OK is a false one */
};

/* Reads status of www as a monitor does. Objects to OK where the mood forbids it or a
 * client would be refused now, and to an alarm where all is well. Returns the sentence
 * that it says, on the heap; NULL: it says OK. trouble: what waits, for the objection. */
char *sim_status_judge(struct sim *sim, struct env *env, enum sim_status_mood mood,
		       const char *trouble);

#endif
