/* SPDX-License-Identifier: BSD-2-Clause */
/* TLSA records to publish: made from a key, a request or a certificate, and written in
 * the forms that DNS tools and providers take. */
#ifndef SETUP_RECORD_H
#define SETUP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dane/tlsa.h"

struct chain;
struct target;
struct json_t;
struct why;

#define RECORD_TTL_MAX                                                                   \
	604800 /* a week: longer ones would stand in the way of every change */

/* The octets that selectors 0 and 1 cover. */
struct record_source {
	uint8_t *cert; /* owned DER; NULL: keys and requests have none */
	size_t cert_len;
	uint8_t *key; /* owned DER of SubjectPublicKeyInfo */
	size_t key_len;
	bool is_ca;   /* of a certificate whose basicConstraints say so */
	size_t depth; /* which certificate of the file or chain it is, from 0 */
	char *defect; /* owned; why some clients refuse the chain (defect.h); NULL: none
		       */
};

/* Each undone with record_source_clear(). */
int record_source_key(const char *path, struct record_source *ret_source,
		      struct why *why);
int record_source_csr(const char *path, struct record_source *ret_source,
		      struct why *why);
/* The first certificate of PEM or DER; for usages 0 and 2 the first CA's of several. A
 * raw public key gives no cert. It parses what a CA made. */
int record_source_cert(const void *data, size_t len, uint8_t usage,
		       struct record_source *ret_source, struct why *why);
/* The same from a chain that is there already (a live server's). */
int record_source_chain(const struct chain *chain, uint8_t usage,
			struct record_source *ret_source, struct why *why);
void record_source_clear(struct record_source *source);

struct record {
	char *owner; /* owned; "_443._tcp.www.example.com." */
	uint32_t ttl;
	struct tlsa rr; /* owned */
};

/* Whether one of the list has that owner, as it is written there, and that record. */
bool record_is_among(const char *owner, const struct tlsa *rr, const struct record *list,
		     size_t count);

/* Checks that records can be made for target: DP_EINVAL for mx:// and srv://, whose
 * records stand at other names. */
int record_check_target(const struct target *target, struct why *why);
/* "_443._tcp.www.example.com.", on the heap. DP_EINVAL as below. */
int record_owner(const struct target *target, char **ret_owner, struct why *why);
/* Makes the record that is to be published for target. DP_EINVAL where the source lacks
 * what the selector covers, for mx:// and srv:// (their hosts are the targets), and for
 * names that are too long. */
int record_make(const struct target *target, const struct record_source *source,
		uint8_t usage, uint8_t selector, uint8_t mtype, uint32_t ttl,
		struct record *ret_record, struct why *why);
void record_clear(struct record *record);

/* Lines without a newline, on the heap. */
char *record_zone_line(const struct record *record);	/* OWNER TTL IN TLSA U S M HEX */
char *record_generic_line(const struct record *record); /* RFC 3597 TYPE52 */
char *record_update_line(const struct record *record);	/* nsupdate's "update add ..." */
char *record_json(const struct record *record); /* {"name":...,"data":"8f43..."} */
/* The same as a value of jansson; the caller owns it. */
struct json_t *record_json_object(const struct record *record);
/* The owner without zone ("example.com", A-labels) and the dot before it; NULL where
 * owner isn't in zone. */
char *record_owner_in_zone(const struct record *record, const char *zone);
/* Guesses the zone of an owner: the last two labels, or three where the last two are
 * the like of co.uk. */
char *record_guess_zone(const struct record *record);

#endif
