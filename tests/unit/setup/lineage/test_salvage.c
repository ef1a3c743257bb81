/* SPDX-License-Identifier: BSD-2-Clause */
/* A lineage whose state is lost, damaged or older than what has happened. */
#include "setup/lineage/salvage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/lineage_make.h"
#include "setup/lineage/lineage_open.h"

#define PEM_MAX (1 << 20)

static const struct rollover_how go_on, begin = { .begin = true },
					emergency = { .begin = true, .emergency = true };

static char *path_of(const struct play *p, const char *name)
{
	return mem_printf("%s/www/%s", p->sim->base, name);
}

static void copy_file(const struct play *p, const char *from, const char *to)
{
	char *source = path_of(p, from), *target = path_of(p, to), *text = NULL;
	size_t len;

	assert_int_equal(file_read(source, PEM_MAX, &text, &len, NULL), 0);
	assert_int_equal(file_replace(NULL, target, FILE_ACCESS(0600), text, len, NULL),
			 0);
	free(source);
	free(target);
	free(text);
}

static void write_text(const struct play *p, const char *name, const char *text)
{
	char *path = path_of(p, name);

	assert_int_equal(
		file_replace(NULL, path, FILE_ACCESS(0600), text, strlen(text), NULL), 0);
	free(path);
}

static void remove_file(const struct play *p, const char *name)
{
	char *path = path_of(p, name);

	assert_int_equal(unlink(path), 0);
	free(path);
}

