/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/upstream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/why.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns_server.h"

#define SERVERS_MAX 4
#define GOOD DNS_SERVER_SIGNED
#define STRIPS DNS_SERVER_UNSIGNED
#define REFUSES DNS_SERVER_REFUSES
#define DEAD DNS_SERVER_SILENT

static char conf_file[] = "/tmp/test_upstream.XXXXXX";
static char anchor_file[] = "/tmp/test_upstream.XXXXXX";

static int write_files(void **state)
{
	static const char anchor[] = ". IN DS 1 13 2 "
				     "00000000000000000000000000000000"
				     "00000000000000000000000000000000\n";
	int fd;

	(void)state;
	fd = mkstemp(conf_file);
	close(fd);
	fd = mkstemp(anchor_file);
	if (write(fd, anchor, sizeof(anchor) - 1) < 0)
		return -1;
	return close(fd);
}

static int remove_files(void **state)
{
	(void)state;
	unlink(anchor_file);
	return unlink(conf_file);
}

static const struct {
	const char *name;
	size_t count;
	enum dns_server_mode mode[SERVERS_MAX];
	const char *kept; /* which are used, as digits; "" the root */
	const char *left; /* what is said of why they were left; NULL nothing */
} rows[] = {
	{ "a good one", 1, { GOOD }, "0", NULL },
	{ "a good one whose answer is cut", 1, { DNS_SERVER_CUTS }, "0", NULL },
	{ "one that strips", 1, { STRIPS }, "", "strips the signatures" },
	{ "one that refuses",
	  1,
	  { REFUSES },
	  "",
	  "answers REFUSED without the root's keys" },
	{ "of two one strips", 2, { STRIPS, GOOD }, "1", NULL },
	{ "of two one is dead", 2, { GOOD, DEAD }, "0", NULL },
	{ "two that strip", 2, { STRIPS, REFUSES }, "", "; 127.0.0.1@" },
	{ "three", 3, { GOOD, STRIPS, GOOD }, "02", NULL },
	{ "a fourth isn't used",
	  4,
	  { STRIPS, STRIPS, STRIPS, GOOD },
	  "",
	  "strips the signatures" },
};

static void write_conf(struct dns_server *const *server, size_t count)
{
	FILE *f = fopen(conf_file, "w");
	size_t i;

	fputs("# nameserver 192.0.2.1\nsearch example\nnameserver nonsense\n", f);
	for (i = 0; i < count; i++)
		fprintf(f, "nameserver\t%s\n", dns_server_address(server[i]));
	fclose(f);
}

struct seen {
	struct loop *loop;
	int calls, answers;
};

static void on_ready(void *arg)
{
	struct seen *s = arg;

	s->calls++;
	loop_stop(s->loop);
}

static void check_kept(size_t i, struct upstream *u, struct dns_server *const *server)
{
	size_t count, k;
	const char *const *kept = upstream_forwarders(u, &count);

	if (count != strlen(rows[i].kept))
		fail_msg("%s: %zu kept", rows[i].name, count);
	for (k = 0; k < count; k++)
		if (strcmp(kept[k], dns_server_address(server[rows[i].kept[k] - '0'])))
			fail_msg("%s: kept %s", rows[i].name, kept[k]);
}

static void check_row(size_t i)
{
	struct upstream_conf conf = { .resolv_conf = conf_file,
				      .trust_anchor = anchor_file };
	struct dns_server *server[SERVERS_MAX] = { NULL };
	struct seen s = { .loop = loop_new() };
	struct upstream *u;
	const char *left;
	size_t k;

	for (k = 0; k < rows[i].count; k++)
		server[k] = dns_server_new(s.loop, rows[i].mode[k]);
	write_conf(server, rows[i].count);
	assert_int_equal(upstream_new(s.loop, &conf, &u, NULL), 0);
	upstream_wait(u, on_ready, &s);
	assert_int_equal(s.calls, 0);
	loop_run(s.loop);
	check_kept(i, u, server);
	left = upstream_left(u);
	if ((left == NULL) != (rows[i].left == NULL) ||
	    (left && !strstr(left, rows[i].left)))
		fail_msg("%s: says %s", rows[i].name, left);
	if (s.calls != 1 || !upstream_resolver(u) || upstream_is_given(u))
		fail_msg("%s: %d calls", rows[i].name, s.calls);
	for (k = 0; k < SERVERS_MAX; k++)
		dns_server_free(server[k]);
	upstream_free(u);
	loop_free(s.loop);
}

static void test_upstream_system_resolvers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
}

static void on_first(void *arg, const struct answer *answer)
{
	struct seen *s = arg;

	(void)answer;
	s->answers++;
	loop_stop(s->loop);
}

/* The questions go out before the system's resolvers are known to be good; an answer that
 * nobody signed waits until that is known, and comes from the root where they are not. */
