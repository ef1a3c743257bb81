/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/subtree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asn1.h"

#define BUDGET (1 << 20)

/* The subtrees of these names, as one list of the extension. */
static void put_subtrees(struct asn1 *to, uint8_t tag, const char *words)
{
	struct asn1 names = { .len = 0 }, list = { .len = 0 };
	struct der_reader all;
	gnutls_datum_t one;

	if (!words)
		return;
	asn1_put_names(&names, words);
	all = asn1_reader(&names);
	while (der_take_any(&all, NULL, &one, NULL))
		asn1_put(&list, DER_SEQUENCE, one.data, one.size);
	asn1_put(to, tag, list.data, list.len);
}

struct row {
	const char *name, *permitted, *excluded, *subject, *san;
	const char *reason; /* NULL: permitted */
};

static bool row_permits(const struct row *row, unsigned budget, char *reason)
{
	struct asn1 constraints = { .len = 0 }, subject = { .len = 0 },
		    san = { .len = 0 };
	struct subtree_names names = { .leaf = true };
	gnutls_datum_t view;

	put_subtrees(&constraints, DER_CONSTRUCTED, row->permitted);
	put_subtrees(&constraints, DER_CONSTRUCTED + 1, row->excluded);
	asn1_put_name(&subject, row->subject ? row->subject : "", 0x0c);
	asn1_put_names(&san, row->san ? row->san : "");
	view = der_view(subject.data, subject.len);
	names.subject = &view;
	names.alt_names = asn1_reader(&san);
	return subtree_permits(asn1_reader(&constraints), &names, &budget, reason);
}

/* RFC 5280 section 4.2.1.10 */
static void test_subtree_permits_by_form(void **state)
{
	static const struct row rows[] = {
		{ "nothing", NULL, NULL, NULL, NULL, NULL },
		{ "dns", "dns:a.example", NULL, NULL, "dns:a.example", NULL },
		{ "dns below", "dns:a.example", NULL, NULL, "dns:x.a.example", NULL },
		{ "dns in capitals", "dns:A.EXAMPLE", NULL, NULL, "dns:x.a.example",
		  NULL },
		{ "dns with a dot", "dns:.a.example", NULL, NULL, "dns:x.a.example",
		  NULL },
		{ "dns with a dot, itself", "dns:.a.example", NULL, NULL, "dns:a.example",
		  "don't permit the DNS name a.example" },
		{ "dns beside", "dns:a.example", NULL, NULL, "dns:xa.example",
		  "don't permit" },
		{ "dns above", "dns:a.example", NULL, NULL, "dns:example",
		  "don't permit" },
		{ "dns all", "dns:", NULL, NULL, "dns:x", NULL },
		{ "dns second subtree", "dns:b.example dns:a.example", NULL, NULL,
		  "dns:a.example", NULL },
		{ "dns second name", "dns:a.example", NULL, NULL,
		  "dns:a.example dns:b.example", "don't permit the DNS name b.example" },
		{ "dns excluded", NULL, "dns:a.example", NULL, "dns:x.a.example",
		  "exclude the DNS name x.a.example" },
		{ "dns not excluded", NULL, "dns:a.example", NULL, "dns:b.example",
		  NULL },
		{ "excluded within permitted", "dns:example", "dns:a.example", NULL,
		  "dns:a.example", "exclude" },
		{ "another form", "dns:a.example", NULL, NULL, "mail:x@b.example", NULL },
		{ "mailbox", "mail:x@a.example", NULL, NULL, "mail:x@A.example", NULL },
		{ "mailbox, case of the local part", "mail:x@a.example", NULL, NULL,
		  "mail:X@a.example", "don't permit" },
		{ "mail host", "mail:a.example", NULL, NULL, "mail:x@a.example", NULL },
		{ "mail host below", "mail:a.example", NULL, NULL, "mail:x@b.a.example",
		  "don't permit" },
		{ "mail domain", "mail:.a.example", NULL, NULL, "mail:x@b.a.example",
		  NULL },
		{ "mail domain itself", "mail:.a.example", NULL, NULL, "mail:x@a.example",
		  "don't permit" },
		{ "mail with two ats", "mail:a.example", NULL, NULL, "mail:x@y@a.example",
		  NULL },
		{ "mail without one", "mail:a.example", NULL, NULL, "mail:a.example",
		  "can't be applied to the mail address" },
		{ "mail of the subject", NULL, "mail:a.example", "CN=x,M=x@a.example",
		  NULL, "exclude the mail address" },
		{ "uri", "uri:a.example", NULL, NULL, "uri:https://u@a.example:8/x",
		  NULL },
		{ "uri below", "uri:a.example", NULL, NULL, "uri:https://b.a.example/",
		  "don't permit" },
		{ "uri domain", "uri:.a.example", NULL, NULL, "uri:https://b.a.example?x",
		  NULL },
		{ "uri without host", "uri:a.example", NULL, NULL, "uri:urn:x",
		  "can't be applied to the URI" },
		{ "uri of an address", "uri:a.example", NULL, NULL,
		  "uri:https://1.2.3.4/", "can't be applied" },
		{ "uri of IPv6", NULL, "uri:a.example", NULL, "uri:https://[::1]/",
		  "can't be applied" },
		{ "uri of an address of nines", "uri:a.example", NULL, NULL,
		  "uri:https://9.9.9.9/", "can't be applied" },
		{ "uri of an address of noughts", "uri:a.example", NULL, NULL,
		  "uri:https://0.0.0.0/", "can't be applied" },
		{ "uri of a number", "uri:a.example", NULL, NULL, "uri:https://80",
		  "can't be applied" },
		{ "uri that begins with digits", "uri:1a", NULL, NULL, "uri:https://1a",
		  NULL },
		{ "shortest uri", "uri:a", NULL, NULL, "uri:x://a", NULL },
		{ "Z and z", "dns:z.example", NULL, NULL, "dns:a.Z.example", NULL },
		{ "uri domain, nothing below", "uri:.a.example", NULL, NULL,
		  "uri:https://.a.example/", "don't permit" },
		{ "mail in another form, exactly", "mail:a.example", NULL, NULL,
		  "other:2b06010505070808", NULL },
		{ "uri of a name with digits", "uri:a1", NULL, NULL, "uri:https://a1",
		  NULL },
		{ "uri of nothing", "uri:a.example", NULL, NULL, "uri:https:///",
		  "can't be applied" },
		{ "ip", "ip:7f000000ff000000", NULL, NULL, "ip:7f010203", NULL },
		{ "ip outside", "ip:7f000000ff000000", NULL, NULL, "ip:80010203",
		  "don't permit the IP address" },
		{ "ip last bit", "ip:0102030580000001", NULL, NULL, "ip:01000005", NULL },
		{ "ip last bit outside", "ip:0102030400000001", NULL, NULL, "ip:01020305",
		  "don't permit" },
		{ "ip of the other family", "ip:7f000000ff000000", NULL, NULL,
		  "ip:00000000000000000000000000000001", "don't permit" },
		{ "ip, mask too short", "ip:7f000000ff", NULL, NULL, "ip:7f000001",
		  "can't be applied" },
		{ "dn", "dn:O=a", NULL, "O=A,CN=x", NULL, NULL },
		{ "dn of another", "dn:O=a", NULL, "O=b", NULL,
		  "don't permit the directoryName" },
		{ "dn and an empty subject", "dn:O=a", NULL, NULL, NULL, NULL },
		{ "dn of the SAN", "dn:O=a", NULL, "O=a", "dn:O=b", "don't permit" },
		{ "dn excluded", NULL, "dn:O=a", "O=a,CN=x", NULL, "exclude" },
		{ "other", "other:2a03", NULL, NULL, "other:2a03",
		  "can't be applied to the otherName" },
		{ "other of another kind", "other:2a03", NULL, NULL, "other:2a04", NULL },
		{ "mail in another form", "mail:a.example", NULL, NULL,
		  "other:2b06010505070809", "can't be applied to the otherName" },
		{ "id", NULL, "id:2a03", NULL, "id:2a04",
		  "can't be applied to the registeredID" },
		{ "x400", "x400:", NULL, NULL,
		  "x400:", "can't be applied to the x400Address" },
		{ "unprocessed, and none there", "id:2a03 x400: other:2a03", NULL, NULL,
		  "dns:a.example", NULL },
		{ "CN", "dns:a.example", NULL, "CN=b.example", NULL,
		  "don't permit the DNS name b.example" },
		{ "CN beside a DNS name", "dns:a.example", NULL, "CN=b.example",
		  "dns:a.example", NULL },
		{ "CN that is no host", "dns:a.example", NULL, "CN=B Example", NULL,
		  NULL },
		{ "CN without a dot", "dns:a.example", NULL, "CN=b", NULL, NULL },
	};
	char reason[SUBTREE_REASON_SIZE];
	size_t i, faults = 0;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool permits = row_permits(&rows[i], BUDGET, reason);

		if (permits == !rows[i].reason &&
		    (permits || strstr(reason, rows[i].reason)))
			continue;
		print_error("%s: %s\n", rows[i].name, permits ? "permitted" : reason);
		faults++;
	}
	assert_int_equal(faults, 0);
}

