/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/subtree.h"

#include <stdio.h>
#include <string.h>

#include "dane/rdn.h"

#define TEXT_MAX 60 /* octets of a name that are shown */
/* Octets of names that one more unit of the budget pays for. */
#define COST_TEXT 64
#define COST_DIRECTORY 1

/* Forms of a GeneralName, by its tag. */
enum form {
	FORM_OTHER = DER_CONSTRUCTED,
	FORM_MAIL = DER_CONTEXT + 1,
	FORM_DNS = DER_CONTEXT + 2,
	FORM_X400 = DER_CONSTRUCTED + 3,
	FORM_DIRECTORY = DER_CONSTRUCTED + 4,
	FORM_EDI = DER_CONSTRUCTED + 5,
	FORM_URI = DER_CONTEXT + 6,
	FORM_ADDRESS = DER_CONTEXT + 7,
	FORM_ID = DER_CONTEXT + 8
};

/* What comes of one name and one subtree. */
enum relation { OUTSIDE, WITHIN, UNPROCESSED };

struct name {
	unsigned form;
	struct der_reader value; /* what the GeneralName holds */
};

struct subtrees {
	struct der_reader permitted, excluded;
	unsigned *budget;
	char *reason;
};

static const char *form_text(unsigned form)
{
	switch (form) {
	case FORM_OTHER:
		return "otherName";
	case FORM_MAIL:
		return "mail address";
	case FORM_DNS:
		return "DNS name";
	case FORM_X400:
		return "x400Address";
	case FORM_DIRECTORY:
		return "directoryName";
	case FORM_EDI:
		return "ediPartyName";
	case FORM_URI:
		return "URI";
	case FORM_ADDRESS:
		return "IP address";
	case FORM_ID:
		return "registeredID";
	default:
		return "name";
	}
}

static unsigned char to_lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c;
}

static bool same_text(const unsigned char *a, const unsigned char *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (to_lower(a[i]) != to_lower(b[i]))
			return false;
	return true;
}

static bool ends_with(struct der_reader name, struct der_reader end)
{
	return name.left >= end.left &&
	       same_text(name.at + (name.left - end.left), end.at, end.left);
}

static bool same_host(struct der_reader a, struct der_reader b)
{
	return a.left == b.left && ends_with(a, b);
}

/* "Any DNS name that can be constructed by simply adding zero or more labels to the
 * left-hand side of the name satisfies the name constraint." */
static enum relation relate_dns(struct der_reader name, struct der_reader base)
{
	if (!base.left)
		return WITHIN;
	if (!ends_with(name, base))
		return OUTSIDE;
	return name.left == base.left || base.at[0] == '.' ||
			       name.at[name.left - base.left - 1] == '.'
		       ? WITHIN
		       : OUTSIDE;
}

/* A host, or with a dot before it all hosts below it. */
static enum relation relate_host(struct der_reader host, struct der_reader base)
{
	if (base.left && base.at[0] == '.')
		return host.left > base.left && ends_with(host, base) ? WITHIN : OUTSIDE;
	return same_host(host, base) ? WITHIN : OUTSIDE;
}

static bool find_octet(struct der_reader *r, unsigned char c)
{
	for (; r->left; r->at++, r->left--)
		if (r->at[0] == c)
			return true;
	return false;
}

/* Splits at the last '@'; false: there is none. */
static bool split_mail(struct der_reader mail, struct der_reader *ret_local,
		       struct der_reader *ret_host)
{
	struct der_reader rest = mail;
	bool found = false;

	while (find_octet(&rest, '@')) {
		*ret_local = (struct der_reader){ mail.at, mail.left - rest.left };
		rest.at++;
		rest.left--;
		*ret_host = rest;
		found = true;
	}
	return found;
}

static enum relation relate_mail(struct der_reader name, struct der_reader base)
{
	struct der_reader local, host, base_local, base_host;

