/* SPDX-License-Identifier: BSD-2-Clause */
/* Reference names against the names in a certificate (RFC 6125 as RFC 7671 and 7672 want
 * it). No I/O. */
#ifndef DANE_NAME_H
#define DANE_NAME_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>

enum name_source { NAME_NONE, NAME_SAN, NAME_CN };

/* Whether a presented name (len octets, not trusted to be text) covers a reference name,
 * in ASCII without regard to case. "*" counts as the whole left-most label only, for
 * exactly one label, and needs two labels after it. Octets that no host name has never
 * match. */
bool name_covers(const void *presented, size_t len, const char *reference);
/* Where one of the reference names stands in crt: among the DNS names of its SAN or, with
 * allow_cn and when it has no DNS name there, in its only CN (RFC 7672 section 3.2.3). */
enum name_source name_find(gnutls_x509_crt_t crt, const char *const *names, size_t count,
			   bool allow_cn);

/* The host names among the DNS names of crt's SAN, in its order and in lower case,
 * without wildcards, at most max of them; the caller frees each and the array. */
char **name_hosts(gnutls_x509_crt_t crt, size_t max, size_t *ret_count);

#endif
