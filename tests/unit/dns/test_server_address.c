/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/server_address.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

static const struct row {
	const char *text;
	int family, port; /* family 0: none */
} rows[] = {
	{ "192.0.2.1", AF_INET, 53 },
	{ "192.0.2.1@5353", AF_INET, 5353 },
	{ "2001:db8::1@65535", AF_INET6, 65535 },
	{ "127.1", 0, 0 }, /* the C library takes it for 127.0.0.1, libunbound doesn't */
	{ "192.0.2.1@70000", 0, 0 },
	{ "192.0.2.1@domain", 0, 0 },
	{ "localhost", 0, 0 },
};

static int port_of(const struct server_address *a)
{
	return ntohs(a->socket.ss_family == AF_INET6
			     ? ((const struct sockaddr_in6 *)&a->socket)->sin6_port
			     : ((const struct sockaddr_in *)&a->socket)->sin_port);
}

static void test_server_address_parse_follows_the_table(void **state)
{
	struct server_address a;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int rc = server_address_parse(rows[i].text, &a, &why);

		if (rc != (rows[i].family ? 0 : DP_EINVAL))
			fail_msg("%s: returned %d", rows[i].text, rc);
		if (rc < 0 && !strstr(why.text, rows[i].text))
			fail_msg("%s: says %s", rows[i].text, why.text);
		if (rc == 0 &&
		    (a.socket.ss_family != rows[i].family || port_of(&a) != rows[i].port))
			fail_msg("%s: family %d, port %d", rows[i].text,
				 a.socket.ss_family, port_of(&a));
	}
}

static const struct {
	const char *text;
	bool good;
} addresses[] = {
	{ "192.0.2.1", true },
	{ "192.0.2.1@53", true },
	{ "2001:db8::1", true },
	{ "2001:db8::1@5353", true },
	{ "fe80::1%eth0", true },
	{ "192.0.2.1@65535", true },
	{ "", false },
	{ "@53", false },
	{ "192.0.2.1@", false },
	{ "192.0.2.1@0", false },
	{ "192.0.2.1@65536", false },
	{ "192.0.2.1@x", false },
	{ "192.0.2.1:53", false },
	{ "[2001:db8::1]", false },
	{ "ns.example", false },
	{ "192.0.2", false },
};

static void test_server_address_check_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		struct why why = { "" };
		int rc = server_address_check(addresses[i].text, &why);

		if (rc != (addresses[i].good ? 0 : DP_EINVAL))
			fail_msg("'%s': returned %d", addresses[i].text, rc);
		if (rc < 0 && !strstr(why.text, addresses[i].text))
			fail_msg("'%s': says %s", addresses[i].text, why.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_address_parse_follows_the_table),
		cmocka_unit_test(test_server_address_check_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
