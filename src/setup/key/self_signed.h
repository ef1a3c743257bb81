/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate that a key signs for itself: for a server that is to start before the
 * CA's is there. */
#ifndef SETUP_SELF_SIGNED_H
#define SETUP_SELF_SIGNED_H

#include <gnutls/x509.h>
#include <time.h>

struct csr_names;
struct key;
struct why;

/* For these names, a year long, in PEM; the caller gnutls_free()s ret_pem->data. */
int self_signed_make(const struct key *key, const struct csr_names *names, time_t now,
		     gnutls_datum_t *ret_pem, struct why *why);

#endif
