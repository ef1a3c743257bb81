/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/web.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"

#define SECRET "X-API-Key: secret-of-the-api"
#define SEEN_MAX 4096

/* A process that is both a web server and the proxy of the environment. */
struct peer {
	pid_t pid;
	int server_port, proxy_port;
	int seen; /* what came to the proxy */
};

static const char server_answer[] = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"
				    "Content-Length: 6\r\nConnection: close\r\n\r\n"
				    "server";
static const char proxy_answer[] = "HTTP/1.1 403 Forbidden\r\n"
				   "Content-Length: 5\r\nConnection: close\r\n\r\n"
				   "proxy";

static int listen_at(int *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	*ret_port = ntohs(a.sin_port);
	return fd;
}

/* Its head, as far as it comes in one piece or more. */
static size_t read_request(int fd, char text[SEEN_MAX])
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, text + len, SEEN_MAX - 1 - len);
		len += n > 0 ? (size_t)n : 0;
		text[len] = '\0';
	} while (n > 0 && !strstr(text, "\r\n\r\n"));
	return len;
}

/* So many lines, each so long. */
static char *make_headers(size_t lines, size_t len)
{
	struct buf b;
	size_t i, at;

	buf_init(&b, 1 << 20);
	buf_text(&b, "HTTP/1.1 200 OK\r\n");
	for (i = 0; i < lines; i++) {
		buf_text(&b, "X: ");
		for (at = 0; at < len; at++)
			buf_text(&b, "a");
		buf_text(&b, "\r\n");
	}
	buf_text(&b, "\r\nbody");
	return b.data;
}

static void serve(int listener, const char *answer, int tell)
{
	char text[SEEN_MAX];
	int fd = accept(listener, NULL, NULL);
	size_t len = read_request(fd, text);

	if (tell >= 0 && write(tell, text, len) < 0)
		_exit(1);
	if (strstr(text, "/many"))
		answer = make_headers(80, 1000);
	else if (strstr(text, "/long"))
		answer = make_headers(1, 150000);
	/* the asker may hang up before all is written */
	(void)!write(fd, answer, strlen(answer));
	close(fd);
}

static _Noreturn void play(int server, int proxy, int tell)
{
	struct pollfd p[2] = { { .fd = server, .events = POLLIN },
			       { .fd = proxy, .events = POLLIN } };

	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		if (poll(p, 2, -1) < 0)
			_exit(1);
		if (p[0].revents)
			serve(server, server_answer, -1);
		if (p[1].revents)
			serve(proxy, proxy_answer, tell);
	}
}

static int start(void **state)
{
	struct peer *peer = mem_zero(sizeof(*peer));
	int server = listen_at(&peer->server_port), proxy = listen_at(&peer->proxy_port);
	char *url = mem_printf("http://127.0.0.1:%d", peer->proxy_port);
	int tell[2];

	if (pipe(tell) < 0)
		return -1;
	setenv("http_proxy", url, 1);
	setenv("https_proxy", url, 1);
	setenv("all_proxy", url, 1);
	unsetenv("no_proxy");
	unsetenv("NO_PROXY");
	free(url);
	peer->pid = fork();
	if (peer->pid == 0)
		play(server, proxy, tell[1]);
	close(server);
	close(proxy);
	close(tell[1]);
	peer->seen = tell[0];
	*state = peer;
	return peer->pid > 0 ? 0 : -1;
}

static int stop(void **state)
{
	struct peer *peer = *state;

	kill(peer->pid, SIGKILL);
	(void)waitpid(peer->pid, NULL, 0);
	close(peer->seen);
	free(peer);
	return 0;
}

static int ask_for(const char *path, const char *scheme, int port,
		   struct web_reply *ret_reply, struct why *why)
{
	static const char *const headers[] = { SECRET, NULL };
	char *url = mem_printf("%s127.0.0.1:%d%s", scheme, port, path);
	struct web_request r = {
		.url = url, .headers = headers, .agent = "test", .timeout_ms = 20000
	};
	int rc = web_ask(&r, ret_reply, why);

	free(url);
	return rc;
}

static int ask(const char *scheme, int port, struct web_reply *ret_reply, struct why *why)
{
	return ask_for("/x", scheme, port, ret_reply, why);
}

/* Its headers are in clear: the proxy would read the key. */
static void test_web_ask_gives_no_proxy_what_is_in_clear(void **state)
{
	static const char *const schemes[] = { "http://", "HTTP://", "" };
	const struct peer *peer = *state;
	struct web_reply reply;
	struct why why;
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (ask(schemes[i], peer->server_port, &reply, &why) < 0)
			fail_msg("'%s': %s", schemes[i], why.text);
		assert_string_equal(reply.body, "server");
		web_reply_clear(&reply);
	}
}

/* It gets the name of the server and no more. */
static void test_web_ask_goes_through_a_proxy_in_tls(void **state)
{
	const struct peer *peer = *state;
	struct web_reply reply;
	struct why why = { "" };
	char seen[SEEN_MAX] = "";

	assert_int_equal(ask("https://", peer->server_port, &reply, &why), DP_EIO);
	assert_null(strstr(why.text, "secret"));
	assert_true(read(peer->seen, seen, sizeof(seen) - 1) > 0);
	assert_int_equal(strncmp(seen, "CONNECT 127.0.0.1:", 18), 0);
	assert_null(strstr(seen, "secret"));
}

static void test_web_ask_follows_no_redirect(void **state)
{
	const struct peer *peer = *state;
	struct web_reply reply;
	struct why why;

	assert_int_equal(ask("http://", peer->server_port, &reply, &why), 0);
	assert_int_equal(reply.status, 302);
	web_reply_clear(&reply);
}

static void test_web_ask_says_that_headers_are_too_long(void **state)
{
	const struct peer *peer = *state;
	struct web_reply reply;
	struct why why = { "" };

	assert_int_equal(ask_for("/many", "http://", peer->server_port, &reply, &why),
			 DP_EIO);
	assert_non_null(
		strstr(why.text, "the headers of the answer are longer than 64 KiB"));
	assert_int_equal(ask_for("/long", "http://", peer->server_port, &reply, &why),
			 DP_EIO);
	assert_non_null(strstr(why.text, "longer than libcurl takes"));
}

#define WITH_PEER(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PEER(test_web_ask_gives_no_proxy_what_is_in_clear),
		WITH_PEER(test_web_ask_goes_through_a_proxy_in_tls),
		WITH_PEER(test_web_ask_follows_no_redirect),
		WITH_PEER(test_web_ask_says_that_headers_are_too_long),
	};

	if (web_ask(&(const struct web_request){ .url = "" }, &(struct web_reply){ 0 },
		    NULL) == DP_ELIBRARY) {
		puts("1..0 # SKIP built without libcurl");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