static bool is_there(const struct play *p, const char *name)
{
	char *path = path_of(p, name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static void shut(struct play *p)
{
	if (p->lineage.env)
		lineage_close(&p->lineage);
	p->lineage.env = NULL;
}

/* As a person types it, with the options of once. */
static int make_anew(struct play *p, const char *domains, struct why *why)
{
	struct lineage_conf conf;
	struct lineage l;
	int rc;

	shut(p);
	lineage_conf_init(&conf);
	assert_int_equal(lineage_conf_set(&conf, domains, why), 0);
	assert_int_equal(
		lineage_conf_set(&conf, "services = https://www.example.com", why), 0);
	rc = lineage_make_new(&p->env, p->sim->base, "www", &conf, NULL, 0, &l, why);
	if (rc == 0)
		lineage_close(&l);
	lineage_conf_clear(&conf);
	return rc;
}

static void expect_refused(struct play *p, const char *text)
{
	struct why why = { "" };

	assert_int_equal(make_anew(p, "domains = www.example.com", &why), DP_EEXIST);
	if (!strstr(why.text, text) || !strstr(why.text, "www/live, and then let"))
		fail_msg("'%s' isn't in: %s", text, why.text);
	assert_false(is_there(p, "keys/0004"));
}

static void expect_closed(struct play *p, const char *text)
{
	struct why why = { "" };
	struct lineage l;

	shut(p);
	if (lineage_open(&p->env, p->sim->base, "www", "rollover", LINEAGE_WRITE, &l,
			 &why) == 0)
		fail_msg("it opens");
	if (!strstr(why.text, text))
		fail_msg("'%s' isn't in: %s", text, why.text);
}

/* Until key 2 is current, and key 1 is known to be compromised. */
static struct play *play_emergency(void)
{
	struct play *p = play_new(NULL);

	play_step(p, &emergency);
	play_until_idle(p);
	assert_int_equal(p->lineage.state.current, 2);
	shut(p);
	return p;
}

static void test_salvage_refuses_to_make_a_lineage_of_used_keys(void **state)
{
	struct play *p = play_emergency();
	char *conf = path_of(p, "lineage.conf"), *before = NULL, *after = NULL;
	size_t len;

	(void)state;
	assert_int_equal(file_read(conf, PEM_MAX, &before, &len, NULL), 0);
	remove_file(p, "state");
	expect_refused(p, "state is missing");
	expect_refused(p, "www/state.1 ");
	expect_closed(p, "state is missing");
	expect_closed(p, "cp -p ");
	remove_file(p, "state.1");
	expect_refused(p, "restore it from a backup");
	assert_false(is_there(p, "state"));
	assert_int_equal(file_read(conf, PEM_MAX, &after, &len, NULL), 0);
	assert_string_equal(after, before);
	free(conf);
	free(before);
	free(after);
	play_free(p);
}

static void test_salvage_says_the_same_of_a_damaged_state(void **state)
{
	static const char *const damaged[] = { "", "{\"version\":1,\"sta", "\n", "[]" };
	struct play *p = play_emergency();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		write_text(p, "state", damaged[i]);
		expect_refused(p, "can't be read");
		expect_closed(p, "can't be used");
		expect_closed(p, "brings back the last one");
	}
	write_text(p, "state.1", "");
	expect_closed(p, "restore it from a backup");
	play_free(p);
}

static void test_salvage_keeps_a_copy_that_goes_on(void **state)
{
	struct play *p = play_emergency();

	(void)state;
	remove_file(p, "state");
	copy_file(p, "state.1", "state");
	play_step(p, &go_on);
	play_told(p, OUTCOME_NOTHING, "nothing to do");
	assert_int_equal(p->lineage.state.current, 2);
	play_free(p);
}

/* From before the emergency: the key in use then was declared compromised since. */
static void test_salvage_replaces_a_compromised_key_of_an_old_state(void **state)
{
	struct play *p = play_new(NULL);

	(void)state;
	shut(p);
	copy_file(p, "state", "backup");
	play_step(p, &emergency);
	play_until_idle(p);
	assert_int_equal(p->lineage.state.current, 2);
	assert_true(is_there(p, "keys/0001/compromised"));
	assert_false(is_there(p, "keys/0002/compromised"));
	shut(p);
	copy_file(p, "backup", "state");
	(void)play_state(p);
	assert_true(p->lineage.state.emergency);
	assert_int_equal(p->lineage.state.compromised, 1);
	play_free(p);
}

/* Where it is the next one, no rollover may lead to it, and another is made. */
static void test_salvage_uses_no_compromised_next_key(void **state)
{
	struct play *p = play_new(NULL);
	struct why why;

	(void)state;
	shut(p);
	copy_file(p, "state", "backup");
	(void)play_state(p);
	assert_int_equal(salvage_mark(&p->lineage, 2, &why), 0);
	assert_int_equal(salvage_mark(&p->lineage, 2, &why), 0);
	play_step(p, &go_on);
	play_told(p, OUTCOME_LATE, "it was declared compromised");
	play_told(p, OUTCOME_LATE, "daneprobe rollover --discard-next www");
	play_step(p, &begin);
	play_told(p, OUTCOME_REFUSED, "no rollover can begin: key 0002, the next one");
	assert_int_equal(p->lineage.state.goal, 0);
	play_verb_of(p, rollover_publish);
	assert_int_equal(p->sim->server[0].set & 2, 0);
	play_verb_of(p, rollover_discard_next);
	play_until_idle(p);
	assert_int_equal(p->lineage.state.current, 1);
	assert_int_equal(p->lineage.state.next, 3);
	play_free(p);
}

/* It isn't a matter of key_types, and no reason to keep silent: test_usable.c. */
static void test_salvage_opens_without_the_current_key(void **state)
{
	struct play *p = play_new(NULL);
	char *from, *to;

	(void)state;
	shut(p);
	from = path_of(p, "keys/0001");
	to = path_of(p, "keys/lost");
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(play_state(p)->current, 1);
	free(from);
	free(to);
	play_free(p);
}

static void test_salvage_has_history_only_after_new(void **state)
{
	struct play *p = play_new_staged(NULL);
	struct why why;

	(void)state;
	remove_file(p, "state");
	remove_file(p, "state.1");
	/* As a run of new leaves it that dies before its end. */
	assert_int_equal(make_anew(p, "domains = other.example.com", &why), DP_EEXIST);
	assert_non_null(
		strstr(why.text, "lineage.conf is there and says something else"));
	remove_file(p, "lineage.conf");
	if (make_anew(p, "domains = www.example.com", &why) < 0)
		fail_msg("%s", why.text);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_salvage_opens_without_the_current_key,
					  play_end),
		cmocka_unit_test_teardown(
			test_salvage_refuses_to_make_a_lineage_of_used_keys, play_end),
		cmocka_unit_test_teardown(test_salvage_says_the_same_of_a_damaged_state,
					  play_end),
		cmocka_unit_test_teardown(test_salvage_keeps_a_copy_that_goes_on,
					  play_end),
		cmocka_unit_test_teardown(
			test_salvage_replaces_a_compromised_key_of_an_old_state,
			play_end),
		cmocka_unit_test_teardown(test_salvage_uses_no_compromised_next_key,
					  play_end),
		cmocka_unit_test_teardown(test_salvage_has_history_only_after_new,
					  play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
