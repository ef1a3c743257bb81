/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS messages as on the wire (RFC 1035 section 4), taken for hostile. */
#ifndef DNS_WIRE_H
#define DNS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dname;
struct why;

#define WIRE_HEADER_LEN 12
#define WIRE_CLASS_IN 1

/* Of the header's second sixteen bits. */
enum wire_flag {
	WIRE_QR = 0x8000,
	WIRE_AA = 0x0400,
	WIRE_TC = 0x0200,
	WIRE_RD = 0x0100,
	WIRE_CD = 0x0010
};

/* What we look at (RFC 1035 section 4.1.1), and the last that has a name. */
enum wire_rcode { WIRE_NOERROR = 0, WIRE_SERVFAIL = 2, WIRE_NXDOMAIN = 3 };

enum wire_section {
	WIRE_QUESTION,
	WIRE_ANSWER,
	WIRE_AUTHORITY,
	WIRE_ADDITIONAL,
	WIRE_SECTIONS
};

struct wire_rr {
	enum wire_section section;
	size_t owner; /* where the name is; wire_name() reads it */
	uint16_t type, class;
	uint32_t ttl; /* seconds; of a question 0 */
	size_t rdata, rdata_len;
};

struct wire {
	const uint8_t *data; /* borrowed */
	size_t len;
	uint16_t id, flags; /* flags: enum wire_flag, and the RCODE in the last four */
	struct wire_rr *rr; /* owned; of all sections, in order */
	size_t rr_count;
};

uint16_t wire_get16(const uint8_t *p);
uint32_t wire_get32(const uint8_t *p);
/* Finds the records of a message: all names and lengths lie inside, the counts are true
 * and nothing follows, else DP_EFORMAT. data must outlive it. Undo with wire_clear(). */
int wire_parse(const uint8_t *data, size_t len, struct wire *ret_wire, struct why *why);
void wire_clear(struct wire *wire);
/* The response code, without the upper bits that EDNS adds. */
int wire_rcode(const struct wire *wire);
/* "SERVFAIL"; "RCODE11" for codes without a name. Into text. */
void wire_rcode_text(int rcode, char text[16]);
/* The name at that place, uncompressed; *ret_end (may be NULL) is what follows it there.
 * DP_EFORMAT also for pointers that don't point back, so it always ends. */
int wire_name(const struct wire *wire, size_t at, struct dname *ret_name, size_t *ret_end,
	      struct why *why);
/* The record's data on the heap, names in it uncompressed where its type may have them
 * compressed (RFC 3597 section 4). DP_EFORMAT when the data isn't what such a record
 * holds. */
int wire_rdata(const struct wire *wire, const struct wire_rr *rr, uint8_t **ret_data,
	       size_t *ret_len, struct why *why);
/* A question with an EDNS OPT that sets DO: the whole message, on the heap. */
uint8_t *wire_query(const struct dname *name, uint16_t type, uint16_t id, uint16_t flags,
		    uint16_t udp_size, size_t *ret_len);

#endif
