/* SPDX-License-Identifier: BSD-2-Clause */
/* Installs a key and its newest certificates: switches live, runs the deploy commands,
 * looks at every endpoint, and goes back to what was there before if that fails. */
#ifndef SETUP_INSTALL_H
#define SETUP_INSTALL_H

#include <stdint.h>

struct lineage;
struct why;

enum install_result {
	INSTALL_DONE,	  /* every endpoint presents the key */
	INSTALL_WENT_BACK /* what was there before is live again, as far as it can be and
			     is of use; or nothing was deployed */
};

/* Installs without asking whether that is safe. With INSTALL_WENT_BACK ret_text (on the
 * heap) says what failed and what is live now, in less than 500 octets. */
int install_generation(struct lineage *lineage, int64_t generation,
		       enum install_result *ret_result, char **ret_text, struct why *why);
/* Installs a new certificate of the key that is live. An endpoint where something was
 * wrong before the switch is no reason to go back: with INSTALL_DONE ret_text tells of
 * one, NULL: there is none. */
int install_renewal(struct lineage *lineage, int64_t generation,
		    enum install_result *ret_result, char **ret_text, struct why *why);
/* Finishes what a crash cut short; INSTALL_DONE too where there is nothing to do. */
int install_recover(struct lineage *lineage, enum install_result *ret_result,
		    char **ret_text, struct why *why);
/* Gives up what a crash cut short, without letting servers read anything. */
int install_abandon(struct lineage *lineage, struct why *why);
enum install_presence {
	INSTALL_PRESENTED, /* an address of the service presents the key */
	INSTALL_ABSENT,	   /* each that can be reached presents another one */
	INSTALL_UNKNOWN	   /* nobody can look */
};

/* Whether the service presents a key of generation (0: of any that the lineage has). */
enum install_presence install_find_presence(struct lineage *lineage, const char *service,
					    int64_t generation);
/* Whether an endpoint presents a key that clients accept by records in DNS and that is of
 * no generation of the lineage, or of the next one while nothing is being brought to the
 * servers: ret_stranger (on the heap) says which, NULL: none, or it
 * can't be said. */
int install_stranger(struct lineage *lineage, char **ret_stranger, struct why *why);
/* Whether every endpoint presents what live has of generation; ret_problem (on the heap)
 * where not. */
int install_look(struct lineage *lineage, int64_t generation, char **ret_problem,
		 struct why *why);

/* The same, for who has not reloaded anything: what is wrong gets no time to settle. */
int install_glance(struct lineage *lineage, int64_t generation, char **ret_problem,
		   struct why *why);

#endif
