/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/dialogue.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "net/starttls.h"

#define CHUNK 4096 /* that is read at once */
#define STEPS_MAX 20

/* A dialogue, and the test at the server's end. */
struct scene {
	int fd[2];
	struct dialogue *d;
	struct why why;
	char heard[500];
};

static void begin(struct scene *s)
{
	const struct starttls_conf conf = { .kind = SERVICE_SMTP, .helo = "me.example" };

	*s = (struct scene){ .fd = { -1, -1 } };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s->fd), 0);
	s->d = dialogue_new(s->fd[0], &conf);
}

static void end(struct scene *s)
{
	dialogue_free(s->d);
	close(s->fd[0]);
	if (s->fd[1] >= 0)
		close(s->fd[1]);
}

static void say(struct scene *s, const char *text)
{
	assert_int_equal(write(s->fd[1], text, strlen(text)), strlen(text));
}

static void hear(struct scene *s)
{
	ssize_t n = read(s->fd[1], s->heard, sizeof(s->heard) - 1);

	s->heard[n > 0 ? n : 0] = '\0';
}

static void greet(struct scene *s)
{
	say(s, "220 mx.example ESMTP\r\n");
	assert_int_equal(dialogue_step(s->d, &s->why), DIALOGUE_WANT_READ);
	hear(s);
	assert_string_equal(s->heard, "EHLO me.example\r\n");
	say(s, "250-mx.example\r\n250 STARTTLS\r\n");
	assert_int_equal(dialogue_step(s->d, &s->why), DIALOGUE_WANT_READ);
	hear(s);
	assert_string_equal(s->heard, "STARTTLS\r\n");
}

static void test_dialogue_step_goes_on_to_tls(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	assert_string_equal(dialogue_awaits(s.d), "the greeting");
	assert_int_equal(dialogue_step(s.d, &s.why), DIALOGUE_WANT_READ);
	greet(&s);
	assert_string_equal(dialogue_awaits(s.d), "the reply to STARTTLS");
	say(&s, "220 go ahead\r\n");
	assert_int_equal(dialogue_step(s.d, &s.why), DIALOGUE_GO);
	end(&s);
}

/* What follows the go-ahead may still be in the socket, because only so much is read at
 * once: it was there before TLS began all the same (CVE-2011-0411). */
static void test_dialogue_step_finds_what_waits_behind_the_go_ahead(void **state)
{
	char reply[CHUNK + 1];
	struct scene s;

	(void)state;
	begin(&s);
	greet(&s);
	memset(reply, 'x', CHUNK);
	memcpy(reply, "220 ", 4);
	memcpy(reply + CHUNK - 2, "\r\n", 3);
	say(&s, reply);
	say(&s, "250 fine\r\n");
	assert_int_equal(dialogue_step(s.d, &s.why), DIALOGUE_REFUSED);
	assert_non_null(strstr(s.why.text, "after the server's go-ahead"));
	hear(&s); /* whoever put it there isn't spoken to any more */
	assert_string_equal(s.heard, "");
	end(&s);
}

/* The same go-ahead without anything behind it. */
static void test_dialogue_step_takes_a_go_ahead_as_long_as_a_chunk(void **state)
{
	char reply[CHUNK + 1];
	struct scene s;

	(void)state;
	begin(&s);
	greet(&s);
	memset(reply, 'x', CHUNK);
	memcpy(reply, "220 ", 4);
	memcpy(reply + CHUNK - 2, "\r\n", 3);
	say(&s, reply);
	assert_int_equal(dialogue_step(s.d, &s.why), DIALOGUE_GO);
	end(&s);
}

static void test_dialogue_step_says_goodbye(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	say(&s, "554 not you\r\n");
	assert_int_equal(dialogue_step(s.d, &s.why), DIALOGUE_REFUSED);
	assert_non_null(strstr(s.why.text, "554 not you"));
	hear(&s);
	assert_string_equal(s.heard, "QUIT\r\n");
	end(&s);
	begin(&s);
	say(&s, "421 busy\r\n");
	assert_int_equal(dialogue_step(s.d, &s.why), DIALOGUE_LATER);
	hear(&s);
	assert_string_equal(s.heard, "QUIT\r\n");
	end(&s);
}

static void test_dialogue_step_after_the_end(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	greet(&s);
	close(s.fd[1]);
	s.fd[1] = -1;
	assert_int_equal(dialogue_step(s.d, &s.why), DIALOGUE_FAILED);
	assert_non_null(strstr(s.why.text, "the reply to STARTTLS"));
	end(&s);
}

/* A reset is the connection's failure, and not the protocol's. */
static void test_dialogue_step_after_a_reset(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	const struct starttls_conf conf = { .kind = SERVICE_SMTP, .helo = "me.example" };
	const struct linger now = { .l_onoff = 1 };
	enum dialogue_status status = DIALOGUE_WANT_READ;
	int i, listener = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(at);
	struct scene s = { 0 };

	(void)state;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	s.fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(s.fd[0], (struct sockaddr *)&at, len), 0);
	assert_int_equal(fcntl(s.fd[0], F_SETFL, O_NONBLOCK), 0);
	s.fd[1] = accept(listener, NULL, NULL);
	close(listener);
	s.d = dialogue_new(s.fd[0], &conf);
	setsockopt(s.fd[1], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(s.fd[1]);
	s.fd[1] = -1;
	for (i = 0; i < STEPS_MAX && status == DIALOGUE_WANT_READ; i++)
		status = dialogue_step(s.d, &s.why);
	assert_int_equal(status, DIALOGUE_RESET);
	assert_non_null(strstr(s.why.text, "reset the connection before TLS"));
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogue_step_goes_on_to_tls),
		cmocka_unit_test(test_dialogue_step_finds_what_waits_behind_the_go_ahead),
		cmocka_unit_test(test_dialogue_step_takes_a_go_ahead_as_long_as_a_chunk),
		cmocka_unit_test(test_dialogue_step_says_goodbye),
		cmocka_unit_test(test_dialogue_step_after_the_end),
		cmocka_unit_test(test_dialogue_step_after_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
