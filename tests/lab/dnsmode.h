/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the lab's DNS relay misbehaves; one set of modes a process.
 *
 *   strip             no RRSIG, NSEC, NSEC3, no AD
 *   rcode:TYPE:RCODE  questions for TYPE (ANY: all) get RCODE, the upstream isn't asked
 *   drop:TYPE         they get no answer
 *   lie:TYPE          the last octet of every record of TYPE is changed
 *   garbage:TYPE      the answer's body is noise
 *   question:TYPE     the answer is to another question
 *   refer:TYPE:ZONE   they get a referral to ZONE's servers
 *   ede:CODE:TEXT     SERVFAIL carries this extended DNS error
 *   delay:MS          every answer comes so much later
 *   tc                every UDP answer is truncated
 *   cut:TYPE          the same for that type alone
 *   notcp             a TCP connection is closed without an answer
 */
#ifndef DNSMODE_H
#define DNSMODE_H

#include <ldns/ldns.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ask the real server; NULL when it gives no answer. */
typedef ldns_pkt *dnsmode_ask(const uint8_t *query, size_t len);

/* Add one mode; false for an unknown one. The text is kept and cut up. */
bool dnsmode_parse(char *text);

/* The reply to a query in wire format, or NULL for none; free() it. */
uint8_t *dnsmode_answer(const uint8_t *query_wire, size_t query_len, bool udp,
			dnsmode_ask *ask, size_t *ret_len);

#endif
