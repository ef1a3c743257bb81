/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/helo.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/why.h"

static void test_helo_parse_rows(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} rows[] = {
		{ "monitor.example.com", "monitor.example.com" },
		{ "Monitor.Example.com.", "monitor.example.com" },
		{ "m\xc3\xbcnchen.example", "xn--mnchen-3ya.example" },
		{ "localhost", "localhost" },
		{ "[192.0.2.1]", "[192.0.2.1]" },
		{ "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]" },
		{ "[2001:db8::1]", NULL },
		{ "[192.0.2.1", NULL },
		{ "[]", NULL },
		{ "[", NULL },
		{ "[IPv6:]", NULL },
		{ "[192.0.2.256]", NULL },
		{ "192.0.2.1", NULL },
		{ "2001:db8::1", NULL },
		{ "", NULL },
		{ "a b.example", NULL },
		{ "a.example\r\nMAIL FROM:<>", NULL },
		{ "[192.0.2.1]\r\nQUIT", NULL },
	};
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *helo = NULL;
		int rc = helo_parse(rows[i].text, &helo, &why);

		if ((rc == 0) != (rows[i].want != NULL) ||
		    (rc == 0 && strcmp(helo, rows[i].want) != 0))
			fail_msg("%s: %d, %s", rows[i].text, rc, helo ? helo : why.text);
		free(helo);
	}
}

/* RFC 5321 section 2.3.5: no name without its domain. */
static void test_helo_from_host_takes_whole_names_only(void **state)
{
	char *helo = helo_from_host("Monitor.example.com");

	(void)state;
	assert_string_equal(helo, "monitor.example.com");
	free(helo);
	assert_null(helo_from_host("monitor"));
	assert_null(helo_from_host("my_host.example.com"));
	assert_null(helo_from_host("192.0.2.1"));
	assert_null(helo_from_host(""));
}

static void check_socket(int family, const void *address, socklen_t len, const char *want)
{
	int fd = socket(family, SOCK_DGRAM, 0);
	char *helo;

	if (fd < 0 || bind(fd, address, len) < 0) {
		close(fd);
		return; /* a host without that family */
	}
	helo = helo_from_socket(fd);
	assert_string_equal(helo, want);
	free(helo);
	close(fd);
}

static void test_helo_from_socket_is_a_literal(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	(void)state;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check_socket(AF_INET, &in, sizeof(in), "[127.0.0.1]");
	check_socket(AF_INET6, &in6, sizeof(in6), "[IPv6:::1]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_helo_parse_rows),
		cmocka_unit_test(test_helo_from_host_takes_whole_names_only),
		cmocka_unit_test(test_helo_from_socket_is_a_literal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
