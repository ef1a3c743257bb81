/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void test_mem_copy_and_text(void **state)
{
	char *a = mem_text("abc"), *b = mem_text_n("abcdef", 2), *c = mem_copy("xyz", 3);
	char *d = mem_printf("%s-%d", "n", 7);

	(void)state;
	assert_string_equal(a, "abc");
	assert_string_equal(b, "ab");
	assert_memory_equal(c, "xyz", 3);
	assert_string_equal(d, "n-7");
	assert_null(mem_copy("x", 0));
	assert_null(mem_text(NULL));
	free(a);
	free(b);
	free(c);
	free(d);
}

static void test_mem_zero_is_zeroed_and_never_null(void **state)
{
	unsigned char *a = mem_zero(64), *b = mem_zero(0), *c = mem_array(0, 8);
	size_t i;

	(void)state;
	for (i = 0; i < 64; i++)
		assert_int_equal(a[i], 0);
	assert_non_null(b);
	assert_non_null(c);
	free(a);
	free(b);
	free(c);
}

static void test_mem_grow_keeps_what_was_there(void **state)
{
	int *v = NULL;
	size_t n;

	(void)state;
	for (n = 0; n < 1000; n++) {
		v = mem_grow(v, n, sizeof(*v));
		v[n] = (int)n;
	}
	for (n = 0; n < 1000; n++)
		assert_int_equal(v[n], n);
	free(v);
}

static void test_mem_wipe(void **state)
{
	char secret[] = "secret";

	(void)state;
	mem_wipe(secret, sizeof(secret));
	assert_memory_equal(secret, "\0\0\0\0\0\0\0", sizeof(secret));
}

/* What a child's exit status is that asks for more than there can be. */
static int status_of(void (*ask)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(99);
		ask();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void ask_for_an_overflow(void)
{
	free(mem_array(SIZE_MAX / 2, 4));
}

static void ask_to_grow_past_the_end(void)
{
	free(mem_grow(NULL, (size_t)1 << (sizeof(size_t) * 8 - 2), 4));
}

static void test_mem_exhausted_ends_with_3(void **state)
{
	(void)state;
	assert_int_equal(status_of(ask_to_grow_past_the_end), 3);
	/* calloc() itself is checked by the sanitizers, which end otherwise. */
	assert_int_not_equal(status_of(ask_for_an_overflow), 0);
}

static void ask_with_last_words(void)
{
	mem_set_last_words("the last words\n");
	ask_to_grow_past_the_end();
}

static void test_mem_set_last_words_come_on_stdout(void **state)
{
	char text[64] = "";
	FILE *file = tmpfile();
	int kept = dup(1);

	(void)state;
	fflush(stdout);
	dup2(fileno(file), 1);
	assert_int_equal(status_of(ask_with_last_words), 3);
	dup2(kept, 1);
	close(kept);
	rewind(file);
	(void)!fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_string_equal(text, "the last words\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mem_copy_and_text),
		cmocka_unit_test(test_mem_zero_is_zeroed_and_never_null),
		cmocka_unit_test(test_mem_grow_keeps_what_was_there),
		cmocka_unit_test(test_mem_wipe),
		cmocka_unit_test(test_mem_exhausted_ends_with_3),
		cmocka_unit_test(test_mem_set_last_words_come_on_stdout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