	if (!split_mail(name, &local, &host))
		return UNPROCESSED;
	if (!split_mail(base, &base_local, &base_host))
		return relate_host(host, base);
	/* "the local-part is case sensitive" (RFC 5280 section 7.5) */
	if (local.left != base_local.left || memcmp(local.at, base_local.at, local.left))
		return OUTSIDE;
	return same_host(host, base_host) ? WITHIN : OUTSIDE;
}

/* The last label of an IPv4 address is a number, no name's is. */
static bool is_address(struct der_reader host)
{
	size_t i = host.left;

	while (i && host.at[i - 1] >= '0' && host.at[i - 1] <= '9')
		i--;
	return i < host.left && (!i || host.at[i - 1] == '.');
}

/* The host of a URI: "the constraint applies to the host part of the name"; where there
 * is none, or an address, "the application MUST reject the certificate". */
static bool find_host(struct der_reader uri, struct der_reader *ret_host)
{
	struct der_reader rest = uri, local, host;
	size_t i;

	if (!find_octet(&rest, ':') || rest.left < 4 || memcmp(rest.at, "://", 3))
		return false;
	rest.at += 3;
	rest.left -= 3;
	for (i = 0; i < rest.left && !memchr("/?#", rest.at[i], 3); i++)
		;
	rest.left = i;
	if (split_mail(rest, &local, &host)) /* user information */
		rest = host;
	if (!rest.left || rest.at[0] == '[')
		return false;
	host = rest;
	if (find_octet(&host, ':'))
		rest.left -= host.left;
	*ret_host = rest;
	return rest.left && !is_address(rest);
}

static enum relation relate_uri(struct der_reader name, struct der_reader base)
{
	struct der_reader host;

	if (!find_host(name, &host))
		return UNPROCESSED;
	return relate_host(host, base);
}

/* Address and mask, of one family. */
static enum relation relate_address(struct der_reader name, struct der_reader base)
{
	size_t i;

	if ((name.left != 4 && name.left != 16) || (base.left != 8 && base.left != 32))
		return UNPROCESSED;
	if (base.left != 2 * name.left)
		return OUTSIDE;
	for (i = 0; i < name.left; i++)
		if ((name.at[i] ^ base.at[i]) & base.at[name.left + i])
			return OUTSIDE;
	return WITHIN;
}

static enum relation relate_directory(struct der_reader name, struct der_reader base)
{
	gnutls_datum_t name_der = der_rest(&name), base_der = der_rest(&base);
	struct rdn_name of_name, of_base;
	enum relation relation = UNPROCESSED;

	rdn_init(&of_name, &name_der);
	rdn_init(&of_base, &base_der);
	if (of_name.valid && of_base.valid)
		relation = rdn_within(&of_name, &of_base) ? WITHIN : OUTSIDE;
	rdn_clear(&of_name);
	rdn_clear(&of_base);
	return relation;
}

/* Of two otherNames, whether they are of one kind. */
static bool same_kind(struct der_reader a, struct der_reader b)
{
	struct der_reader x, y;

	return !der_take(&a, DER_OID, NULL, &x) || !der_take(&b, DER_OID, NULL, &y) ||
	       (x.left == y.left && !memcmp(x.at, y.at, x.left));
}

/* SmtpUTF8Mailbox (1.3.6.1.5.5.7.8.9): mail constraints hold for it, too (RFC 9598). */
static bool is_other_mail(const struct name *name)
{
	static const unsigned char mailbox[] = { 0x06, 0x08, 0x2b, 0x06, 0x01,
						 0x05, 0x05, 0x07, 0x08, 0x09 };

	return name->form == FORM_OTHER && name->value.left >= sizeof(mailbox) &&
	       !memcmp(name->value.at, mailbox, sizeof(mailbox));
}

static bool is_concerned(const struct name *name, const struct name *base)
{
	if (base->form == FORM_MAIL && is_other_mail(name))
		return true;
	return name->form == base->form &&
	       (name->form != FORM_OTHER || same_kind(name->value, base->value));
}

