/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/preflight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../play.h"
#include "../sim.h"
#include "../tree.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/install/view.h"

/* Programs of this host: those that the simulated lineage names, and certbot. */
static bool has_program(void *arg, const char *program)
{
	(void)arg;
	return !strcmp(program, "publish") || !strcmp(program, "order") ||
	       !strcmp(program, "deploy") || !strcmp(program, "if") ||
	       !strcmp(program, "uacme") || !strcmp(program, "certbot");
}

static struct play *begin(void)
{
	struct play *p = play_new("ecdsa-p256");

	p->env.has_program = has_program;
	return p;
}

/* A line of lineage.conf, and what would fail by it. {} is the folder of the test. */
static const struct row {
	const char *name;
	enum lineage_conf_key key;
	const char *value;
	const char *problem; /* NULL: none */
} rows[] = {
	{ "all is there", LINEAGE_CONF_ACME, "certbot --nginx", NULL },
	{ "no ACME client", LINEAGE_CONF_ACME, "lego --email a@example.com",
	  "acme: there is no program lego to run (PATH is " },
	{ "uacme without an account", LINEAGE_CONF_ACME, "uacme -c {}/uacme -s",
	  "/uacme/private/key.pem isn't there): `uacme -y -c " },
	{ "uacme that makes one", LINEAGE_CONF_ACME, "uacme -c {}/uacme -y", NULL },
	{ "uacme with one", LINEAGE_CONF_ACME, "uacme -s --confdir {}/account", NULL },
	{ "no command of one's own", LINEAGE_CONF_ACME, "exec /opt/order {csr}",
	  "acme: there is no program /opt/order to run for /opt/order {csr} (PATH" },
	{ "no deploy command", LINEAGE_CONF_DEPLOY, "systemctl reload nginx",
	  "deploy: there is no program systemctl to run for systemctl reload nginx" },
	{ "only sh knows", LINEAGE_CONF_DEPLOY, "if true; then deploy; fi && $x", NULL },
	{ "no TSIG key is named", LINEAGE_CONF_PUBLISH, "rfc2136 server=192.0.2.1",
	  "publish: publish = rfc2136 needs key=FILE" },
	{ "the server is a name", LINEAGE_CONF_PUBLISH,
	  "rfc2136 server=ns1.example.com key={}/tsig",
	  "publish: publish = rfc2136: server=ns1.example.com is not an address" },
	{ "the TSIG key is missing", LINEAGE_CONF_PUBLISH, "rfc2136 key={}/nothing",
	  "/nothing: No such file or directory" },
	{ "the TSIG key is no key", LINEAGE_CONF_PUBLISH,
	  "rfc2136 key={}/www/lineage.conf", "publish: " },
	{ "the TSIG key is good", LINEAGE_CONF_PUBLISH, "rfc2136 key={}/tsig", NULL },
	{ "no API key", LINEAGE_CONF_PUBLISH,
	  "powerdns url=http://localhost:1/ key-file={}/nothing",
	  "publish: can't read the API key" },
	{ "no program that publishes", LINEAGE_CONF_PUBLISH, "exec nsd-control",
	  "publish: there is no program nsd-control" },
	{ "by hand", LINEAGE_CONF_PUBLISH, "print", NULL },
};

static void put(struct play *p, const struct row *row)
{
	const char *mark = strstr(row->value, "{}");
	char *value = mark ? mem_printf("%.*s%s%s", (int)(mark - row->value), row->value,
					p->sim->base, mark + 2)
			   : mem_text(row->value);
	struct why why;

	lineage_conf_unset(&p->lineage.conf, row->key);
	if (lineage_conf_put(&p->lineage.conf, row->key, value, &why) < 0)
		fail_msg("%s: %s", row->name, why.text);
	free(value);
}

static void write_tsig(const struct play *p)
{
	char *path = mem_printf("%s/tsig", p->sim->base);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs("hmac-sha256:update:c2VjcmV0c2VjcmV0c2VjcmV0\n", f);
	(void)fclose(f);
	assert_int_equal(chmod(path, 0600), 0);
	free(path);
}

static void make_account(const struct play *p)
{
	char *command = mem_printf("mkdir -p %s/account/private && "
				   "touch %s/account/private/key.pem",
				   p->sim->base, p->sim->base);

	assert_int_equal(system(command), 0);
	free(command);
}

