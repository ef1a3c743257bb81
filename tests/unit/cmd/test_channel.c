/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/channel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/loop.h"

/* One end is a channel, the other a bare socket. */
struct end {
	struct loop *loop;
	struct channel *channel;
	int other;
	struct buf got; /* messages, a "|" behind each */
	int messages, closed, refuse_at;
};

static bool on_message(void *arg, const void *data, size_t len)
{
	struct end *e = arg;

	buf_add(&e->got, data, len);
	buf_text(&e->got, "|");
	loop_stop(e->loop);
	return ++e->messages != e->refuse_at;
}

static void on_closed(void *arg)
{
	struct end *e = arg;

	e->closed++;
	channel_free(e->channel);
	e->channel = NULL;
	loop_stop(e->loop);
}

static void open_end(struct end *e)
{
	struct channel_conf conf = { .message = on_message,
				     .closed = on_closed,
				     .arg = e };
	int fd[2];

	*e = (struct end){ .loop = loop_new() };
	buf_init(&e->got, SIZE_MAX);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	conf.loop = e->loop;
	conf.fd = fd[0];
	e->other = fd[1];
	e->channel = channel_new(&conf);
	assert_int_equal(channel_fd(e->channel), fd[0]);
}

static void close_end(struct end *e)
{
	channel_free(e->channel);
	close(e->other);
	buf_clear(&e->got);
	loop_free(e->loop);
}

static void put(struct end *e, const void *data, size_t len)
{
	assert_int_equal(write(e->other, data, len), len);
}

static void test_channel_messages_come_whole(void **state)
{
	uint32_t len = 5;
	struct end e;
	char both[18];

	(void)state;
	open_end(&e);
	put(&e, &len, 2);
	put(&e, (char *)&len + 2, 2);
	put(&e, "hel", 3);
	memcpy(both, "lo", 2);
	memcpy(both + 2, &len, 4);
	memcpy(both + 6, "again", 5);
	len = 0;
	memcpy(both + 11, &len, 4);
	put(&e, both, 15);
	loop_run(e.loop);
	assert_string_equal(buf_str(&e.got), "hello|again||");
	close_end(&e);
	channel_free(NULL);
}

/* More than the socket takes at once, both ways. */
static void test_channel_send_never_waits(void **state)
{
	static char big[1 << 20], back[1 << 20];
	struct end e;
	size_t got = 0;
	uint32_t len;
	ssize_t n;
	int i;

	(void)state;
	open_end(&e);
	memset(big, 'x', sizeof(big));
	for (i = 0; i < 3; i++)
		channel_send(e.channel, big, sizeof(big));
	len = 1;
	put(&e, &len, 4);
	put(&e, "y", 1);
	loop_run(e.loop);
	assert_string_equal(buf_str(&e.got), "y|");
	while (got < 3 * (sizeof(big) + 4)) {
		n = recv(e.other, back, sizeof(back), MSG_DONTWAIT);
		if (n > 0) {
			got += (size_t)n;
			continue;
		}
		put(&e, &len, 4); /* ends a turn of the loop */
		put(&e, "y", 1);
		loop_run(e.loop);
	}
	assert_int_equal(got, 3 * (sizeof(big) + 4));
	close_end(&e);
}

static void test_channel_pause_leaves_messages_in_the_socket(void **state)
{
	uint32_t len = 1;
	struct end e;

	(void)state;
	open_end(&e);
	channel_pause(e.channel, true);
	put(&e, &len, 4);
	put(&e, "y", 1);
	loop_run(e.loop); /* nothing to wait for */
	assert_int_equal(e.messages, 0);
	channel_pause(e.channel, false);
	loop_run(e.loop);
	assert_int_equal(e.messages, 1);
	close_end(&e);
}

static void test_channel_closes(void **state)
{
	uint32_t len = CHANNEL_MESSAGE_MAX + 1;
	struct end e;

	(void)state;
	/* by the other end, after what it said before */
	open_end(&e);
	len = 1;
	put(&e, &len, 4);
	put(&e, "y", 1);
	assert_int_equal(shutdown(e.other, SHUT_WR), 0);
	loop_run(e.loop);
	if (!e.closed)
		loop_run(e.loop);
	assert_int_equal(e.messages, 1);
	assert_int_equal(e.closed, 1);
	close_end(&e);
	/* by a length that nobody means */
	open_end(&e);
	len = CHANNEL_MESSAGE_MAX + 1;
	put(&e, &len, 4);
	loop_run(e.loop);
	assert_int_equal(e.closed, 1);
	close_end(&e);
	/* by a message that is refused */
	open_end(&e);
	e.refuse_at = 1;
	len = 1;
	put(&e, &len, 4);
	put(&e, "y", 1);
	put(&e, &len, 4);
	put(&e, "y", 1);
	loop_run(e.loop);
	assert_int_equal(e.messages, 1);
	assert_int_equal(e.closed, 1);
	close_end(&e);
	/* found out in sending */
	open_end(&e);
	assert_int_equal(shutdown(e.other, SHUT_RD), 0);
	channel_send(e.channel, "y", 1);
	assert_int_equal(e.closed, 0); /* not from within */
	loop_run(e.loop);
	assert_int_equal(e.closed, 1);
	close_end(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_channel_messages_come_whole),
		cmocka_unit_test(test_channel_send_never_waits),
		cmocka_unit_test(test_channel_pause_leaves_messages_in_the_socket),
		cmocka_unit_test(test_channel_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
