/* SPDX-License-Identifier: BSD-2-Clause */
#include "target/connect_to.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static const struct {
	const char *text;
	bool good;
	const char *host, *address;
	int port, to_port;
} rows[] = {
	{ "h.example.com:443:127.0.0.1:4433", true, "h.example.com", "127.0.0.1", 443,
	  4433 },
	{ "H.example.com.:443:[::1]:4433", true, "h.example.com", "::1", 443, 4433 },
	{ "h.example.com:443:192.0.2.1:", true, "h.example.com", "192.0.2.1", 443, 0 },
	{ "h.example.com:443::4433", true, "h.example.com", NULL, 443, 4433 },
	{ "::192.0.2.1:", true, NULL, "192.0.2.1", 0, 0 },
	{ ":25:192.0.2.1:2525", true, NULL, "192.0.2.1", 25, 2525 },
	{ "h.example.com::192.0.2.1:1", true, "h.example.com", "192.0.2.1", 0, 1 },
	{ "h.example.com:443::", false, NULL, NULL, 0, 0 },
	{ ":::", false, NULL, NULL, 0, 0 },
	{ "", false, NULL, NULL, 0, 0 },
	{ "h.example.com:443", false, NULL, NULL, 0, 0 },
	{ "h.example.com:443:192.0.2.1", false, NULL, NULL, 0, 0 },
	{ "h.example.com:443:::1:443", false, NULL, NULL, 0, 0 },
	{ "h.example.com:443:[::1:443", false, NULL, NULL, 0, 0 },
	{ "h.example.com:443:other.example.com:443", false, NULL, NULL, 0, 0 },
	{ "h.example.com:0:192.0.2.1:443", false, NULL, NULL, 0, 0 },
	{ "h.example.com:443:192.0.2.1:x", false, NULL, NULL, 0, 0 },
	{ "192.0.2.1:443:192.0.2.1:443", false, NULL, NULL, 0, 0 },
	{ "h example:443:192.0.2.1:443", false, NULL, NULL, 0, 0 },
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void test_connect_to_add_rows(void **state)
{
	struct connect_to_list list;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct connect_to *c;

		list = (struct connect_to_list){ 0 };
		if ((connect_to_add(&list, rows[i].text, &why) == 0) != rows[i].good)
			fail_msg("%s: wrong result", rows[i].text);
		c = list.item;
		if (rows[i].good &&
		    (!same(c->host, rows[i].host) || !same(c->address, rows[i].address) ||
		     c->port != rows[i].port || c->to_port != rows[i].to_port))
			fail_msg("%s: %s %d %s %d", rows[i].text, c->host, c->port,
				 c->address, c->to_port);
		connect_to_clear(&list);
	}
}

static void test_connect_to_fits_host_and_port(void **state)
{
	struct connect_to_list list = { 0 };

	(void)state;
	assert_int_equal(connect_to_add(&list, "h.example.com:443:192.0.2.1:", NULL), 0);
	assert_int_equal(connect_to_add(&list, "::192.0.2.2:", NULL), 0);
	assert_true(connect_to_fits(&list.item[0], "h.example.com", 443));
	assert_false(connect_to_fits(&list.item[0], "h.example.com", 444));
	assert_false(connect_to_fits(&list.item[0], "g.example.com", 443));
	assert_true(connect_to_fits(&list.item[1], "g.example.com", 25));
	connect_to_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect_to_add_rows),
		cmocka_unit_test(test_connect_to_fits_host_and_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
