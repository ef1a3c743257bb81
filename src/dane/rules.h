/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a signed path holds for a TLS server (RFC 5280 section 6.1, and OpenSSL's
 * answer where that is silent). No I/O. */
#ifndef DANE_RULES_H
#define DANE_RULES_H

#include <gnutls/gnutls.h>
#include <time.h>

struct chain_cert;
struct path;
struct path_budget;

#define RULES_REASON_SIZE 180

enum rules_state { RULES_VALID, RULES_EXPIRED, RULES_INVALID };

/* path_link() has tied each certificate to the next. Without bare_key the last one (of
 * two at least) is the anchor, whose own constraints count as well (RFC 7671
 * section 5.2.1); its signature doesn't. With it (DER of a SubjectPublicKeyInfo) that key
 * is the anchor, to which path_link_key() tied the last one (of one at least). Otherwise
 * a phrase into reason (RULES_REASON_SIZE octets) that names the certificate. */
enum rules_state rules_judge(struct path_budget *budget, const struct path *path,
			     const gnutls_datum_t *bare_key, time_t now, char *reason);

/* "the leaf", "certificate 2" */
void rules_name_cert(size_t depth, char *text, size_t size);

#endif
