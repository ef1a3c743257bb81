/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/quota.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void test_quota_counts_an_address(void **state)
{
	struct quota *q = quota_new(2, 100);

	(void)state;
	assert_true(quota_take(q, 0, "192.0.2.1", 2, 0));
	assert_true(quota_take(q, 1, "192.0.2.1", 2, 0));
	assert_false(quota_take(q, 0, "192.0.2.1", 2, 0));
	assert_true(quota_take(q, 0, "192.0.2.1", 3, 0)); /* a limit of one's own */
	assert_false(quota_take(q, 0, "192.0.2.1", 3, 0));
	assert_true(quota_take(q, 0, "192.0.2.2", 2, 0));
	quota_give(q, 1, "192.0.2.1");
	assert_false(quota_take(q, 1, "192.0.2.1", 2, 0));
	quota_give(q, 0, "192.0.2.1");
	assert_true(quota_take(q, 1, "192.0.2.1", 2, 0));
	assert_true(quota_take(q, 1, "no address", 1, 1));
	assert_false(quota_take(q, 1, "no address", 1, 0));
	quota_free(q);
	quota_free(NULL);
}

/* Two addresses, and whether one connection to each makes two to one network. */
static const struct {
	const char *one, *other;
	int same;
} nets[] = {
	{ "192.0.2.1", "192.0.2.255", 1 },
	{ "192.0.2.255", "192.0.3.0", 0 },
	{ "2001:db8:1::1", "2001:db8:1:ffff::2", 1 },
	{ "2001:db8:1::1", "2001:db8:2::1", 0 },
	{ "192.0.2.1", "2001:db8:1::1", 0 },
	{ "0.0.1.1", "::1", 0 },
};

static void test_quota_counts_a_network(void **state)
{
	struct quota *q;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nets) / sizeof(*nets); i++) {
		q = quota_new(1, 100);
		assert_true(quota_take(q, 0, nets[i].one, 0, 1));
		if (quota_take(q, 0, nets[i].other, 0, 1) == nets[i].same)
			fail_msg("%s and %s", nets[i].one, nets[i].other);
		quota_give(q, 0, nets[i].one);
		if (nets[i].same)
			assert_true(quota_take(q, 0, nets[i].other, 0, 1));
		quota_free(q);
	}
}

/* What was refused counts for nothing. */
static void test_quota_refuses_whole(void **state)
{
	struct quota *q = quota_new(1, 100);

	(void)state;
	assert_true(quota_take(q, 0, "192.0.2.1", 1, 0));
	assert_false(quota_take(q, 0, "192.0.2.2", 1, 1)); /* by the network */
	assert_true(quota_take(q, 0, "192.0.2.2", 1, 2));
	assert_false(quota_take(q, 0, "192.0.2.1", 1, 9)); /* by the address */
	assert_true(quota_take(q, 0, "192.0.2.3", 1, 3));
	quota_free(q);
}

static void test_quota_forget_frees_what_a_dead_process_had(void **state)
{
	struct quota *q = quota_new(2, 100);
	int i, done[2];
	pid_t pid;
	char byte;

	(void)state;
	assert_true(quota_take(q, 0, "192.0.2.1", 0, 0));
	assert_int_equal(pipe(done), 0);
	pid = fork();
	if (pid == 0) {
		for (i = 0; i < 3; i++)
			quota_take(q, 1, "192.0.2.1", 0, 0);
		(void)!write(done[1], "", 1);
		for (;;) { /* dies here, or with the lock */
			quota_take(q, 1, "192.0.2.9", 0, 0);
			quota_give(q, 1, "192.0.2.9");
		}
	}
	assert_int_equal(read(done[0], &byte, 1), 1);
	usleep(20000);
	close(done[0]);
	close(done[1]);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_false(quota_take(q, 0, "192.0.2.1", 4, 0));
	quota_forget(q, 1);
	assert_true(quota_take(q, 0, "192.0.2.1", 2, 0));
	assert_true(quota_take(q, 0, "192.0.2.9", 1, 0));
	quota_free(q);
}

/* More than it has room for: refused, never wrong, and free again later. */
static void test_quota_full_refuses(void **state)
{
	struct quota *q = quota_new(1, 1);
	char address[32];
	int i, taken = 0;

	(void)state;
	for (i = 0; i < 4000; i++) {
		snprintf(address, sizeof(address), "10.%d.%d.1", i / 250, i % 250);
		taken += quota_take(q, 0, address, 1, 0);
		if (i < 4 && taken != i + 1)
			fail_msg("the first ones are refused");
	}
	assert_in_range(taken, 100, 1024);
	for (i = 0; i < 4000; i++) {
		snprintf(address, sizeof(address), "10.%d.%d.1", i / 250, i % 250);
		quota_give(q, 0, address);
	}
	assert_true(quota_take(q, 0, "10.15.3.1", 1, 1));
	quota_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quota_counts_an_address),
		cmocka_unit_test(test_quota_counts_a_network),
		cmocka_unit_test(test_quota_refuses_whole),
		cmocka_unit_test(test_quota_forget_frees_what_a_dead_process_had),
		cmocka_unit_test(test_quota_full_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
