/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/ext.h"

#include <string.h>

typedef bool read_fn(struct der_reader value, struct ext *ext);

static bool read_key_usage(struct der_reader value, struct ext *ext)
{
	struct der_reader bits;
	size_t i;

	if (!der_take(&value, DER_BIT_STRING, NULL, &bits) || value.left || !bits.left ||
	    bits.at[0] > 7)
		return false;
	ext->has_key_usage = true;
	for (i = 0; i < 8 && bits.left > 1; i++)
		if (bits.at[1] & (0x80 >> i))
			ext->key_usage |= 1u << i;
	return true;
}

static bool read_basic(struct der_reader value, struct ext *ext)
{
	struct der_reader basic, ca;

	if (!der_take(&value, DER_SEQUENCE, NULL, &basic) || value.left)
		return false;
	ext->has_basic = true;
	if (der_next_is(&basic, DER_BOOLEAN)) {
		if (!der_take(&basic, DER_BOOLEAN, NULL, &ca) || ca.left != 1)
			return false;
		ext->ca = ca.at[0] != 0;
	}
	if (basic.left && !der_take_number(&basic, DER_INTEGER, &ext->path_len))
		return false;
	return !basic.left;
}

/* anyExtendedKeyUsage alone doesn't do: "Applications MAY reject certificates that
 * include the anyExtendedKeyUsage OID but not the particular OID expected" (RFC 5280
 * section 4.2.1.12), and OpenSSL does. */
static bool read_purposes(struct der_reader value, struct ext *ext)
{
	static const unsigned char server_auth[] = { 0x2b, 0x06, 0x01, 0x05,
						     0x05, 0x07, 0x03, 0x01 };
	struct der_reader purposes, oid;
	gnutls_datum_t octets;

	if (!der_take(&value, DER_SEQUENCE, NULL, &purposes) || value.left)
		return false;
	ext->has_purposes = true;
	while (purposes.left) {
		if (!der_take(&purposes, DER_OID, NULL, &oid))
			return false;
		octets = der_rest(&oid);
		ext->for_servers = ext->for_servers ||
				   der_oid_is(&octets, server_auth, sizeof(server_auth));
	}
	return true;
}

static bool read_sequence(struct der_reader value, struct der_reader *ret_inside)
{
	return der_take(&value, DER_SEQUENCE, NULL, ret_inside) && !value.left &&
	       ret_inside->left;
}

static bool read_alt_names(struct der_reader value, struct ext *ext)
{
	return der_take(&value, DER_SEQUENCE, NULL, &ext->alt_names) && !value.left;
}

static bool read_constraints(struct der_reader value, struct ext *ext)
{
	ext->has_constraints = true; /* an empty one constrains nothing */
	return der_take(&value, DER_SEQUENCE, NULL, &ext->constraints) && !value.left;
}

static bool read_policies(struct der_reader value, struct ext *ext)
{
	ext->has_policies = true;
	return read_sequence(value, &ext->policies);
}

static bool read_mappings(struct der_reader value, struct ext *ext)
{
	return read_sequence(value, &ext->mappings);
}

static bool read_policy_constraints(struct der_reader value, struct ext *ext)
{
	struct der_reader numbers;

	if (!read_sequence(value, &numbers))
		return false;
	if (der_next_is(&numbers, DER_CONTEXT) &&
	    !der_take_number(&numbers, DER_CONTEXT, &ext->require_policy))
		return false;
	if (der_next_is(&numbers, DER_CONTEXT + 1) &&
	    !der_take_number(&numbers, DER_CONTEXT + 1, &ext->inhibit_mapping))
		return false;
	return !numbers.left;
}

static bool read_inhibit_any(struct der_reader value, struct ext *ext)
{
	return der_take_number(&value, DER_INTEGER, &ext->inhibit_any) && !value.left;
}

static bool read_key_id(struct der_reader value, struct ext *ext)
{
	return der_take(&value, DER_OCTET_STRING, NULL, &ext->key_id) && !value.left;
}

static bool read_issuer_key_id(struct der_reader value, struct ext *ext)
{
	struct der_reader parts;

	if (!der_take(&value, DER_SEQUENCE, NULL, &parts) || value.left)
		return false;
	if (der_next_is(&parts, DER_CONTEXT) &&
	    !der_take(&parts, DER_CONTEXT, NULL, &ext->issuer_key_id))
		return false;
	if (der_next_is(&parts, DER_CONSTRUCTED + 1) &&
	    !der_take(&parts, DER_CONSTRUCTED + 1, NULL, &ext->issuer_names))
		return false;
	if (der_next_is(&parts, DER_CONTEXT + 2) &&
	    !der_take(&parts, DER_CONTEXT + 2, NULL, &ext->issuer_serial))
		return false;
	return !parts.left;
}

/* Says where revocation lists are, which nothing here fetches. */
static bool read_nothing(struct der_reader value, struct ext *ext)
{
	(void)value;
	(void)ext;
	return true;
}

/* Those of id-ce (2.5.29), by their last number. */
static const struct known {
	unsigned char last;
	const char *name;
	read_fn *read;
} known[] = {
	{ 14, "subject key identifier", read_key_id },
	{ 15, "keyUsage", read_key_usage },
	{ 17, "subjectAltName", read_alt_names },
	{ 19, "basicConstraints", read_basic },
	{ 30, "nameConstraints", read_constraints },
	{ 31, "cRLDistributionPoints", read_nothing },
	{ 32, "certificatePolicies", read_policies },
	{ 33, "policyMappings", read_mappings },
	{ 35, "authority key identifier", read_issuer_key_id },
	{ 36, "policyConstraints", read_policy_constraints },
	{ 37, "extKeyUsage", read_purposes },
	{ 54, "inhibitAnyPolicy", read_inhibit_any },
};
#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))

static size_t find_known(const gnutls_datum_t *oid)
{
	size_t i;

	if (oid->size != 3 || memcmp(oid->data, "\x55\x1d", 2))
		return KNOWN_COUNT;
	for (i = 0; i < KNOWN_COUNT; i++)
		if (known[i].last == oid->data[2])
			break;
	return i;
}

void ext_read(const struct der_cert *cert, struct ext *ret_ext)
{
	struct der_reader all = cert->extensions;
	struct der_extension one;
	bool seen[KNOWN_COUNT] = { false };
	size_t i;

	*ret_ext = (struct ext){ .path_len = -1,
				 .require_policy = -1,
				 .inhibit_mapping = -1,
				 .inhibit_any = -1 };
	if (cert->end_broken)
		ret_ext->broken = "extension";
	while (all.left && !ret_ext->broken) {
		if (!der_next_extension(&all, &one)) {
			ret_ext->broken = "extension";
			return;
		}
		i = find_known(&one.oid);
		if (i == KNOWN_COUNT) {
			if (one.critical && !ret_ext->unknown[0])
				der_oid_text(&one.oid, ret_ext->unknown,
					     sizeof(ret_ext->unknown));
			continue;
		}
		if (seen[i] || !known[i].read(one.value, ret_ext))
			ret_ext->broken = known[i].name;
		seen[i] = true;
	}
}
