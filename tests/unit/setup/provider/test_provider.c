/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/provider.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/provider/providers.h"
#include "setup/world/env.h"

static void test_provider_relative_rows(void **state)
{
	static const struct {
		const char *owner, *zone, *want;
	} rows[] = {
		{ "_25._tcp.mx.example.com", "example.com", "_25._tcp.mx" },
		{ "_443._tcp.example.com", "Example.COM", "_443._tcp" },
		{ "example.com", "example.com", "@" },
		{ "_25._tcp.mx.badexample.com", "example.com", NULL },
		{ ".example.com", "example.com", NULL },
		{ "com", "example.com", NULL },
	};
	char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = provider_relative(rows[i].owner, rows[i].zone);
		if (rows[i].want)
			assert_string_equal(got, rows[i].want);
		else
			assert_null(got);
		free(got);
	}
}

static void test_provider_encode_keeps_names(void **state)
{
	char *plain = provider_encode("_25._tcp.mx-1.example.com");
	char *odd = provider_encode("a/b?c=d&e*%\\\xc3");

	(void)state;
	assert_string_equal(plain, "_25._tcp.mx-1.example.com");
	assert_string_equal(odd, "a%2Fb%3Fc%3Dd%26e%2A%25%5C%C3");
	free(plain);
	free(odd);
}

static void test_provider_url_is_private_rows(void **state)
{
	(void)state;
	assert_true(provider_url_is_private("https://desec.io/api/v1"));
	assert_true(provider_url_is_private("http://127.0.0.1:8000"));
	assert_true(provider_url_is_private("http://[::1]:8000"));
	assert_false(provider_url_is_private("http://desec.io/api/v1"));
	assert_false(provider_url_is_private("http://127.0.0.1@evil.example/"));
	assert_false(provider_url_is_private("ftp://127.0.0.1/"));
	assert_false(provider_url_is_private("http://localhost.evil.example/"));
}

static void test_provider_of_server_guesses(void **state)
{
	static const struct {
		const char *server, *want;
	} rows[] = {
		{ "ns1.desec.io", "desec" },
		{ "ns2.desec.org", "desec" },
		{ "ada.ns.cloudflare.com", "cloudflare" },
		{ "ns-123-a.gandi.net", "gandi" },
		{ "dns104.ovh.net", "ovh" },
		{ "ns-cloud-e1.googledomains.com", "google" },
		{ "ns-2048.awsdns-64.co.uk", "route53" },
		{ "ns1.example.com", NULL },
		{ "ns1.desec.io.evil.example", NULL },
	};
	const struct provider *p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = providers_of_server(rows[i].server);
		if (rows[i].want)
			assert_string_equal(p->name, rows[i].want);
		else
			assert_null(p);
	}
}

/* Every row is whole: what the engine calls without looking is there. */
static void test_provider_rows_are_whole(void **state)
{
	const struct provider *p;
	size_t i;

	(void)state;
	for (i = 0; (p = providers_at(i)); i++) {
		assert_ptr_equal(providers_find(p->name), p);
		assert_non_null(p->load);
		assert_non_null(p->sign);
		assert_non_null(p->find_zone);
		assert_non_null(p->read);
		assert_non_null(p->readers[0]);
		assert_true(provider_url_is_private(p->url));
		assert_true(p->replace ? !p->add && !p->remove : p->add && p->remove);
		assert_true(p->rights && p->signing && p->key_name && p->title);
	}
	assert_null(providers_find("hetzner"));
}

/* --- one request, against a fetch that is played -------------------------------------
 */

struct play {
	int status;
	const char *text;
	int64_t retry_after_s;
	int rc;
	int asked;
	char *header; /* owned */
};

static int fetch(void *arg, const struct env_request *request, struct env_page *ret_page,
		 struct why *why)
{
	struct play *play = arg;

	play->asked++;
	free(play->header);
	play->header = mem_text(request->headers ? request->headers[0] : NULL);
	if (play->rc < 0)
		return why_set(why, play->rc, "no answer");
	*ret_page = (struct env_page){ play->status, mem_text(play->text),
				       play->retry_after_s };
	return 0;
}

static int load_nothing(struct provider_session *s, struct why *why)
{
	(void)why;
	s->bearer = mem_text("Authorization: Bearer secret");
	return 0;
}

static int read_body(const char *body, const char *arg,
		     struct provider_answer *ret_answer, struct why *why)
{
	(void)arg;
	if (!strcmp(body, "bad"))
		return why_set(why, DP_EFORMAT, "it is bad");
	ret_answer->error = mem_text(body);
	ret_answer->zone = mem_text(body);
	return 0;
}

static provider_read_fn *const readers[] = { read_body, NULL };

static const struct provider played = { .name = "played",
					.title = "Played",
					.url = "https://api.example/v1",
					.key_name = "the token",
					.rights = "write records",
					.load = load_nothing,
					.sign = provider_sign_bearer,
					.readers = readers };

