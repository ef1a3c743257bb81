/* SPDX-License-Identifier: BSD-2-Clause */
/* What the extensions of a certificate say on whether a path through it holds (RFC 5280
 * section 4.2.1), read in place. No I/O. */
#ifndef DANE_EXT_H
#define DANE_EXT_H

#include <stdbool.h>
#include <stddef.h>

#include "dane/der.h"

/* Bits of keyUsage as RFC 5280 section 4.2.1.3 numbers them. */
enum {
	EXT_DIGITAL_SIGNATURE = 1 << 0,
	EXT_KEY_ENCIPHERMENT = 1 << 2,
	EXT_KEY_AGREEMENT = 1 << 4,
	EXT_KEY_CERT_SIGN = 1 << 5
};

/* What isn't there is false, -1, or a reader of no octets. */
struct ext {
	const char *
		broken; /* a known one that can't be read or is there twice; NULL: none */
	char unknown[64]; /* a critical one that nobody processes, by its OID; "" */
	bool has_key_usage, has_basic, ca, has_purposes, for_servers;
	unsigned key_usage;
	long path_len;
	long require_policy, inhibit_mapping, inhibit_any;
	bool has_policies, has_constraints;
	struct der_reader alt_names;			   /* GeneralName elements */
	struct der_reader constraints, policies, mappings; /* what the SEQUENCE holds */
	struct der_reader key_id, issuer_key_id;
	/* of the authority key identifier: GeneralNames and the number, what they hold */
	struct der_reader issuer_names, issuer_serial;
};

/* Reads all that cert has. */
void ext_read(const struct der_cert *cert, struct ext *ret_ext);

#endif
