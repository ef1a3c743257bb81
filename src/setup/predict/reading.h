/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate that an ACME client keeps, and what its renewal makes of records that are
 * published: read apart (base/apart.h), since a CA made it. */
#ifndef SETUP_READING_H
#define SETUP_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "setup/predict/outlook.h"
#include "setup/predict/predict_conf.h"

struct buf;
struct target;
struct tlsa;
struct why;

#define READING_HOSTS_MAX 100 /* of a certificate: CAs allow no more */

struct reading {
	char *text; /* owned; the octets that all of it is about */
	size_t len;
	time_t not_before, not_after; /* -1 unknown */
	uint8_t spki_sha256[32];      /* made here, of octets of the certificate */
	char *issuer;		      /* owned; NULL unknown */
	char **host;		      /* owned; its names, without wildcards */
	size_t hosts;
	bool *names; /* owned; of each target that was asked about whether it names it */
};

/* Records at one owner, and what is known of the key; all borrowed. */
struct reading_records {
	const struct tlsa *rr;
	size_t count;
	const char *base_domain;
	enum predict_key key;
};

/* Reads the file at path; a certificate that can't be parsed is DP_EFORMAT. Undo with
 * reading_clear(). */
int reading_make(const char *path, const struct target *targets, size_t target_count,
		 struct reading *ret_reading, struct why *why);
/* Takes what was found of names; DP_EFORMAT where it can't be. */
int reading_take(const struct buf *facts, size_t target_count, struct reading *reading,
		 struct why *why);
/* The outlook of each record. */
int reading_judge(const struct reading *reading, const struct reading_records *records,
		  enum outlook *ret_outlooks, struct why *why);
int reading_take_outlooks(const struct buf *facts, size_t count,
			  enum outlook *ret_outlooks, struct why *why);
void reading_clear(struct reading *reading);

#endif
