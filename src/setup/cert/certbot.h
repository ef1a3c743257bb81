/* SPDX-License-Identifier: BSD-2-Clause */
/* What certbot keeps for a lineage with acme = hook certbot: a folder DIR/live/NAME for
 * each certificate, DIR/renewal/NAME.conf and DIR/cli.ini. It is only read. */
#ifndef SETUP_CERTBOT_H
#define SETUP_CERTBOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/key/key.h"

struct lineage;
struct why;

/* Returns true when it has seen enough. */
typedef bool certbot_folder_fn(const struct lineage *lineage, const char *folder,
			       void *arg);

/* Calls see with each folder that the acme line names, until it returns true. Returns
 * whether it did. */
bool certbot_any_folder(const struct lineage *lineage, certbot_folder_fn *see, void *arg);

/* A certificate, and which key of the lineage it is for. */
struct certbot_found {
	char *text; /* owned; fullchain.pem */
	size_t len;
	uint8_t cert[32], spki[32]; /* SHA-256 of the leaf and of its key */
	int64_t generation;	    /* 0: none of the lineage's keys in use */
	enum key_type type;	    /* of that key, else the likely one */
};

/* Undo with certbot_found_clear(), also after an error. */
int certbot_find(const struct lineage *lineage, const char *folder,
		 struct certbot_found *ret_found, struct why *why);
/* The same by the private key that is in folder now, and of which the next certificate
 * will be; where that can't be read, by the certificate's. */
int certbot_find_next(const struct lineage *lineage, const char *folder,
		      struct certbot_found *ret_found, struct why *why);
void certbot_found_clear(struct certbot_found *found);
/* The commands that give certbot a key of the lineage, "\n" between them, on the heap;
 * NULL for a type that it doesn't take. */
char *certbot_give_key(const struct lineage *lineage, const char *folder,
		       int64_t generation, enum key_type type);
/* What will go wrong at the next renewal of a key of that type, as certbot is
 * configured; NULL: nothing. ret_remedy is on the heap, or NULL. */
const char *certbot_predict(const char *folder, enum key_type type, char **ret_remedy);

#endif
