/* SPDX-License-Identifier: BSD-2-Clause */
#include "dane/rdn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "asn1.h"

enum { UTF8 = 0x0c, PRINTABLE = 0x13, TELETEX = 0x14, IA5 = 0x16, BMP = 0x1e };

static void make_name(struct rdn_name *ret_name, const char *text, uint8_t type)
{
	struct asn1 der = { .len = 0 };
	gnutls_datum_t view;

	asn1_put_name(&der, text, type);
	view = der_view(der.data, der.len);
	rdn_init(ret_name, &view);
	assert_true(ret_name->valid);
}

/* RFC 5280 section 7.1 */
static void test_rdn_within_compares_as_names_are_compared(void **state)
{
	static const struct {
		const char *name, *base;
		uint8_t type; /* of base; name's is UTF8 */
		bool within, equal;
	} rows[] = {
		{ "O=Example,CN=leaf", "O=Example,CN=leaf", UTF8, true, true },
		{ "O=Example,CN=leaf", "O=Example", UTF8, true, false },
		{ "O=Example,CN=leaf", "", UTF8, true, false },
		{ "O=Example,CN=leaf", "CN=leaf", UTF8, false, false },
		{ "O=Example,CN=leaf", "O=Example,CN=lea", UTF8, false, false },
		{ "O=Example,CN=leaf", "O=Example,CN=leaf,CN=x", UTF8, false, false },
		{ "O=Example,CN=leaf", "OU=Example", UTF8, false, false },
		{ "O=Example,CN=leaf", "O=EXAMPLE", PRINTABLE, true, false },
		{ "O=Example,CN=leaf", "O=example,CN=LEAF", IA5, true, true },
		{ "O=An Example", "O=  An   Example ", TELETEX, true, true },
		{ "O=An Example", "O=An\tExample", UTF8, true, true },
		{ "O=AnExample", "O=An Example", UTF8, false, false },
		{ "O=Az", "O=aZ", UTF8, true, true },
		{ "O=[", "O={", UTF8, false, false },
		{ "O=@", "O=`", UTF8, false, false },
		{ "O=x+CN=y", "CN=y+O=x", UTF8, true, true },
		{ "O=x+CN=y", "O=x", UTF8, false, false },
		{ "O=x,CN=y", "O=x+CN=y", UTF8, false, false },
	};
	struct rdn_name name, base;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_name(&name, rows[i].name, UTF8);
		make_name(&base, rows[i].base, rows[i].type);
		if (rdn_within(&name, &base) != rows[i].within ||
		    (rdn_within(&name, &base) && rdn_within(&base, &name)) !=
			    rows[i].equal)
			fail_msg("'%s' in '%s'", rows[i].name, rows[i].base);
		rdn_clear(&name);
		rdn_clear(&base);
	}
}

/* One Name of one attribute with these octets. */
static gnutls_datum_t make_raw(struct asn1 *all, uint8_t type, const void *value,
			       size_t len)
{
	all->len = 0;
	asn1_put(all, DER_OID, "\x55\x04\x0a", 3);
	asn1_put(all, type, value, len);
	asn1_wrap(all, DER_SEQUENCE);
	asn1_wrap(all, DER_SET);
	asn1_wrap(all, DER_SEQUENCE);
	return der_view(all->data, all->len);
}

static void test_rdn_digest_knows_string_types(void **state)
{
	static const struct {
		const char *name;
		uint8_t type, other_type;
		const char *value, *other;
		size_t len, other_len;
		bool same;
	} rows[] = {
		{ "BMP", UTF8, BMP,
		  "\xc3\xa4"
		  "b\xe2\x82\xac",
		  "\0\xe4\0B\x20\xac", 6, 6, true },
		{ "Latin 1", UTF8, TELETEX, "\xc3\xa4", "\xe4", 2, 1, true },
		{ "universal", UTF8, 0x1c, "\xf0\x9f\x98\x80", "\0\1\xf6\0", 4, 4, true },
		{ "first of two octets", UTF8, BMP, "\xc2\x80", "\0\x80", 2, 2, true },
		{ "first of three octets", UTF8, BMP, "\xe0\xa0\x80", "\x08\0", 3, 2,
		  true },
		{ "first of four octets", UTF8, 0x1c, "\xf0\x90\x80\x80", "\0\1\0\0", 4,
		  4, true },
		{ "carriage return", UTF8, UTF8, "a b", "a\rb", 3, 3, true },
		{ "other letters", UTF8, BMP, "a", "\0b", 1, 2, false },
		{ "bits are no text", UTF8, DER_BIT_STRING, "a", "a", 1, 1, false },
		{ "bits with case", DER_BIT_STRING, DER_BIT_STRING, "\0a", "\0A", 2, 2,
		  false },
	};
	struct asn1 a, b;
	gnutls_datum_t x, y;
	uint8_t dx[32], dy[32];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		x = make_raw(&a, rows[i].type, rows[i].value, rows[i].len);
		y = make_raw(&b, rows[i].other_type, rows[i].other, rows[i].other_len);
		rdn_digest(&x, dx);
		rdn_digest(&y, dy);
		if (!memcmp(dx, dy, 32) != rows[i].same)
			fail_msg("%s", rows[i].name);
	}
}

/* Sixteen values of one part are compared; more are seen nowhere. */
static void test_rdn_init_bounds_the_values_of_a_part(void **state)
{
	struct rdn_name name;
	struct asn1 der;
	gnutls_datum_t view;
	char text[17 * 5];
	size_t count, i;

	(void)state;
	for (count = 16; count <= 17; count++) {
		text[0] = '\0';
		for (i = 0; i < count; i++)
			strcat(text, i ? "+O=x" : "O=x");
		der.len = 0;
		asn1_put_name(&der, text, UTF8);
		view = der_view(der.data, der.len);
		rdn_init(&name, &view);
		assert_int_equal(name.valid, count == 16);
		rdn_clear(&name);
	}
}

static void test_rdn_init_refuses_what_is_no_name(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
		bool valid, empty;
	} rows[] = {
		{ "\x30\x00", 2, true, true },
		{ "", 0, false, false },
		{ "\x30\x00\x00", 3, false, false },
		{ "\x31\x00", 2, false, false },
		{ "\x30\x02\x31\x00", 4, false, false },
		{ "\x30\x04\x31\x02\x30\x00", 6, false, false },
		{ "\x30\x0b\x31\x09\x30\x07\x06\x03\x55\x04\x0a\x0c\x00", 13, true,
		  false },
		{ "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x1e\x01\x00", 14, false,
		  false }, /* half a character */
	};
	struct rdn_name name, other;
	gnutls_datum_t der;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		der = der_view(rows[i].octets, rows[i].len);
		rdn_init(&name, &der);
		rdn_init(&other, &der);
		if (name.valid != rows[i].valid || rdn_is_empty(&name) != rows[i].empty ||
		    rdn_within(&name, &other) != rows[i].valid)
			fail_msg("row %zu", i);
		rdn_clear(&name);
		rdn_clear(&other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rdn_within_compares_as_names_are_compared),
		cmocka_unit_test(test_rdn_digest_knows_string_types),
		cmocka_unit_test(test_rdn_init_bounds_the_values_of_a_part),
		cmocka_unit_test(test_rdn_init_refuses_what_is_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
