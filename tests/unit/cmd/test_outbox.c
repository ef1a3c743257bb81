/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop.h"

struct told {
	struct loop *loop;
	int drained, failed;
};

static void on_drained(void *arg)
{
	struct told *t = arg;

	t->drained++;
	loop_stop(t->loop);
}

static void on_failed(void *arg, int error)
{
	struct told *t = arg;

	assert_int_equal(t->failed, 0);
	t->failed = error;
	loop_stop(t->loop);
}

static struct outbox *open_outbox(int fd, struct told *told)
{
	struct outbox_conf conf = {
		.fd = fd, .drained = on_drained, .failed = on_failed, .arg = told
	};

	*told = (struct told){ .loop = loop_new() };
	conf.loop = told->loop;
	return outbox_new(&conf);
}

static void test_outbox_writes_a_file_at_once(void **state)
{
	char name[] = "/tmp/test_outbox.XXXXXX", got[16] = "";
	int fd = mkstemp(name);
	struct told told;
	struct outbox *o = open_outbox(fd, &told);

	(void)state;
	outbox_put(o, "one\n", 4);
	outbox_put(o, "two\n", 4);
	assert_true(outbox_empty(o));
	assert_false(outbox_full(o));
	assert_int_equal(pread(fd, got, sizeof(got), 0), 8);
	assert_string_equal(got, "one\ntwo\n");
	assert_int_equal(told.drained, 0); /* not from within */
	loop_run(told.loop);
	assert_int_equal(told.drained, 1);
	outbox_free(o);
	outbox_free(NULL);
	loop_free(told.loop);
	close(fd);
	unlink(name);
}

/* Nobody reads: nothing waits for that, and nothing is lost when somebody does. */
static void test_outbox_keeps_what_a_pipe_does_not_take(void **state)
{
	static char piece[10000], back[65536];
	size_t put = 0, got = 0, i;
	struct told told;
	struct outbox *o;
	ssize_t n;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	o = open_outbox(fd[1], &told);
	for (i = 0; i < sizeof(piece); i++)
		piece[i] = (char)('a' + i % 26);
	for (i = 0; i < 200 && !outbox_full(o); i++, put += sizeof(piece))
		outbox_put(o, piece, sizeof(piece));
	assert_true(outbox_full(o));
	assert_in_range(put, 256 << 10, 512 << 10);
	assert_int_equal(fcntl(fd[1], F_GETFL) & O_NONBLOCK, 0);
	while (got < put) {
		n = read(fd[0], back,
			 got + sizeof(back) < put ? sizeof(back) : put - got);
		assert_true(n > 0);
		for (i = 0; i < (size_t)n; i++)
			if (back[i] != piece[(got + i) % sizeof(piece)])
				fail_msg("byte %zu is wrong", got + i);
		got += (size_t)n;
		if (!outbox_empty(o)) {
			struct loop_timer *turn = loop_timer_new(
				told.loop, 5, (loop_fn *)loop_stop, told.loop);

			loop_run(told.loop);
			loop_timer_free(turn);
		}
	}
	if (!told.drained)
		loop_run(told.loop);
	assert_int_equal(told.drained, 1);
	outbox_free(o);
	loop_free(told.loop);
	close(fd[0]);
	close(fd[1]);
}

static void test_outbox_tells_failures_once(void **state)
{
	struct told told;
	struct outbox *o;
	int fd[2];

	(void)state;
	fd[1] = open("/dev/full", O_WRONLY);
	o = open_outbox(fd[1], &told);
	outbox_put(o, "one\n", 4);
	outbox_put(o, "two\n", 4);
	assert_int_equal(told.failed, 0);
	loop_run(told.loop);
	assert_int_equal(told.failed, ENOSPC);
	assert_int_equal(told.drained, 0);
	outbox_put(o, "three\n", 6);
	loop_run(told.loop);
	outbox_free(o);
	loop_free(told.loop);
	close(fd[1]);

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	o = open_outbox(fd[1], &told);
	outbox_put(o, "one\n", 4);
	loop_run(told.loop);
	assert_int_equal(told.failed, EPIPE);
	outbox_free(o);
	loop_free(told.loop);
	close(fd[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outbox_writes_a_file_at_once),
		cmocka_unit_test(test_outbox_keeps_what_a_pipe_does_not_take),
		cmocka_unit_test(test_outbox_tells_failures_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
