/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <gnutls/abstract.h>

#include "base/clock.h"
#include "base/why.h"
#include "dane/chain.h"
#include "dane/der.h"
#include "dane/explicit.h"
#include "dane/ext.h"
#include "dane/path.h"
#include "dane/rdn.h"
#include "dane/subtree.h"

/* One judgement. */
struct rules {
	const struct path *path;
	struct path_budget *budget;
	struct der_cert parts[PATH_LEN_MAX];
	struct ext ext[PATH_LEN_MAX];
	size_t count;	     /* certificates */
	size_t signed_count; /* those whose signatures and policies count: not the anchor
			      */
	char *reason;
};

typedef bool rule_fn(const struct rules *r, size_t depth);

void rules_name_cert(size_t depth, char *text, size_t size)
{
	if (depth)
		snprintf(text, size, "certificate %zu", depth);
	else
		snprintf(text, size, "the leaf");
}

static bool break_rule(const struct rules *r, size_t depth, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Always false, so that a rule ends with "return break_rule(...)". */
static bool break_rule(const struct rules *r, size_t depth, const char *fmt, ...)
{
	char who[40];
	va_list ap;
	size_t len;

	rules_name_cert(depth, who, sizeof(who));
	len = (size_t)snprintf(r->reason, RULES_REASON_SIZE, "%s ", who);
	va_start(ap, fmt);
	vsnprintf(r->reason + len, RULES_REASON_SIZE - len, fmt, ap);
	va_end(ap);
	return false;
}

static bool can_be_read(const struct rules *r, size_t depth)
{
	const struct ext *ext = &r->ext[depth];

	if (ext->broken)
		return break_rule(r, depth, "has a broken %s", ext->broken);
	if (ext->unknown[0])
		return break_rule(r, depth,
				  "has an unknown critical extension (%s), which no "
				  "client may ignore",
				  ext->unknown);
	return true;
}

static bool signature_is_secure(const struct rules *r, size_t depth)
{
	int algorithm =
		gnutls_x509_crt_get_signature_algorithm(r->path->cert[depth]->crt);
	const char *name;

	if (depth >= r->signed_count ||
	    (algorithm > 0 && gnutls_sign_is_secure2((gnutls_sign_algorithm_t)algorithm,
						     GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS)))
		return true;
	name = algorithm > 0 ? gnutls_sign_get_name((gnutls_sign_algorithm_t)algorithm)
			     : NULL;
	return break_rule(r, depth, "is signed with %s: insecure",
			  name ? name : "an unknown algorithm");
}

static bool spki_is_strong(const gnutls_datum_t *spki)
{
	gnutls_pubkey_t key;
	bool strong;

	if (why_had_memory(gnutls_pubkey_init(&key)) < 0)
		return false;
	strong = why_had_memory(gnutls_pubkey_import(key, spki, GNUTLS_X509_FMT_DER)) >=
			 0 &&
		 chain_key_is_strong(key);
	gnutls_pubkey_deinit(key);
	return strong;
}

static bool bare_key_is_strong(const struct rules *r, const gnutls_datum_t *spki)
{
	if (spki_is_strong(spki))
		return true;
	snprintf(r->reason, RULES_REASON_SIZE, "the anchor in DNS is an insecure key");
	return false;
}

static bool key_is_strong(const struct rules *r, size_t depth)
{
	return spki_is_strong(&r->path->cert[depth]->spki) ||
	       break_rule(r, depth, "has an insecure key");
}

static bool is_self_issued(const struct rules *r, size_t depth)
{
	const struct chain_cert *cert = r->path->cert[depth];

	return !memcmp(cert->subject_id, cert->issuer_id, sizeof(cert->subject_id));
}

/* What clients take for a CA where there is no basicConstraints: an anchor of version 1
 * that signed itself, or whose keyUsage says keyCertSign. */
static bool is_old_anchor(const struct rules *r, size_t depth)
{
	if (depth < r->signed_count || r->ext[depth].has_basic)
		return false;
	return (r->ext[depth].key_usage & EXT_KEY_CERT_SIGN) ||
	       (r->parts[depth].version == 1 && is_self_issued(r, depth));
}

static bool may_sign(const struct rules *r, size_t depth)
{
	const struct ext *ext = &r->ext[depth];

	if (!depth)
		return true;
	if (!ext->ca && !is_old_anchor(r, depth))
		return break_rule(r, depth, "is not a CA (%s)",
				  ext->has_basic ? "its basicConstraints say so"
						 : "it has no basicConstraints");
	if (ext->has_key_usage && !(ext->key_usage & EXT_KEY_CERT_SIGN))
		return break_rule(r, depth, "is a CA whose keyUsage lacks keyCertSign");
	return true;
}

/* Section 6.1.4 (l) and (m): self-issued ones don't use the length up. */
static bool length_is_kept(const struct rules *r, size_t depth)
{
	long below = 0;
	size_t i;

	for (i = 1; i < depth; i++)
		below += !is_self_issued(r, i);
	if (!depth || r->ext[depth].path_len < 0 || below <= r->ext[depth].path_len)
		return true;
	return break_rule(r, depth,
			  "constrains the path to %ld CAs below it (pathLenConstraint), "
			  "and there are %ld",
			  r->ext[depth].path_len, below);
}

/* An extended key usage counts up to the anchor: RFC 5280 section 4.2.1.12 speaks of the
 * certificate's own key only, and OpenSSL refuses a CA that is for something else. Of
 * keyUsage it asks one of the bits that some key exchange has used. */
static bool is_for_servers(const struct rules *r, size_t depth)
{
	const unsigned exchange =
		EXT_DIGITAL_SIGNATURE | EXT_KEY_ENCIPHERMENT | EXT_KEY_AGREEMENT;
	const struct ext *ext = &r->ext[depth];

	if (ext->has_purposes && !ext->for_servers)
		return break_rule(r, depth,
				  "is not for TLS servers: its extended key usage lacks "
				  "serverAuth");
	if (!depth && ext->has_key_usage && !(ext->key_usage & exchange))
		return break_rule(r, depth,
				  "is not for TLS servers: its keyUsage lacks "
				  "digitalSignature");
	return true;
}

static bool same_octets(struct der_reader a, struct der_reader b)
{
	return a.left == b.left && (!a.left || !memcmp(a.at, b.at, a.left));
}

static bool serial_fits(const struct rules *r, size_t depth)
{
	struct der_reader serial = der_reader(&r->parts[depth + 1].serial), number;

	return !r->ext[depth].issuer_serial.left ||
	       (der_take(&serial, DER_INTEGER, NULL, &number) &&
		same_octets(number, r->ext[depth].issuer_serial));
}

/* The directoryName of an authority key identifier is that of the issuer's issuer. */
static bool issuer_name_fits(const struct rules *r, size_t depth)
{
	struct der_reader names = r->ext[depth].issuer_names, inside;
	uint8_t digest[32];
	gnutls_datum_t name;
	unsigned tag;

	while (der_take_any(&names, &tag, NULL, &inside)) {
		if (tag != DER_CONSTRUCTED + 4)
			continue;
		name = der_rest(&inside);
		rdn_digest(&name, digest);
		return !memcmp(digest, r->path->cert[depth + 1]->issuer_id,
			       sizeof(digest));
	}
	return true;
}

/* OpenSSL takes no certificate for the issuer that the authority key identifier denies.
 */
static bool identifiers_fit(const struct rules *r, size_t depth)
{
	const struct ext *own = &r->ext[depth], *issuer;

	if (depth + 1 == r->count)
		return true;
	issuer = &r->ext[depth + 1];
	if (own->issuer_key_id.left && issuer->key_id.left &&
	    !same_octets(own->issuer_key_id, issuer->key_id))
		return break_rule(r, depth,
				  "has an authority key identifier that is not its "
				  "issuer's");
	if (!serial_fits(r, depth) || !issuer_name_fits(r, depth))
		return break_rule(r, depth,
				  "has an authority key identifier with another "
				  "certificate's issuer or serial number");
	return true;
}

/* Section 6.1.3 (b) and (c): not for a self-issued one, unless it is the leaf. */
static bool names_are_permitted(const struct rules *r, size_t depth)
{
	struct subtree_names names = { .subject = &r->parts[depth].subject,
				       .alt_names = r->ext[depth].alt_names,
				       .leaf = !depth };
	char what[SUBTREE_REASON_SIZE], who[40];
	size_t i;

	if (depth && is_self_issued(r, depth))
		return true;
	for (i = depth + 1; i < r->count; i++) {
		if (!r->ext[i].has_constraints ||
		    subtree_permits(r->ext[i].constraints, &names, &r->budget->names,
				    what))
			continue;
		rules_name_cert(depth, who, sizeof(who));
		return break_rule(r, i, "has name constraints that %s of %s", what, who);
	}
	return true;
}

static bool policies_hold(const struct rules *r)
{
	struct explicit_step step[PATH_LEN_MAX];
	const char *why;
	size_t i, at;

	for (i = 0; i < r->signed_count; i++)
		step[i] = (struct explicit_step){ &r->ext[i], is_self_issued(r, i) };
	return explicit_holds(step, r->signed_count, &at, &why) ||
	       break_rule(r, at, "%s", why);
}

static enum rules_state judge_dates(const struct rules *r, time_t now)
{
	char date[32];
	size_t i;

	for (i = 0; i < r->count; i++) {
		const struct chain_cert *cert = r->path->cert[i];

		if (cert->not_before == -1 || cert->not_after == -1)
			break_rule(r, i, "has no readable dates");
		else if (now < cert->not_before)
			break_rule(r, i, "is not valid before %s",
				   clock_date(cert->not_before, date));
		else if (now > cert->not_after)
			break_rule(r, i, "expired on %s",
				   clock_date(cert->not_after, date));
		else
			continue;
		return RULES_EXPIRED;
	}
	return RULES_VALID;
}

/* false: some certificate can't be read. */
static bool read_parts(struct rules *r)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		if (der_read_cert(&r->path->cert[i]->der, &r->parts[i], NULL) < 0)
			return break_rule(r, i, "can't be read");
		ext_read(&r->parts[i], &r->ext[i]);
	}
	return true;
}

enum rules_state rules_judge(struct path_budget *budget, const struct path *path,
			     const gnutls_datum_t *bare_key, time_t now, char *reason)
{
	static rule_fn *const rules[] = {
		can_be_read,	signature_is_secure, key_is_strong,   may_sign,
		length_is_kept, is_for_servers,	     identifiers_fit, names_are_permitted,
	};
	struct rules r = { .path = path,
			   .budget = budget,
			   .count = path->len,
			   .signed_count = path->len - !bare_key,
			   .reason = reason };
	size_t i, depth;

	if (!r.signed_count || !read_parts(&r) ||
	    (bare_key && !bare_key_is_strong(&r, bare_key)))
		return RULES_INVALID;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		for (depth = 0; depth < r.count; depth++)
			if (!rules[i](&r, depth))
				return RULES_INVALID;
	return policies_hold(&r) ? judge_dates(&r, now) : RULES_INVALID;
}
