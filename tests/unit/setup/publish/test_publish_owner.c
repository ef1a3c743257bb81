/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_owner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/wanted.h"
#include "setup/world/env.h"

#define MAX 8

/* Records by a letter: 3 1 1 with one octet. */
static size_t records(const char *letters, struct tlsa *ret_rr)
{
	char text[16];
	size_t i;

	for (i = 0; letters[i]; i++) {
		(void)snprintf(text, sizeof(text), "3 1 1 %02x", (unsigned)letters[i]);
		assert_int_equal(tlsa_parse(text, &ret_rr[i], NULL), 0);
	}
	return i;
}

static void letters_of(const struct tlsa *rr, size_t count, char *ret_letters)
{
	size_t i;

	for (i = 0; i < count; i++)
		ret_letters[i] = (char)rr[i].data[0];
	ret_letters[count] = '\0';
}

static void clear(struct tlsa *rr, size_t count)
{
	while (count)
		tlsa_clear(&rr[--count]);
}

static const struct row {
	const char *name, *want, *dead, *have, *add, *remove;
	size_t foreign;
} rows[] = {
	{ "nothing there", "ab", "", "", "ab", "", 0 },
	{ "all there", "ab", "", "ba", "", "", 0 },
	{ "one lacks", "ab", "", "a", "b", "", 0 },
	{ "an old one goes", "bc", "a", "ab", "c", "a", 0 },
	{ "an old one is gone already", "bc", "a", "bc", "", "", 0 },
	{ "others' stay", "ab", "", "xay", "b", "", 2 },
	{ "others' stay when ours go", "b", "a", "xa", "b", "a", 1 },
	{ "wanted by two services once", "aa", "", "", "a", "", 0 },
	{ "dead of two services once", "", "aa", "a", "", "a", 0 },
	{ "wanted and dead stays", "a", "a", "a", "", "", 0 },
	{ "wanted and dead is added", "a", "a", "", "a", "", 0 },
};

static void check_row(const struct row *row)
{
	struct tlsa want[MAX], dead[MAX], have[MAX];
	const struct tlsa *want_list[MAX], *dead_list[MAX];
	struct publish_owner o = { .want = want_list, .dead = dead_list };
	size_t have_count = records(row->have, have), i;
	struct publish_change change;
	char add[MAX + 1], removed[MAX + 1];

	o.want_count = records(row->want, want);
	o.dead_count = records(row->dead, dead);
	for (i = 0; i < MAX; i++) {
		want_list[i] = &want[i];
		dead_list[i] = &dead[i];
	}
	publish_owner_diff(&o, have, have_count, &change);
	letters_of(change.add, change.add_count, add);
	letters_of(change.remove, change.remove_count, removed);
	if (strcmp(add, row->add) != 0 || strcmp(removed, row->remove) != 0 ||
	    change.foreign != row->foreign)
		fail_msg("%s: +%s -%s, %zu foreign", row->name, add, removed,
			 change.foreign);
	publish_owner_clear(&change);
	clear(want, o.want_count);
	clear(dead, o.dead_count);
	clear(have, have_count);
}

static void test_publish_owner_diff_follows_the_table(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

/* "_25..." is an alias of "_443..." */
static int zone(void *arg, const char *owner, struct env_zone *ret_zone, struct why *why)
{
	bool is_alias = !strncmp(owner, "_25.", 4);

	(void)arg;
	if (strstr(owner, "lost"))
		return why_set(why, DP_EDNS, "no zone");
	*ret_zone =
		(struct env_zone){ .owner = mem_text(is_alias ? "_443._tcp.a" : owner),
				   .is_alias = is_alias,
				   .apex = mem_text("a") };
	return 0;
}

struct seen {
	char text[200];
	int calls, fail_at;
};

static int on_owner(struct lineage *l, const struct publish_owner *o, void *arg,
		    struct why *why)
{
	struct seen *seen = arg;
	size_t len = strlen(seen->text);

	(void)l;
	(void)snprintf(seen->text + len, sizeof(seen->text) - len, "%s +%zu -%zu %u;",
		       o->zone->owner, o->want_count, o->dead_count, (unsigned)o->ttl);
	return ++seen->calls == seen->fail_at ? why_set(why, DP_EDNS, "refused") : 0;
}

static int each(const char *const *owners, size_t count, size_t dead, struct seen *seen)
{
	char folder[] = "/tmp/test_publish_owner.XXXXXX", *journal;
	struct record record[MAX];
	struct env env;
	struct lineage l = { .env = &env, .verb = "publish" };
	struct wanted wanted = { .want = record,
				 .dead = record + (count - dead),
				 .want_count = count - dead,
				 .dead_count = dead };
	struct why why;
	size_t i;
	int rc;

	assert_non_null(mkdtemp(folder));
	l.dir = folder;
	env_init(&env);
	env.zone = zone;
	for (i = 0; i < count; i++)
		record[i] = (struct record){ .owner = mem_text(owners[i]),
					     .ttl = (uint32_t)(60 + i) };
	rc = publish_owner_each(&l, &wanted, on_owner, seen, &why);
	for (i = 0; i < count; i++)
		free(record[i].owner);
	journal = mem_printf("%s/journal", folder);
	(void)unlink(journal);
	free(journal);
	(void)rmdir(folder);
	return rc;
}

static void test_publish_owner_each_joins_aliases(void **state)
{
	const char *const owners[] = { "_443._tcp.a", "_25._tcp.a", "_443._tcp.b",
				       "_25._tcp.a" };
	struct seen seen = { .text = "" };

	(void)state;
	assert_int_equal(each(owners, 4, 1, &seen), 0);
	assert_string_equal(seen.text, "_443._tcp.a +2 -1 63;_443._tcp.b +1 -0 62;");
}

static void test_publish_owner_each_stops_at_a_failure(void **state)
{
	const char *const owners[] = { "_443._tcp.a", "_443._tcp.b" };
	const char *const lost[] = { "_443._tcp.a", "_443._tcp.lost" };
	struct seen seen = { .fail_at = 1 }, nothing = { .text = "" };

	(void)state;
	assert_int_equal(each(owners, 2, 0, &seen), DP_EDNS);
	assert_int_equal(seen.calls, 1);
	/* Where one owner's zone isn't known, nothing is changed anywhere. */
	assert_int_equal(each(lost, 2, 0, &nothing), DP_EDNS);
	assert_int_equal(nothing.calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_publish_owner_diff_follows_the_table),
		cmocka_unit_test(test_publish_owner_each_joins_aliases),
		cmocka_unit_test(test_publish_owner_each_stops_at_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