static const struct ask {
	int status;
	const char *text;
	int64_t retry_after_s;
	int fetch_rc, want;
	const char *says; /* NULL: nothing */
	bool may_lack;
} asks[] = {
	{ 200, "fine", 0, 0, 0, NULL, false },
	{ 204, "", 0, 0, 0, NULL, false },
	{ 200, "bad", 0, 0, DP_EFORMAT, "Played's answer to GET", false },
	{ 404, "none", 0, 0, 0, NULL, true },
	{ 404, "none", 0, 0, DP_EDNS, "Played answers 404 none", false },
	{ 401, "who", 0, 0, DP_EDNS,
	  "the token in /k must be valid, and allowed to write", false },
	{ 409, "raced", 0, 0, DP_EBUSY, "409 raced", false },
	{ 412, "raced", 0, 0, DP_EBUSY, "412 raced", false },
	{ 429, "slow", 7200, 0, DP_ELIMIT, "no more requests for 7200 s", false },
	{ 429, "slow", 0, 0, DP_ELIMIT, "no more requests for now", false },
	{ 500, "oops", 0, 0, DP_ELATER, "500 oops", false },
	{ 302, "there", 0, 0, DP_EDNS, "302", false },
	{ 0, NULL, 0, DP_EIO, DP_EIO, "no answer", false },
};

static void ask_once(const struct ask *row)
{
	struct provider_options options = { .key_file = mem_text("/k") };
	struct play play = { row->status,   row->text, row->retry_after_s,
			     row->fetch_rc, 0,	       NULL };
	struct env env = { .arg = &play, .fetch = fetch };
	struct provider_answer answer;
	struct provider_session s;
	struct why why = { "" };

	assert_int_equal(provider_open(&s, &played, &env, &options, &why), 0);
	assert_int_equal(
		provider_ask(&s,
			     &(const struct provider_request){
				     .path = "/x?y=z",
				     .may_lack = row->may_lack,
				     .read = row->status == 204 ? NULL : read_body },
			     &answer, &why),
		row->want);
	assert_string_equal(play.header, "Authorization: Bearer secret");
	if (row->says)
		assert_non_null(strstr(why.text, row->says));
	assert_null(strstr(why.text, "secret"));
	provider_answer_clear(&answer);
	provider_close(&s);
	free(play.header);
}

static void test_provider_ask_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		ask_once(&asks[i]);
}

static void count_told(void *arg, const char *method, const char *url, const char *body)
{
	int *told = arg;

	assert_string_equal(method, "POST");
	assert_string_equal(url, "https://api.example/v1/x");
	assert_string_equal(body, "{}");
	(*told)++;
}

/* A dry run sends nothing that changes the zone. */
static void test_provider_ask_watched(void **state)
{
	int told = 0;
	const struct provider_watch watch = { count_told, &told };
	struct provider_options options = { .key_file = mem_text("/k") };
	struct play play = { .status = 200, .text = "fine" };
	struct env env = { .arg = &play, .fetch = fetch };
	struct provider_session s;

	(void)state;
	assert_int_equal(provider_open(&s, &played, &env, &options, NULL), 0);
	s.watch = &watch;
	assert_int_equal(provider_ask(&s,
				      &(const struct provider_request){ .method = "POST",
									.path = "/x",
									.body = "{}",
									.changes = true },
				      NULL, NULL),
			 0);
	assert_int_equal(told, 1);
	assert_int_equal(play.asked, 0);
	assert_int_equal(provider_ask(&s,
				      &(const struct provider_request){ .path = "/x" },
				      NULL, NULL),
			 0);
	assert_int_equal(play.asked, 1);
	provider_close(&s);
	free(play.header);
}

static void test_provider_open_refuses(void **state)
{
	struct provider_options options = { .key_file = mem_text("/k"),
					    .url = mem_text("http://dns.example/") };
	struct provider_session s;
	struct why why;

	(void)state;
	assert_int_equal(provider_open(&s, &played, NULL, &options, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "neither https nor on this machine"));
	provider_close(&s);
	assert_int_equal(provider_open(&s, &played, NULL, &options, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "needs key-file=FILE: the token"));
	provider_close(&s);
	options.key_file = mem_text("/k");
	options.project = mem_text("p");
	assert_int_equal(provider_open(&s, &played, NULL, &options, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "knows no project="));
	provider_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_provider_relative_rows),
		cmocka_unit_test(test_provider_encode_keeps_names),
		cmocka_unit_test(test_provider_url_is_private_rows),
		cmocka_unit_test(test_provider_of_server_guesses),
		cmocka_unit_test(test_provider_rows_are_whole),
		cmocka_unit_test(test_provider_ask_rows),
		cmocka_unit_test(test_provider_ask_watched),
		cmocka_unit_test(test_provider_open_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
