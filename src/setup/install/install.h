/* SPDX-License-Identifier: BSD-2-Clause */
/* Puts a key and its newest certificates under the servers: switch live, deploy, look at
 * every endpoint, and back to what was there if that fails. */
#ifndef SETUP_INSTALL_H
#define SETUP_INSTALL_H

#include <stdint.h>

struct lineage;
struct why;

enum install_result {
	INSTALL_DONE,	  /* every endpoint presents the key */
	INSTALL_WENT_BACK /* what was there before is live again, as far as it can be */
};

/* Asks nobody whether it is safe. With INSTALL_WENT_BACK ret_text (on the heap) says what
 * failed and what is live now, in less than 500 octets. */
int install_generation(struct lineage *lineage, int64_t generation,
		       enum install_result *ret_result, char **ret_text, struct why *why);
/* The same for a new certificate of the key that is live: an endpoint where something was
 * wrong before the switch, too, is no reason to go back. With INSTALL_DONE ret_text tells
 * of one, NULL: there is none. */
int install_renewal(struct lineage *lineage, int64_t generation,
		    enum install_result *ret_result, char **ret_text, struct why *why);
/* Finishes what a crash cut short; INSTALL_DONE too where there is nothing to do. */
int install_recover(struct lineage *lineage, enum install_result *ret_result,
		    char **ret_text, struct why *why);
/* Whether every endpoint presents what live has of generation; ret_problem (on the heap)
 * where not. */
int install_look(struct lineage *lineage, int64_t generation, char **ret_problem,
		 struct why *why);

#endif
