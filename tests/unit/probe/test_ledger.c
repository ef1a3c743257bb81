/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

static struct ledger *ledger;
static struct buf octets;
static int64_t written_ms;

static int open_ledger(void **state)
{
	(void)state;
	ledger = ledger_new();
	buf_init(&octets, LEDGER_ENTRY_MAX);
	return 0;
}

static int close_ledger(void **state)
{
	(void)state;
	buf_clear(&octets);
	ledger_free(ledger);
	clock_fix(0);
	return 0;
}

static enum ledger_status ask(int lane, const char *key, int64_t age_ms)
{
	return ledger_ask(ledger, lane, key, clock_ms() - age_ms, &octets, &written_ms);
}

static void test_ledger_one_finds_out_for_all(void **state)
{
	(void)state;
	assert_int_equal(ask(0, "a", 1000), LEDGER_MINE);
	assert_int_equal(ask(0, "a", 1000), LEDGER_MINE); /* still */
	assert_int_equal(ask(1, "a", 1000), LEDGER_OTHERS);
	assert_int_equal(ask(1, "b", 1000), LEDGER_MINE);
	ledger_write(ledger, 1, "a", "no", 2); /* it isn't lane 1's */
	assert_int_equal(ask(1, "a", 1000), LEDGER_OTHERS);
	ledger_write(ledger, 0, "a", "yes", 3);
	assert_int_equal(ask(1, "a", 1000), LEDGER_THERE);
	assert_int_equal(octets.len, 3);
	assert_memory_equal(octets.data, "yes", 3);
	assert_in_range(clock_ms() - written_ms, 0, 1000);
	ledger_free(NULL);
}

static void test_ledger_drop_leaves_it_to_another(void **state)
{
	(void)state;
	assert_int_equal(ask(0, "a", 1000), LEDGER_MINE);
	ledger_drop(ledger, 1, "a"); /* not its own */
	assert_int_equal(ask(1, "a", 1000), LEDGER_OTHERS);
	ledger_drop(ledger, 0, "a");
	assert_int_equal(ask(1, "a", 1000), LEDGER_MINE);
}

static void test_ledger_old_entries_are_found_out_anew(void **state)
{
	(void)state;
	assert_int_equal(ask(0, "a", 1000), LEDGER_MINE);
	ledger_write(ledger, 0, "a", "old", 3);
	clock_skip(2000);
	assert_int_equal(ask(1, "a", 5000), LEDGER_THERE);
	assert_int_equal(ask(1, "a", 1000), LEDGER_MINE);
	assert_int_equal(ask(2, "a", 1000), LEDGER_OTHERS);
	assert_int_equal(ask(2, "a", 5000), LEDGER_THERE); /* whom the old one suffices */
	assert_memory_equal(octets.data, "old", 3);
	ledger_write(ledger, 1, "a", "new", 3);
	assert_int_equal(ask(2, "a", 1000), LEDGER_THERE);
	assert_memory_equal(octets.data, "new", 3);
}

static void test_ledger_keeps_nothing_too_large(void **state)
{
	static char large[LEDGER_ENTRY_MAX + 1], key[LEDGER_KEY_MAX + 1];

	(void)state;
	assert_int_equal(ask(0, "a", 1000), LEDGER_MINE);
	ledger_write(ledger, 0, "a", large, sizeof(large));
	assert_int_equal(ask(1, "a", 1000), LEDGER_MINE);
	memset(key, 'k', LEDGER_KEY_MAX);
	assert_int_equal(ask(0, key, 1000), LEDGER_FULL);
	key[LEDGER_KEY_MAX - 1] = '\0';
	assert_int_equal(ask(0, key, 1000), LEDGER_MINE);
}

/* What is used stays, whatever else comes and goes. */
static void test_ledger_keeps_what_is_used(void **state)
{
	char key[16];
	int i;

	(void)state;
	assert_int_equal(ask(0, "mx", 1000000), LEDGER_MINE);
	ledger_write(ledger, 0, "mx", "mx", 2);
	for (i = 0; i < 5000; i++) {
		clock_skip(1);
		snprintf(key, sizeof(key), "k%d", i);
		assert_int_equal(ask(0, key, 1000000), LEDGER_MINE);
		ledger_write(ledger, 0, key, key, strlen(key));
		assert_int_equal(ask(1, "mx", 1000000), LEDGER_THERE);
	}
	assert_int_equal(ask(0, "k0", 1000000), LEDGER_MINE); /* made room long ago */
}

/* Nobody is driven out of what he is about to fill. */
static void test_ledger_is_full_of_promises(void **state)
{
	int i, full = 0;
	char key[16];

	(void)state;
	for (i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		full += ask(0, key, 1000) == LEDGER_FULL;
	}
	assert_int_equal(full, 5000 - 256);
	ledger_forget(ledger, 1);
	assert_int_equal(ask(1, "another", 1000), LEDGER_FULL);
	ledger_forget(ledger, 0);
	assert_int_equal(ask(1, "another", 1000), LEDGER_MINE);
}

static void test_ledger_is_shared_by_processes(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		if (ask(0, "a", 1000) == LEDGER_MINE)
			ledger_write(ledger, 0, "a", "told", 4);
		_exit(ask(0, "b", 1000) == LEDGER_MINE ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(ask(1, "a", 1000), LEDGER_THERE);
	assert_memory_equal(octets.data, "told", 4);
	assert_int_equal(ask(1, "b", 1000), LEDGER_OTHERS); /* of the dead one */
	ledger_forget(ledger, 0);
	assert_int_equal(ask(1, "b", 1000), LEDGER_MINE);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_ledger_one_finds_out_for_all),
		ROW(test_ledger_drop_leaves_it_to_another),
		ROW(test_ledger_old_entries_are_found_out_anew),
		ROW(test_ledger_keeps_nothing_too_large),
		ROW(test_ledger_keeps_what_is_used),
		ROW(test_ledger_is_full_of_promises),
		ROW(test_ledger_is_shared_by_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
