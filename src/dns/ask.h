/* SPDX-License-Identifier: BSD-2-Clause */
/* One plain question to one server, without validation: what it says by itself. For
 * explanations (extended DNS errors, which name server differs) and for finding out
 * whether a resolver passes DNSSEC on; never for a verdict. */
#ifndef DNS_ASK_H
#define DNS_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ask;
struct loop;
struct why;

struct ask_conf {
	const char *server; /* "ADDR" or "ADDR@PORT" */
	const char *name;
	uint16_t type;
	bool recursive; /* RD: the server is a resolver, not an authoritative one */
	bool unchecked; /* CD: leave validation to us */
	bool tcp;	/* by TCP from the start */
	int64_t timeout_ms;
};

struct ask_reply {
	bool answered; /* false: error says why not */
	int rcode;     /* as on the wire */
	char rcode_text[16];
	size_t rr_count; /* records of the type asked for in the answer section */
	bool has_rrsig;	 /* an RRSIG over them, or over the proof that there are none */
	bool authoritative;
	uint64_t rrset_hash; /* of those records, order doesn't matter; 0 for none */
	int64_t serial;	     /* SOA serial when the type asked for is SOA; -1 */
	int ede_code;	     /* extended DNS error (RFC 8914), -1 none */
	char ede_text[200];  /* its EXTRA-TEXT, raw; "" none */
	char error[120];
	bool unreachable;      /* this host has no way to that address */
	bool cut;	       /* its answer over UDP was, and TCP gave none */
	bool timed_out;	       /* nothing came in the whole time */
	const uint8_t *packet; /* as it came; borrowed for the call; NULL none */
	size_t packet_len;
};

typedef void ask_fn(void *arg, const struct ask_reply *reply);

/* Asks over UDP, and over TCP when the answer was cut. fn is called once, from the loop.
 * Free it before or after. Fails only for an address or name that makes no sense. */
int ask_new(struct loop *loop, const struct ask_conf *conf, ask_fn *fn, void *arg,
	    struct ask **ret_ask, struct why *why);
void ask_free(struct ask *a);
/* Reads a reply packet; DP_EFORMAT when it can't be parsed or answers another question.
 */
int ask_read_reply(const uint8_t *packet, size_t len, const char *name, uint16_t type,
		   struct ask_reply *ret_reply, struct why *why);
/* "Signature Expired" for 7; "code N" for unknown ones is left to the caller: NULL. */
const char *ask_ede_name(int code);

#endif