/* A form that isn't processed must not pass: "the application MUST either process the
 * constraint or reject the certificate." */
static enum relation relate_names(const struct name *name, const struct name *base)
{
	switch (name->form) {
	case FORM_MAIL:
		return relate_mail(name->value, base->value);
	case FORM_DNS:
		return relate_dns(name->value, base->value);
	case FORM_DIRECTORY:
		return relate_directory(name->value, base->value);
	case FORM_URI:
		return relate_uri(name->value, base->value);
	case FORM_ADDRESS:
		return relate_address(name->value, base->value);
	default:
		return UNPROCESSED;
	}
}

/* For the reason; control octets are made visible where it is shown. */
static void describe_name(const struct name *name, char *text, size_t size)
{
	int len = name->value.left < TEXT_MAX ? (int)name->value.left : TEXT_MAX;
	bool is_text = name->form == FORM_MAIL || name->form == FORM_DNS ||
		       name->form == FORM_URI;

	if (is_text)
		snprintf(text, size, "%s %.*s", form_text(name->form), len,
			 (const char *)name->value.at);
	else
		snprintf(text, size, "%s%s", form_text(name->form),
			 name->form == FORM_DIRECTORY
				 ? " (the subject, or one of the SAN)"
				 : "");
}

static bool refuse_name(const struct subtrees *all, const char *what,
			const struct name *name)
{
	char text[120];

	describe_name(name, text, sizeof(text));
	snprintf(all->reason, SUBTREE_REASON_SIZE, "%s the %s", what, text);
	return false;
}

static bool refuse_all(const struct subtrees *all, const char *what)
{
	snprintf(all->reason, SUBTREE_REASON_SIZE, "%s", what);
	return false;
}

/* The next subtree; its minimum and maximum must be what RFC 5280 has: 0 and none. */
static bool next_base(struct der_reader *list, struct name *ret_base, bool *ret_bounded)
{
	struct der_reader subtree;
	long minimum = 0;

	if (!der_take(list, DER_SEQUENCE, NULL, &subtree) ||
	    !der_take_any(&subtree, &ret_base->form, NULL, &ret_base->value))
		return false;
	if (der_next_is(&subtree, DER_CONTEXT) &&
	    !der_take_number(&subtree, DER_CONTEXT, &minimum))
		return false;
	*ret_bounded = minimum || subtree.left;
	return true;
}

static bool spend_names(unsigned *budget, const struct name *name,
			const struct name *base)
{
	size_t octets = name->value.left + base->value.left;
	bool costly = name->form == FORM_DIRECTORY && base->form == FORM_DIRECTORY;
	size_t cost = 1 + octets / (costly ? COST_DIRECTORY : COST_TEXT);

	if (*budget < cost)
		return false;
	*budget -= (unsigned)cost;
	return true;
}

/* Whether name is within one of list; *ret_any: whether one is of its form. */
static bool search_list(const struct subtrees *all, struct der_reader list,
			const struct name *name, bool *ret_any, bool *ret_within)
{
	struct name base;
	enum relation relation;
	bool bounded;

	*ret_any = *ret_within = false;
	while (list.left && !*ret_within) {
		if (!next_base(&list, &base, &bounded))
			return refuse_all(all, "can't be read");
		if (!spend_names(all->budget, name, &base))
			return refuse_all(all, "have too much to compare");
		if (!is_concerned(name, &base))
			continue;
		*ret_any = true;
		relation = bounded ? UNPROCESSED : relate_names(name, &base);
		if (relation == UNPROCESSED)
			return refuse_name(all, "can't be applied to", name);
		*ret_within = relation == WITHIN;
	}
	return true;
}