static void test_subtree_permits_within_its_budget(void **state)
{
	static const struct row row = { .permitted = "dns:b.example dns:a.example",
					.san = "dns:a.example" };
	char reason[SUBTREE_REASON_SIZE];

	(void)state;
	assert_true(row_permits(&row, 2, reason));
	assert_false(row_permits(&row, 1, reason));
	assert_string_equal(reason, "have too much to compare");
}

/* "minimum MUST be zero, and maximum MUST be absent"; the default may be written out. */
static void test_subtree_permits_no_other_bounds(void **state)
{
	static const struct {
		const char *bounds;
		size_t len;
		const char *reason;
	} rows[] = {
		{ "", 0, NULL },
		{ "\x80\x01\x00", 3, NULL },
		{ "\x80\x01\x01", 3, "can't be applied" },
		{ "\x81\x01\x05", 3, "can't be applied" },
		{ "\x80\x01\x00\x81\x01\x05", 6, "can't be applied" },
		{ "\x80\x00", 2, "can't be read" },
	};
	struct asn1 all, san = { .len = 0 };
	gnutls_datum_t subject = der_view("\x30\x00", 2);
	struct subtree_names names = { .subject = &subject };
	char reason[SUBTREE_REASON_SIZE];
	unsigned budget = BUDGET;
	size_t i;
	bool permits;

	(void)state;
	asn1_put_names(&san, "dns:a.example");
	names.alt_names = asn1_reader(&san);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		all.len = 0;
		asn1_put_names(&all, "dns:a.example");
		asn1_add(&all, rows[i].bounds, rows[i].len);
		asn1_wrap(&all, DER_SEQUENCE);
		asn1_wrap(&all, DER_CONSTRUCTED);
		permits = subtree_permits(asn1_reader(&all), &names, &budget, reason);
		if (permits != !rows[i].reason ||
		    (!permits && !strstr(reason, rows[i].reason)))
			fail_msg("row %zu: %s", i, permits ? "permitted" : reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subtree_permits_by_form),
		cmocka_unit_test(test_subtree_permits_within_its_budget),
		cmocka_unit_test(test_subtree_permits_no_other_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
