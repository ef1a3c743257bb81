/* SPDX-License-Identifier: BSD-2-Clause */
/* Name constraints (RFC 5280 section 4.2.1.10): whether the names of a certificate are
 * ones for which a CA above it may speak. No I/O. */
#ifndef DANE_SUBTREE_H
#define DANE_SUBTREE_H

#include <stdbool.h>
#include <stddef.h>

#include "dane/der.h"

#define SUBTREE_REASON_SIZE 160

/* The names of one certificate. */
struct subtree_names {
	const gnutls_datum_t *subject; /* DER of a Name */
	struct der_reader alt_names;   /* what the SEQUENCE of a SAN holds */
	bool leaf;		       /* the CN counts where there is no DNS name */
};

/* Whether all names are within what constraints (what the SEQUENCE of the extension
 * holds) permit, and none within what they exclude. What can't be decided is not. Each
 * comparison takes from *budget. Otherwise a phrase into reason that follows "name
 * constraints of X ": "don't permit the DNS name www.example.com". */
bool subtree_permits(struct der_reader constraints, const struct subtree_names *names,
		     unsigned *budget, char *reason);

#endif