static void test_upstream_begin_asks_beside_the_trial(void **state)
{
	struct upstream_conf conf = { .resolv_conf = conf_file,
				      .trust_anchor = anchor_file };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct seen s = { .loop = loop_new() };
		struct dns_server *server[SERVERS_MAX] = { NULL };
		struct resolver_question *question;
		struct upstream *u;
		size_t k;

		for (k = 0; k < rows[i].count; k++)
			server[k] = dns_server_new(s.loop, rows[i].mode[k]);
		write_conf(server, rows[i].count);
		assert_int_equal(upstream_new(s.loop, &conf, &u, NULL), 0);
		assert_true(upstream_begin(u, on_ready, &s));
		question = resolver_ask(upstream_resolver(u), "localhost", RRTYPE_A,
					on_first, &s);
		loop_run(s.loop);
		/* libunbound answers it, and shows that no one signs it */
		assert_int_equal(s.answers, 1);
		resolver_question_free(question);
		question = resolver_ask(upstream_resolver(u), "www.example", RRTYPE_A,
					on_first, &s);
		while (!s.calls)
			loop_run(s.loop);
		check_kept(i, u, server);
		if ((upstream_left(u) == NULL) != (rows[i].left == NULL))
			fail_msg("%s: says %s", rows[i].name, upstream_left(u));
		assert_false(upstream_begin(u, on_ready, &s));
		resolver_question_free(question);
		upstream_free(u);
		for (k = 0; k < SERVERS_MAX; k++)
			dns_server_free(server[k]);
		loop_free(s.loop);
	}
}

/* One given is used as it is: nothing is tried. */
static void test_upstream_given_is_never_left(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, STRIPS);
	const char *given[] = { dns_server_address(server) };
	struct upstream_conf conf = { .given = given,
				      .given_count = 1,
				      .trust_anchor = anchor_file };
	struct upstream *u;
	size_t count;

	(void)state;
	assert_int_equal(upstream_new(s.loop, &conf, &u, NULL), 0);
	upstream_wait(u, on_ready, &s);
	assert_int_equal(s.calls, 0);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	assert_true(upstream_is_given(u));
	assert_null(upstream_left(u));
	assert_string_equal(upstream_forwarders(u, &count)[0], given[0]);
	assert_int_equal(dns_server_questions(server), 0);
	assert_non_null(upstream_root(u, true));
	assert_ptr_equal(upstream_root(u, true), upstream_root(u, true));
	assert_ptr_not_equal(upstream_root(u, true), upstream_root(u, false));
	upstream_free(u);
	dns_server_free(server);
	loop_free(s.loop);
}

static void test_upstream_recurse_reads_no_resolv_conf(void **state)
{
	struct upstream_conf conf = { .recurse = true,
				      .resolv_conf = conf_file,
				      .trust_anchor = anchor_file };
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, GOOD);
	struct upstream *u;
	size_t count;

	(void)state;
	write_conf(&server, 1);
	assert_int_equal(upstream_new(s.loop, &conf, &u, NULL), 0);
	upstream_wait(u, on_ready, &s);
	upstream_forget(u, &s);
	upstream_wait(u, on_ready, &s);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	(void)upstream_forwarders(u, &count);
	assert_int_equal(count, 0);
	assert_null(upstream_left(u));
	upstream_free(u);
	dns_server_free(server);
	loop_free(s.loop);
}

/* An anchor that can be read only once (a pipe) is no reason to end with no resolver. */
static void test_upstream_keeps_a_resolver_whatever_happens(void **state)
{
	struct upstream_conf conf = { .resolv_conf = conf_file };
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, STRIPS);
	char copy[sizeof(anchor_file) + 8];
	struct upstream *u;

	(void)state;
	snprintf(copy, sizeof(copy), "%s.copy", anchor_file);
	assert_int_equal(link(anchor_file, copy), 0);
	conf.trust_anchor = copy;
	write_conf(&server, 1);
	assert_int_equal(upstream_new(s.loop, &conf, &u, NULL), 0);
	unlink(copy);
	upstream_wait(u, on_ready, &s);
	loop_run(s.loop);
	assert_int_equal(s.calls, 1);
	assert_non_null(upstream_resolver(u));
	assert_non_null(upstream_left(u));
	upstream_free(u);
	dns_server_free(server);
	loop_free(s.loop);
}

static void test_upstream_new_refuses(void **state)
{
	struct upstream_conf conf = { .trust_anchor = "/nonexistent/anchor" };
	struct loop *loop = loop_new();
	const char *given[] = { "ns.example" };
	struct why why = { "" };
	struct upstream *u;

	(void)state;
	assert_int_equal(upstream_new(loop, &conf, &u, &why), DP_ENOENT);
	assert_non_null(strstr(why.text, "/nonexistent/anchor"));
	conf = (struct upstream_conf){ .root_hints = "/nonexistent/hints",
				       .trust_anchor = anchor_file,
				       .recurse = true };
	assert_int_equal(upstream_new(loop, &conf, &u, &why), DP_ENOENT);
	conf = (struct upstream_conf){ .trust_anchor = conf_file, .recurse = true };
	assert_int_equal(upstream_new(loop, &conf, &u, &why), DP_EFORMAT);
	conf = (struct upstream_conf){ .given = given, .given_count = 1 };
	assert_int_equal(upstream_new(loop, &conf, &u, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "ns.example"));
	upstream_free(NULL);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_upstream_system_resolvers),
		cmocka_unit_test(test_upstream_begin_asks_beside_the_trial),
		cmocka_unit_test(test_upstream_given_is_never_left),
		cmocka_unit_test(test_upstream_recurse_reads_no_resolv_conf),
		cmocka_unit_test(test_upstream_keeps_a_resolver_whatever_happens),
		cmocka_unit_test(test_upstream_new_refuses),
	};

	return cmocka_run_group_tests(tests, write_files, remove_files);
}
