/* SPDX-License-Identifier: BSD-2-Clause */
/* Domain names: uncompressed wire form (RFC 1035 section 3.1), and text in lower case
 * without a final dot ("." is ""). */
#ifndef DNS_DNAME_H
#define DNS_DNAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct why;

#define DNAME_MAX 255	    /* octets of a name, RFC 1035 section 2.3.4 */
#define DNAME_LABEL_MAX 63  /* octets of a label, the same */
#define DNAME_TEXT_MAX 1016 /* of its text, every octet as \DDD, and the NUL */

struct dname {
	uint8_t octet[DNAME_MAX]; /* the final empty label included */
	size_t len;
};

/* \. and \DDD are understood, a final dot may be there; "" and "." are the root.
 * DP_EINVAL names what is no domain name. */
int dname_from_text(const char *text, struct dname *ret_name, struct why *why);
/* Case doesn't matter. */
bool dname_equal(const struct dname *a, const struct dname *b);
/* Whether name lies below parent; not when they are equal. */
bool dname_is_below(const struct dname *name, const struct dname *parent);
/* On the heap; bytes outside printable ASCII as \DDD. Of a wire that isn't whole, the
 * labels that are. */
char *dname_text(const uint8_t *wire, size_t len);
/* The text of the name that fills the len octets, uncompressed; on the heap. DP_EFORMAT
 * where they are anything else. */
int dname_from_wire(const uint8_t *wire, size_t len, char **ret_text, struct why *why);
/* "_443._tcp.www.example.com" for port 443, "tcp" and that host; on the heap. */
char *dname_tlsa_owner(const char *host, int port, const char *protocol);
/* The parent's part of name, NULL for a single label or ""; borrowed from name. */
const char *dname_parent(const char *name);

#endif