static bool permit_name(const struct subtrees *all, const struct name *name)
{
	bool any, within;

	if (!search_list(all, all->permitted, name, &any, &within))
		return false;
	if (any && !within)
		return refuse_name(all, "don't permit", name);
	if (!search_list(all, all->excluded, name, &any, &within))
		return false;
	return !within || refuse_name(all, "exclude", name);
}

static bool permit_alt_names(const struct subtrees *all, struct der_reader names,
			     bool *ret_has_dns)
{
	struct name name;

	while (names.left) {
		if (!der_take_any(&names, &name.form, NULL, &name.value))
			return refuse_all(all, "meet a SAN that can't be read");
		*ret_has_dns = *ret_has_dns || name.form == FORM_DNS;
		if (!permit_name(all, &name))
			return false;
	}
	return true;
}

/* Like a host name, with a dot in it: what a client that falls back to the CN takes. */
static bool is_host(struct der_reader text)
{
	bool dot = false;

	for (; text.left; text.left--, text.at++) {
		unsigned char c = to_lower(text.at[0]);

		dot = dot || c == '.';
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-_.*", c, 40))
			return false;
	}
	return dot;
}

/* The attributes of a subject that are names of another form as well. */
static bool permit_attribute(const struct subtrees *all, struct der_reader pair,
			     bool cn_counts)
{
	static const unsigned char mail[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
					      0x0d, 0x01, 0x09, 0x01 };
	struct der_reader oid;
	gnutls_datum_t octets;
	struct name name;
	unsigned type;

	if (!der_take(&pair, DER_OID, NULL, &oid) ||
	    !der_take_any(&pair, &type, NULL, &name.value))
		return refuse_all(all, "meet a subject that can't be read");
	octets = der_rest(&oid);
	if (der_oid_is(&octets, mail, sizeof(mail))) {
		name.form = FORM_MAIL;
		return permit_name(all, &name);
	}
	if (!cn_counts || !der_oid_is(&octets, "\x55\x04\x03", 3) || !is_host(name.value))
		return true;
	name.form = FORM_DNS;
	return permit_name(all, &name);
}

static bool permit_subject(const struct subtrees *all, const gnutls_datum_t *subject,
			   bool cn_counts)
{
	struct der_reader name = der_reader(subject), parts, set, pair;
	struct name whole = { FORM_DIRECTORY, name };

	if (!der_take(&name, DER_SEQUENCE, NULL, &parts))
		return refuse_all(all, "meet a subject that can't be read");
	if (!parts.left)
		return true; /* an empty subject is no name */
	if (!permit_name(all, &whole))
		return false;
	while (parts.left) {
		if (!der_take(&parts, DER_SET, NULL, &set))
			return refuse_all(all, "meet a subject that can't be read");
		while (set.left)
			if (!der_take(&set, DER_SEQUENCE, NULL, &pair) ||
			    !permit_attribute(all, pair, cn_counts))
				return false;
	}
	return true;
}

static bool read_lists(struct der_reader constraints, struct subtrees *ret_all)
{
	if (der_next_is(&constraints, DER_CONSTRUCTED) &&
	    !der_take(&constraints, DER_CONSTRUCTED, NULL, &ret_all->permitted))
		return false;
	if (der_next_is(&constraints, DER_CONSTRUCTED + 1) &&
	    !der_take(&constraints, DER_CONSTRUCTED + 1, NULL, &ret_all->excluded))
		return false;
	return !constraints.left;
}

bool subtree_permits(struct der_reader constraints, const struct subtree_names *names,
		     unsigned *budget, char *reason)
{
	struct subtrees all = { .budget = budget, .reason = reason };
	bool has_dns = false;

	snprintf(reason, SUBTREE_REASON_SIZE, "meet a subject that can't be read");
	if (!read_lists(constraints, &all))
		return refuse_all(&all, "can't be read");
	return permit_alt_names(&all, names->alt_names, &has_dns) &&
	       permit_subject(&all, names->subject, names->leaf && !has_dns);
}
