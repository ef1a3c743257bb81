/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates of a lineage's keys: checked before they count, kept in numbered folders
 * of which the highest is the newest. */
#ifndef SETUP_CERTIFICATE_H
#define SETUP_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "setup/key/key.h"

struct delivered;
struct lineage;
struct why;

struct certificate {
	int64_t number; /* of certs/NNNN; 0: there is none */
	time_t not_before, not_after;
	uint8_t sha256[32]; /* of its DER */
};

/* Checks that text (PEM, the leaf first) certifies the key of generation and type: its
 * key, all domains, its dates, each certificate signed by the next. DP_EINVAL says what
 * is wrong with it. The certificate has no number yet. */
int certificate_check(const struct lineage *lineage, int64_t generation,
		      enum key_type type, const char *text, size_t len,
		      struct certificate *ret_certificate, struct why *why);
/* The same by the facts that were found in it, with the lineage's domains asked for. */
int certificate_judge(const struct lineage *lineage, int64_t generation,
		      enum key_type type, const struct delivered *delivered,
		      struct why *why);
/* Checks the same, and stores it as the newest. */
int certificate_store(struct lineage *lineage, int64_t generation, enum key_type type,
		      const char *text, size_t len, struct certificate *ret_certificate,
		      struct why *why);
/* Takes over DIR/fullchain.pem, which may be missing. What doesn't fit is left alone. */
int certificate_adopt(struct lineage *lineage, int64_t generation, enum key_type type,
		      const char *dir, struct why *why);
/* Makes keys/NNNN/TYPE/self-signed with a certificate by the key itself, for servers that
 * are to start before there is another. It is none of the numbered ones. */
int certificate_self_sign(struct lineage *lineage, int64_t generation, enum key_type type,
			  struct why *why);
/* Reads the newest one. */
int certificate_newest(const struct lineage *lineage, int64_t generation,
		       enum key_type type, struct certificate *ret_certificate,
		       struct why *why);
/* Whether certificate number names all domains of lineage.conf as it is now. */
int certificate_is_named(const struct lineage *lineage, int64_t generation,
			 enum key_type type, int64_t number, bool *ret_named,
			 struct why *why);
/* Whether certificate number is for the key of the request. */
int certificate_is_for_key(const struct lineage *lineage, int64_t generation,
			   enum key_type type, int64_t number, bool *ret_fits,
			   struct why *why);
/* "ended at 2027-01-10T..." or "isn't valid before ...", on the heap; NULL: valid now. */
char *certificate_word_dates(const struct certificate *certificate, time_t now);
/* Reads dates and SHA-256 of the first certificate of a PEM file; leaves number alone. */
int certificate_read(const char *path, struct certificate *ret_certificate,
		     struct why *why);

#endif
