/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/conn.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/why.h"
#include "net/route.h"

static int listener(int *ret_port)
{
	struct sockaddr_in self = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(self);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&self, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&self, &len), 0);
	*ret_port = ntohs(self.sin_port);
	return fd;
}

static enum conn_status connect_to(int port, int *ret_fd, struct why *why)
{
	enum conn_status status = conn_start("127.0.0.1", port, ret_fd, why);
	struct pollfd poller = { .fd = *ret_fd, .events = POLLOUT };

	if (status != CONN_PENDING)
		return status;
	assert_int_equal(poll(&poller, 1, 5000), 1);
	return conn_check(*ret_fd, why);
}

static void test_conn_open(void **state)
{
	struct why why = { "" };
	int port, fd, server = listener(&port);

	(void)state;
	assert_int_equal(connect_to(port, &fd, &why), CONN_OPEN);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	close(server);
}

static void test_conn_refused(void **state)
{
	struct why why = { "" };
	int port, fd, server = listener(&port);

	(void)state;
	close(server);
	assert_int_equal(connect_to(port, &fd, &why), CONN_FAILED);
	assert_non_null(strstr(why.text, "refused"));
	if (fd >= 0)
		close(fd);
}

static void test_conn_start_takes_addresses_only(void **state)
{
	struct why why = { "" };
	int fd = 7;

	(void)state;
	assert_int_equal(conn_start("localhost", 443, &fd, &why), CONN_FAILED);
	assert_int_equal(fd, -1);
	assert_non_null(strstr(why.text, "localhost"));
}

static void test_route_exists(void **state)
{
	(void)state;
	assert_true(route_exists("127.0.0.1"));
	assert_true(route_exists("not an address")); /* a doubt is a yes */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conn_open),
		cmocka_unit_test(test_conn_refused),
		cmocka_unit_test(test_conn_start_takes_addresses_only),
		cmocka_unit_test(test_route_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