static void test_preflight_look_names_what_would_fail(void **state)
{
	struct play *p = begin();
	char *problem;
	size_t i;

	(void)state;
	write_tsig(p);
	make_account(p);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct preflight found = { 0 };

		(void)play_state(p); /* anew */
		put(p, row);
		preflight_look(&p->lineage, &found);
		problem = preflight_problem(&found);
		if (!problem != !row->problem ||
		    (problem && !strstr(problem, row->problem)))
			fail_msg("%s: %s", row->name, problem ? problem : "nothing");
		free(problem);
		preflight_clear(&found);
	}
	play_free(p);
}

/* A timer that runs each hour says it once a day; status knows it all the time. */
static void test_preflight_review_says_it_once_a_day(void **state)
{
	struct play *p = begin();
	char *say = NULL;
	struct why why;
	int hour, said = 0;

	(void)state;
	for (hour = 0; hour < 48; hour++) {
		(void)play_state(p);
		put(p, &rows[1]);
		assert_int_equal(preflight_review(&p->lineage, false, &say, &why), 0);
		said += say != NULL;
		assert_true(hour || say);
		free(say);
		assert_non_null(strstr(play_state(p)->unready, "no program lego"));
		sim_advance(p->sim, SIM_HOUR);
	}
	assert_int_equal(said, 2);
	(void)play_state(p);
	put(p, &rows[1]);
	assert_int_equal(preflight_review(&p->lineage, true, &say, &why), 0);
	assert_non_null(say);
	free(say);
	(void)play_state(p);
	assert_int_equal(preflight_review(&p->lineage, false, &say, &why), 0);
	assert_null(say);
	assert_null(play_state(p)->unready);
	play_free(p);
}

static const char *problem_of(const struct preflight *found, const char *what)
{
	size_t i;

	for (i = 0; i < found->count; i++)
		if (!strcmp(found->item[i].what, what))
			return found->item[i].problem ? found->item[i].problem : "good";
	return "not looked at";
}

static void ask(struct play *p, struct preflight *ret_found)
{
	preflight_clear(ret_found);
	preflight_ask(&p->lineage, ret_found);
}

static int secure(void *arg, const char *owner, struct why *why)
{
	(void)arg;
	return why_set(why, DP_EDNS, "%s has no DS", owner);
}

static void test_preflight_ask_looks_at_all(void **state)
{
	struct play *p = begin();
	struct preflight found = { 0 };
	char *path;

	(void)state;
	(void)play_state(p);
	ask(p, &found);
	assert_string_equal(problem_of(&found, "key 0001"), "good");
	assert_string_equal(problem_of(&found, "key 0002"), "good");
	assert_string_equal(problem_of(&found, "publish"), "good");
	assert_string_equal(problem_of(&found, "acme"), "good");
	assert_string_equal(problem_of(&found, "deploy"), "good");
	assert_string_equal(problem_of(&found, "DNSSEC"), "good");
	assert_string_equal(problem_of(&found, "name servers"), "good");
	assert_string_equal(problem_of(&found, "services"), "good");
	assert_null(preflight_problem(&found));

	p->fault = "connect-failed: refused";
	p->env.secure = secure;
	path = lineage_key_path(&p->lineage, 2, KEY_ECDSA_P256, "privkey.pem");
	assert_int_equal(unlink(path), 0);
	free(path);
	ask(p, &found);
	assert_non_null(strstr(problem_of(&found, "key 0002"), "privkey.pem"));
	assert_string_equal(problem_of(&found, "key 0001"), "good");
	assert_non_null(strstr(problem_of(&found, "services"), "connect-failed"));
	assert_non_null(strstr(problem_of(&found, "DNSSEC"), "has no DS"));
	preflight_clear(&found);
	play_free(p);
}

/* A server that doesn't read live/ yet is found before the first installation fails. */
static void test_preflight_ask_looks_at_a_new_lineages_server(void **state)
{
	struct play *p = play_new_staged("ecdsa-p256");
	struct preflight found = { 0 };

	(void)state;
	p->env.has_program = has_program;
	(void)play_state(p);
	ask(p, &found);
	assert_string_equal(problem_of(&found, "services"), "not looked at");
	assert_int_equal(view_begin(&p->lineage, 1, NULL), 0);
	ask(p, &found);
	assert_string_not_equal(problem_of(&found, "services"), "not looked at");
	assert_string_not_equal(problem_of(&found, "services"), "good");
	preflight_clear(&found);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_preflight_look_names_what_would_fail,
					  play_end),
		cmocka_unit_test_teardown(test_preflight_review_says_it_once_a_day,
					  play_end),
		cmocka_unit_test_teardown(test_preflight_ask_looks_at_all, play_end),
		cmocka_unit_test_teardown(
			test_preflight_ask_looks_at_a_new_lineages_server, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
