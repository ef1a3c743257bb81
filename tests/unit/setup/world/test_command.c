/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/world/command.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/world/env.h"

static void test_command_fill_quotes(void **state)
{
	const char *const csr[] = { "/a b/it's.csr" };
	const char *const domains[] = { "a.example", "$(reboot).example" };
	const struct command_word words[] = { { "csr", csr, 1 },
					      { "domains", domains, 2 } };
	char *text = command_fill("x {csr} {cert} {} {domains}{ {csr", words, 2);

	(void)state;
	assert_string_equal(text, "x '/a b/it'\\''s.csr' {cert} {} 'a.example' "
				  "'$(reboot).example'{ {csr");
	free(text);
	assert_true(command_has("x {csr}", "csr"));
	assert_false(command_has("x {csrs}", "csr"));
}

static void test_command_fill_never_cuts(void **state)
{
	const char *domain =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example";
	const char **many = mem_array(2000, sizeof(*many));
	struct command_word word = { "domains", many, 2000 };
	size_t i;

	(void)state;
	for (i = 0; i < 2000; i++)
		many[i] = domain;
	assert_null(command_fill("x {domains}", &word, 1));
	free(many);
}

static void test_command_program_finds_the_first_word(void **state)
{
	static const char *const cases[][2] = {
		{ "systemctl reload nginx", "systemctl" },
		{ "  /usr/sbin/nginx -s reload && x", "/usr/sbin/nginx" },
		{ "LC_ALL=C certbot renew", "certbot" },
		{ "deploy", "deploy" },
		{ "deploy>/dev/null", "deploy" },
		{ "deploy; other", "deploy" },
		{ "", NULL },
		{ "A=b", NULL },
		{ "$x y", NULL },
		{ "A='b c' d", NULL },
		{ "'a b' c", NULL },
		{ "(cd /; x)", NULL },
		{ "a$b c", NULL },
	};
	size_t i;
	char *got;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got = command_program(cases[i][0]);
		if (!got != !cases[i][1] || (got && strcmp(got, cases[i][1]) != 0))
			fail_msg("%s: %s", cases[i][0], got ? got : "none");
		free(got);
	}
}

static void test_command_check_asks_sh(void **state)
{
	struct env env;
	struct why why;

	(void)state;
	env_init(&env);
	assert_int_equal(command_check(&env, "if true; then x; fi", &why), 0);
	assert_int_equal(command_check(&env, ": nothing", &why), 0);
	assert_int_equal(command_check(&env, "/bin/sh -c x", &why), 0);
	assert_int_equal(command_check(&env, "/etc/passwd x", &why), DP_ENOENT);
	assert_int_equal(command_check(&env, "no-such-program x", &why), DP_ENOENT);
	assert_non_null(strstr(why.text, "there is no program no-such-program to run for "
					 "no-such-program x (PATH is "));
}

static const struct row {
	const char *name, *text;
	int want;
	const char *said;
} rows[] = {
	{ "it works", "exit 0", 0, NULL },
	{ "it fails", "echo no >&2; echo really no >&2; exit 7", DP_EIO,
	  "exit status 7: really no" },
	{ "it fails on its output", "echo nope; exit 1", DP_EIO, "exit status 1: nope" },
	{ "it isn't there", "/nonexistent/command", DP_EIO, "exit status 127" },
	{ "a signal", "kill -9 $$", DP_EIO, "signal 9" },
	{ "it says control bytes", "printf 'a\\033[31mb\\n' >&2; exit 1", DP_EIO,
	  "a\\x1b[31mb" },
};

static void test_command_run_tells_how_it_ended(void **state)
{
	struct env_command command = { .timeout_ms = 10000 };
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		command.text = rows[i].text;
		why.text[0] = '\0';
		if (command_run(&command, &why) != rows[i].want)
			fail_msg("%s: %s", rows[i].name, why.text);
		if (rows[i].said && !strstr(why.text, rows[i].said))
			fail_msg("%s: %s", rows[i].name, why.text);
	}
}

static void test_command_run_feeds_and_takes(void **state)
{
	size_t len = 300000;
	char *big = mem_zero(len + 1);
	struct env_command command = { .text = "cat", .timeout_ms = 10000 };
	struct buf out;

	(void)state;
	memset(big, 'x', len);
	buf_init(&out, len);
	command.input = big;
	command.output = &out;
	assert_int_equal(command_run(&command, NULL), 0);
	assert_int_equal(out.len, len);
	buf_clear(&out);
	command.text = "exit 0"; /* doesn't read */
	command.output = NULL;
	assert_int_equal(command_run(&command, NULL), 0);
	free(big);
}

static void test_command_run_ends_in_time(void **state)
{
	struct env_command command = { .text = "sleep 60", .timeout_ms = 200 };
	int64_t begun = clock_ms();
	struct why why;

	(void)state;
	assert_int_equal(command_run(&command, &why), DP_EIO);
	assert_non_null(strstr(why.text, "took longer"));
	/* A server that a command starts keeps its output open. */
	command.text = "sleep 5 & exit 0";
	command.timeout_ms = 10000;
	assert_int_equal(command_run(&command, NULL), 0);
	assert_true(clock_ms() - begun < 4000);
}

/* As whoever started the program may have left it. */
static void test_command_run_ends_where_children_are_ignored(void **state)
{
	struct env_command command = { .text = "exit 0", .timeout_ms = 5000 };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before, after;

	(void)state;
	assert_int_equal(sigaction(SIGCHLD, &ignore, &before), 0);
	(void)alarm(20);
	assert_int_equal(command_run(&command, NULL), 0);
	(void)alarm(0);
	assert_int_equal(sigaction(SIGCHLD, &before, &after), 0);
	assert_true(after.sa_handler == SIG_IGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_run_ends_where_children_are_ignored),
		cmocka_unit_test(test_command_fill_quotes),
		cmocka_unit_test(test_command_fill_never_cuts),
		cmocka_unit_test(test_command_program_finds_the_first_word),
		cmocka_unit_test(test_command_check_asks_sh),
		cmocka_unit_test(test_command_run_tells_how_it_ended),
		cmocka_unit_test(test_command_run_feeds_and_takes),
		cmocka_unit_test(test_command_run_ends_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
