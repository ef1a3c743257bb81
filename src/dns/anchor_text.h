/* SPDX-License-Identifier: BSD-2-Clause */
/* The root's DS and DNSKEY records in the files that programs keep them in. */
#ifndef DNS_ANCHOR_TEXT_H
#define DNS_ANCHOR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What DS and DNSKEY have in common: three numbers, then octets. */
struct anchor_text_record {
	bool is_key;
	int64_t number[3]; /* tag, algorithm, digest type; flags, protocol, algorithm */
	uint8_t *data;	   /* borrowed */
	size_t len;
};

typedef void anchor_text_fn(void *arg, const struct anchor_text_record *record);

/* Calls fn with each record of the root in text, whose lines end in LF: lines of a zone
 * file, with parentheses or without, those that unbound marks as not valid (RFC 5011)
 * left out; or the clauses trust-anchors, managed-keys and trusted-keys of BIND. Anything
 * else in it says nothing. */
void anchor_text_each(const char *text, anchor_text_fn *fn, void *arg);

#endif
