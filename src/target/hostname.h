/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of hosts as people type them: case, final dot, IDNA2008. UTF-8 whatever the
 * locale. */
#ifndef TARGET_HOSTNAME_H
#define TARGET_HOSTNAME_H

#include <stdbool.h>
#include <stddef.h>

struct why;

#define HOSTNAME_MAX 253  /* RFC 1035: 255 octets on the wire */
#define HOSTNAME_LABEL 63 /* likewise */

/* What is let in beside letters, digits, hyphens and underscores. */
enum hostname_allow {
	HOSTNAME_PLAIN = 0,
	HOSTNAME_WILDCARD = 1,	/* "*" as the whole first label (certificates) */
	HOSTNAME_UNDERSCORE = 2 /* "_tcp" and its like: owners of records (SRV) */
};

/* The name of len bytes in A-labels, lower case, without its final dot. ret_unicode (may
 * be NULL) gets the U-labels, or NULL where they are the same, or where IDNA2008 has none
 * for an A-label that was given: that is used as it stands. Both on the heap.
 * DP_EINVAL says what is wrong: empty, label or name too long, a blank, not IDNA2008, an
 * address. */
int hostname_parse(const char *text, size_t len, unsigned allow, char **ret_host,
		   char **ret_unicode, struct why *why);
/* Whether some label is a protocol's, as in "_443._tcp.www.example.com": no host is. */
bool hostname_is_owner(const char *name);
/* Whether the len bytes are an IPv4 or IPv6 address, in brackets or without. */
bool hostname_is_address(const char *text, size_t len);

#endif
