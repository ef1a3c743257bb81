/* SPDX-License-Identifier: BSD-2-Clause */
/* One TLSA record (RFC 6698 section 2): wire, text, and what it is made from. No I/O. */
#ifndef DANE_TLSA_H
#define DANE_TLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct why;

enum tlsa_usage { TLSA_PKIX_TA, TLSA_PKIX_EE, TLSA_DANE_TA, TLSA_DANE_EE };
enum tlsa_selector { TLSA_CERT, TLSA_SPKI };
enum tlsa_mtype { TLSA_FULL, TLSA_SHA256, TLSA_SHA512 };

/* Association data of one record: a whole certificate at most. */
#define TLSA_DATA_MAX 65532

struct tlsa {
	uint8_t usage, selector, mtype; /* wire values, unknown ones kept */
	uint8_t *data;			/* owned; NULL when len is 0 */
	size_t len;
};

/* Copies RDATA; DP_EFORMAT below three octets. Any values and an empty association are
 * kept, so that they can be shown. Undo with tlsa_clear(). */
int tlsa_from_rdata(const uint8_t *rdata, size_t len, struct tlsa *ret_rr,
		    struct why *why);
/* Parses "U S M HEX" (blanks in HEX allowed); the acronyms of RFC 7218 stand for the
 * numbers in any case. Undo with tlsa_clear(). */
int tlsa_parse(const char *text, struct tlsa *ret_rr, struct why *why);
/* Whether text looks like what tlsa_parse() takes, though it may refuse it. */
bool tlsa_is_record_text(const char *text);
/* The record that selected octets (a certificate's or key's DER) give: the octets
 * themselves for TLSA_FULL, else their digest. DP_EINVAL for an unknown mtype. */
int tlsa_from_octets(uint8_t usage, uint8_t selector, uint8_t mtype, const void *octets,
		     size_t len, struct tlsa *ret_rr, struct why *why);
void tlsa_clear(struct tlsa *rr);
int tlsa_copy(const struct tlsa *rr, struct tlsa *ret_rr);
bool tlsa_equal(const struct tlsa *a, const struct tlsa *b);
bool tlsa_is_among(const struct tlsa *rr, const struct tlsa *list, size_t count);
/* The same usage, selector and matching type, whatever the data. */
bool tlsa_same_parameters(const struct tlsa *a, const struct tlsa *b);
/* "3 1 1 8f43..." in full; on the heap. */
char *tlsa_to_text(const struct tlsa *rr);
/* The same with association data longer than 16 octets cut to its first 16 and last 8 hex
 * digits: "3 1 1 8f434346648f6b96...9fd2d1d1". */
char *tlsa_to_short_text(const struct tlsa *rr);

#endif
