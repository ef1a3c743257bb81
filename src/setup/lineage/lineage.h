/* SPDX-License-Identifier: BSD-2-Clause */
/* A lineage: the folder with the current and the next key pair of a service.
 *
 *   lineage.conf  state  journal  lock
 *   keys/0001/ecdsa-p256/privkey.pem, request.csr, certs/0001/{cert,chain,fullchain}.pem
 *   current, next -> keys/NNNN      live -> views/NNNN (view.h)
 */
#ifndef SETUP_LINEAGE_H
#define SETUP_LINEAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/lineage/lineage_conf.h"
#include "setup/lineage/lineage_state.h"
#include "setup/world/env.h"

struct why;

#define LINEAGE_NAME_MAX 64
#define LINEAGE_NUMBER_MAX 9999	     /* the highest number of a generation or view */
#define LINEAGE_STATE_COPY "state.1" /* the state as the last run left it */

#define LINEAGE_SELF_SIGNED "self-signed" /* the view until there is another */

struct lineage {
	struct env *env;  /* borrowed */
	const char *verb; /* borrowed; for the journal */
	char *name;	  /* owned */
	char *dir;	  /* owned; DIR/NAME */
	int lock;	  /* file descriptor; -1: opened for reading */
	bool has_saved;	  /* in this run */
	struct lineage_conf conf;
	struct lineage_state state;
};

/* Letters, digits, '.', '_' and '-', not beginning with one of the last three. */
int lineage_check_name(const char *name, struct why *why);
/* Lists, sorted, the names below base that have a state or a lineage.conf, or that may
 * not be looked into; the caller frees each and the array. Without a base folder there
 * is no lineage. */
int lineage_list(const char *base, char ***ret_names, size_t *ret_count, struct why *why);

/* Whether there is a lineage of that name, or what is left of one; errno says why not. */
bool lineage_is_there(const char *base, const char *name);

/* Frees it, and lets go of the lock. */
void lineage_close(struct lineage *lineage);

/* Begins what both opening and making a lineage need: no state yet, and no lock. */
void lineage_begin(struct env *env, const char *base, const char *name, const char *verb,
		   struct lineage *lineage);
/* Takes the lock without waiting: DP_EBUSY when another run has it. */
int lineage_lock(struct lineage *lineage, struct why *why);

/* Writes the state. */
int lineage_save(struct lineage *lineage, struct why *why);
/* Adds a line to the journal: pairs of key and value (NULL values are left out), then
 * NULL. Of a lineage that is open for reading nothing is noted. */
int lineage_note(struct lineage *lineage, struct why *why, const char *event, ...);
/* Points current and next to the generations of the state. */
int lineage_point(struct lineage *lineage, struct why *why);
/* How generations, views and certificates are numbered, in paths and in messages: "0042".
 * For use within an expression: lineage_number(n).text. */
struct lineage_number {
	char text[24];
};
struct lineage_number lineage_number(int64_t number);
/* DIR/NAME/ and the rest; on the heap. */
char *lineage_path(const struct lineage *lineage, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* keys/0001/ecdsa-p256 as a path; on the heap. */
char *lineage_key_path(const struct lineage *lineage, int64_t generation,
		       enum key_type type, const char *rest);
/* SHA-256 of the SubjectPublicKeyInfo of each key type of conf, from the requests. */
int lineage_spki(const struct lineage *lineage, int64_t generation,
		 uint8_t (*ret_spki)[32], struct why *why);
/* The keys of the latest generations, those out of use too; on the heap. */
size_t lineage_known_keys(const struct lineage *lineage, struct env_known_key **ret_keys);
/* Kinds among the key types of conf, ECDSA standing for EdDSA too. */
void lineage_kinds(const struct lineage *lineage, bool *ret_rsa, bool *ret_ecdsa);
/* How folders and files of the lineage are made: for key_group, else for nobody's
 * group. */
int lineage_access(const struct lineage *lineage, bool is_folder,
		   struct file_access *ret_access, struct why *why);

#endif
