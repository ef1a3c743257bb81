/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/blame.h"
#include "dns/discover.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/upstream.h"
#include "probe/endpoint.h"
#include "probe/hint.h"
#include "target/service.h"
#include "target/target.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

/*
 * What the probe sees of the world, as each test has it.
 */
static struct world {
	struct loop *loop;
	const char *outcome; /* of each endpoint: m match, x mismatch, d its DNS failed, n
			      * has no TLSA records, w
			      * waits for room for 150 ms and matches 40 ms later, -
			      * nothing for ever */
	bool upstream_never, upstream_at_once, discover_never;
	const char *left; /* why the system's resolver was */
	enum discover_status discovered;
	const char *host[4]; /* that were found; "!" before one that no host can be */
	const char *expanded;
	char endpoints[1200]; /* SERVICE://HOST:PORT(DOMAIN;NAMES) of each */
	char blamed[60];      /* the question that was explained */
	bool takes_mail;
	int timed_out, settled, stopped, hinted;
} world;

/*
 * Stand-ins
 */
struct endpoint {
	struct endpoint_conf conf;
	size_t index;
	char outcome;
	endpoint_fn *fn;
	void *arg;
	struct loop_timer *timer;
};

static struct facts_endpoint *facts_of(const struct endpoint *e)
{
	return &e->conf.facts->endpoint[e->index];
}

static void end_endpoint(void *arg)
{
	struct endpoint *e = arg;
	struct facts_peer *peer = facts_of(e)->peer;

	loop_timer_free(e->timer);
	e->timer = NULL;
	if (e->outcome == 'w') {
		e->outcome = 'm';
		e->conf.waits(e->conf.waits_arg, false);
		e->timer = loop_timer_new(world.loop, 40, end_endpoint, e);
		return;
	}
	if (e->outcome == 'd' || e->outcome == 'n') {
		facts_of(e)->code = e->outcome == 'd' ? CODE_DNS_ERROR : CODE_NO_TLSA;
	} else {
		peer->has_match = true;
		peer->match.code = e->outcome == 'x' ? MATCH_MISMATCH : MATCH_OK;
		peer->code = e->outcome == 'x' ? CODE_MISMATCH : CODE_MATCH;
	}
	e->fn(e->arg);
}

static void note_endpoint(const struct endpoint_conf *conf)
{
	struct buf text;
	size_t i;

	buf_init(&text, sizeof(world.endpoints) - 1);
	buf_printf(&text, "%s%s%s://%s:%d(%s", world.endpoints,
		   world.endpoints[0] ? " " : "", conf->service->name, conf->host,
		   conf->port, conf->domain ? conf->domain : "");
	for (i = 0; i < conf->name_count; i++)
		buf_printf(&text, "%s%s", i ? "," : ";", conf->name[i]);
	buf_text(&text, ")");
	memcpy(world.endpoints, buf_str(&text), text.len + 1);
	buf_clear(&text);
}

struct endpoint *endpoint_new(const struct endpoint_conf *conf, endpoint_fn *fn,
			      void *arg)
{
	struct endpoint *e = mem_zero(sizeof(*e));
	struct facts_endpoint *f;

	note_endpoint(conf);
	e->conf = *conf;
	e->index = conf->facts->endpoint_count;
	e->outcome = *world.outcome ? *world.outcome++ : '-';
	e->fn = fn;
	e->arg = arg;
	f = facts_add_endpoint(conf->facts);
	f->host = mem_text(conf->host);
	f->port = conf->port;
	f->service = conf->service->name;
	if (e->outcome != 'd' && e->outcome != 'n')
		facts_add_peer(f)->address = mem_text("192.0.2.1");
	if (e->outcome == 'w')
		conf->waits(conf->waits_arg, true);
	if (!strchr("-q", e->outcome))
		e->timer = loop_timer_new(world.loop, e->outcome == 'w' ? 150 : 1,
					  end_endpoint, e);
	return e;
}

void endpoint_time_out(struct endpoint *e)
{
	world.timed_out++;
	if (e->outcome == '-')
		facts_of(e)->peer[0].code = CODE_TIMEOUT;
}

bool endpoint_dns_failed(const struct endpoint *e, const char **ret_name,
			 uint16_t *ret_type)
{
	*ret_name = facts_of(e)->host;
	*ret_type = RRTYPE_TLSA;
	return e->outcome == 'd';
}

bool endpoint_dns_waits(const struct endpoint *e, const char **ret_name,
			uint16_t *ret_type)
{
	*ret_name = facts_of(e)->host;
	*ret_type = RRTYPE_TLSA;
	return e->outcome == 'q';
}

void endpoint_settle(struct endpoint *e)
{
	(void)e;
	world.settled++;
}

enum endpoint_trace endpoint_trace(const struct endpoint *e)
{
	if (e->outcome == 'n')
		return ENDPOINT_NO_RECORD;
	if (e->outcome == 'd')
		return ENDPOINT_UNANSWERED;
	return e->outcome == 'q' ? ENDPOINT_NO_HOST : ENDPOINT_HAS_RECORDS;
}

void endpoint_move(struct endpoint *e, size_t index)
{
	e->index = index;
}

void endpoint_give_lookups(struct endpoint *e)
{
	(void)e;
}

bool endpoint_is_connecting(const struct endpoint *e)
{
	return e->outcome == '-';
}

void endpoint_stop(struct endpoint *e)
{
	world.stopped++;
	loop_timer_free(e->timer);
	e->timer = NULL;
}

void endpoint_free(struct endpoint *e)
{
	loop_timer_free(e->timer);
	free(e);
}

struct discover {
	struct loop_timer *timer;
	discover_fn *fn;
	void *arg;
};

static void end_discovery(void *arg)
{
	struct discover *d = arg;
	struct discover_result r = { .status = world.discovered,
				     .expanded = mem_text(world.expanded) };
	size_t i;

	loop_timer_free(d->timer);
	d->timer = NULL;
	for (i = 0; world.host[i]; i++) {
		bool faulty = world.host[i][0] == '!';

		r.host = mem_grow(r.host, r.count, sizeof(*r.host));
		r.host[r.count++] =
			(struct discover_host){ .name = mem_text(world.host[i] + faulty),
						.port = 25,
						.priority = 10 * (int)(i + 1),
						.fault = faulty ? mem_text("no host")
								: NULL };
	}
	d->fn(d->arg, &r);
}

struct discover *discover_new(const struct discover_conf *conf, discover_fn *fn,
			      void *arg)
{
	struct discover *d = mem_zero(sizeof(*d));

	(void)facts_discovery(conf->facts);
	d->fn = fn;
	d->arg = arg;
	if (!world.discover_never)
		d->timer = loop_timer_new(world.loop, 1, end_discovery, d);
	return d;
}

void discover_free(struct discover *d)
{
	if (d)
		loop_timer_free(d->timer);
	free(d);
}

void discover_result_clear(struct discover_result *r)
{
	while (r->count) {
		free(r->host[--r->count].name);
		free(r->host[r->count].fault);
	}
	free(r->host);
	free(r->expanded);
}

struct upstream {
	struct loop_timer *timer;
	upstream_fn *fn;
	void *arg;
};

static struct upstream the_upstream;

static void end_upstream(void *arg)
{
	struct upstream *u = arg;

	loop_timer_free(u->timer);
	u->timer = NULL;
	u->fn(u->arg);
}

void upstream_wait(struct upstream *u, upstream_fn *fn, void *arg)
{
	u->fn = fn;
	u->arg = arg;
	if (!world.upstream_never)
		u->timer = loop_timer_new(world.loop, 1, end_upstream, u);
}

bool upstream_begin(struct upstream *u, upstream_fn *fn, void *arg)
{
	upstream_wait(u, fn, arg);
	return world.upstream_at_once;
}

void upstream_forget(struct upstream *u, void *arg)
{
	(void)arg;
	loop_timer_free(u->timer);
	u->timer = NULL;
}

struct resolver *upstream_resolver(struct upstream *u)
{
	(void)u;
	return NULL;
}

const char *upstream_left(const struct upstream *u)
{
	(void)u;
	return world.left;
}

struct hint {
	struct loop_timer *timer;
	hint_fn *fn;
	void *arg;
};

static void end_hint(void *arg)
{
	struct hint *h = arg;

	loop_timer_free(h->timer);
	h->timer = NULL;
	h->fn(h->arg, world.takes_mail);
}

struct hint *hint_new(const struct hint_conf *conf, hint_fn *fn, void *arg)
{
	struct hint *h = mem_zero(sizeof(*h));

	assert_true(conf->timeout_ms > 0 && conf->timeout_ms <= 1000);
	world.hinted++;
	h->fn = fn;
	h->arg = arg;
	h->timer = loop_timer_new(world.loop, 1, end_hint, h);
	return h;
}

void hint_free(struct hint *h)
{
	if (h)
		loop_timer_free(h->timer);
	free(h);
}

void resolver_prime(struct resolver *r, const char *name)
{
	(void)r;
	(void)name;
}

struct blame {
	struct loop_timer *timer;
	blame_fn *fn;
	void *arg;
};

static void end_blame(void *arg)
{
	struct blame *b = arg;

	loop_timer_free(b->timer);
	b->timer = NULL;
	b->fn(b->arg);
}

struct blame *blame_new(const struct blame_conf *conf, blame_fn *fn, void *arg)
{
	struct blame *b = mem_zero(sizeof(*b));
	char *text = mem_printf("%s %d", conf->name, conf->type);

	assert_string_equal(world.blamed, ""); /* of the first failure alone */
	assert_true(conf->timeout_ms > 0);
	memcpy(world.blamed, text, strlen(text) + 1);
	free(text);
	b->fn = fn;
	b->arg = arg;
	b->timer = loop_timer_new(world.loop, 20, end_blame, b);
	return b;
}

void blame_fill(struct blame *b, struct facts_target *t)
{
	(void)b;
	facts_add_blame(t, mem_text("it was the butler"));
}

void blame_free(struct blame *b)
{
	if (b)
		loop_timer_free(b->timer);
	free(b);
}

/*
 * The test's side
 */
static struct stage {
	struct probe_conf conf;
	struct verdict_conf verdict;
	struct target target;
	struct probe *probe;
	struct facts_target *facts; /* that were delivered */
	int delivered;
} stage;

static void on_facts(void *arg, struct facts_target *take_facts)
{
	struct stage *s = arg;

	s->delivered++;
	s->facts = take_facts;
	loop_stop(world.loop);
}

static void start_probe(const char *text, int64_t timeout_ms)
{
	struct why why;

	assert_int_equal(target_parse(text, &stage.target, &why), 0);
	stage.conf.timeout_ms = timeout_ms;
	stage.probe = probe_new(&stage.conf, &stage.target, 0, on_facts, &stage);
}

static void run_for(int64_t ms)
{
	struct loop_timer *limit =
		loop_timer_new(world.loop, ms, (loop_fn *)loop_stop, world.loop);

	loop_run(world.loop);
	loop_timer_free(limit);
}

static int set_up(void **state)
{
	(void)state;
	world = (struct world){ .loop = loop_new(),
				.outcome = "mmmm",
				.host = { "mx1.example", "mx2.example" } };
	stage = (struct stage){ 0 };
	the_upstream = (struct upstream){ 0 };
	verdict_conf_init(&stage.verdict);
	stage.conf = (struct probe_conf){ .loop = world.loop,
					  .upstream = &the_upstream,
					  .verdict = &stage.verdict,
					  .hints = true };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	probe_free(stage.probe);
	facts_target_free(stage.facts);
	target_clear(&stage.target);
	loop_free(world.loop);
	return 0;
}

static void test_probe_of_a_host(void **state)
{
	(void)state;
	start_probe("https://www.example:8443/x", 1000);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_int_equal(stage.facts->code, CODE_MATCH);
	assert_int_equal(stage.facts->state, STATE_OK);
	assert_string_equal(world.endpoints, "https://www.example:8443(;www.example)");
	assert_int_equal(world.settled, 1);
	assert_int_equal(world.stopped, 1);
	assert_string_equal(world.blamed, "");
}

/* Who names a domain may mean its mail; nobody is asked where that can't be meant. */
static void test_probe_hints_at_mail(void **state)
{
	static const struct {
		const char *target, *outcome;
		bool takes_mail, hints;
		int asked;
		bool told;
	} rows[] = {
		{ "www.example", "n", true, true, 1, true },
		{ "www.example", "n", false, true, 1, false },
		{ "www.example", "n", true, false, 0, false },
		{ "www.example", "m", true, true, 0, false },
		{ "www.example", "x", true, true, 0, false },
		{ "www.example", "d", true, true, 0, false },
		{ "smtp://www.example", "n", true, true, 0, false },
		{ "host://www.example", "nnnnnnnnnnnnnnnnnnnnnnnnn", true, true, 1,
		  true },
		{ "host://www.example", "nnnnnnnnnnnnnnnmnnnnnnnnn", true, true, 0,
		  false },
	};
	void *unused = NULL;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool told = false;

		set_up(&unused);
		world.outcome = rows[i].outcome;
		world.takes_mail = rows[i].takes_mail;
		stage.conf.hints = rows[i].hints;
		start_probe(rows[i].target, 1000);
		run_for(500);
		assert_int_equal(stage.delivered, 1);
		for (k = 0; k < stage.facts->findings.count; k++)
			told = told ||
			       stage.facts->findings.item[k].id == FINDING_MAIL_DOMAIN;
		if (world.hinted != rows[i].asked || told != rows[i].told)
			fail_msg("row %zu: asked %d times, %s", i, world.hinted,
				 told ? "told" : "not told");
		tear_down(&unused);
	}
}

/* Each known port is asked for once, as what HOST:PORT means; only those with records
 * are in the result. */
static void test_probe_of_all_services(void **state)
{
	(void)state;
	world.outcome = "nnmnnnnnnnnnxnnnnnnnnnnnn";
	start_probe("host://www.example", 1000);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_non_null(strstr(world.endpoints,
			       "https://www.example:443(;www.example) "
			       "smtps://www.example:465(;www.example) "
			       "imaps://www.example:993(;www.example) "));
	assert_non_null(strstr(world.endpoints, "smtp://www.example:25("));
	assert_null(strstr(world.endpoints, "submissions"));
	assert_int_equal(stage.facts->endpoint_count, 2);
	assert_string_equal(stage.facts->endpoint[0].service, "imaps");
	assert_string_equal(stage.facts->endpoint[1].service, "smtp");
	assert_int_equal(stage.facts->code, CODE_MISMATCH);
	assert_string_equal(stage.facts->discovery->kind, "host");
	assert_int_equal(stage.facts->discovery->record_count, 2);
	assert_int_equal(world.settled, 2);
}

/* What nobody answers is told once; beside an answer it is a port of its own, since it
 * may hide records. */
static void test_probe_of_services_without_answers(void **state)
{
	(void)state;
	world.outcome = "dddddddddddddddddddddddqd";
	start_probe("host://www.example", 300);
	run_for(800);
	assert_int_equal(stage.facts->endpoint_count, 0);
	assert_int_equal(stage.facts->code, CODE_DNS_ERROR);
	tear_down(state);
	set_up(state);
	world.outcome = "nnnnnnnnnnnnnnnnnnnnnnndn";
	start_probe("host://www.example", 300);
	run_for(800);
	assert_int_equal(stage.facts->endpoint_count, 0);
	assert_int_equal(stage.facts->code, CODE_DNS_ERROR);
	assert_int_equal(stage.facts->state, STATE_UNKNOWN);
	tear_down(state);
	set_up(state);
	world.outcome = "mnnnnnnnnnnnnnnnnnnnnnndn";
	start_probe("host://www.example", 300);
	run_for(800);
	assert_int_equal(stage.facts->endpoint_count, 2);
	assert_int_equal(stage.facts->endpoint[1].port, 5432);
	assert_int_equal(stage.facts->code, CODE_DNS_ERROR);
	assert_int_equal(stage.facts->state, STATE_UNKNOWN);
}

static void test_probe_of_no_service(void **state)
{
	(void)state;
	world.outcome = "nnnnnnnnnnnnnnnnnnnnnnnnn";
	start_probe("host://www.example", 1000);
	run_for(500);
	assert_int_equal(stage.facts->endpoint_count, 0);
	assert_int_equal(stage.facts->code, CODE_NO_TLSA);
	assert_int_equal(stage.facts->state, STATE_CRITICAL);
	assert_string_equal(stage.facts->summary,
			    "none of the 25 known ports of www.example has TLSA records: "
			    "DNSSEC proves it");
}

static const struct {
	const char *target, *hosts[2], *expanded, *endpoints;
} found_rows[] = {
	/* RFC 7672 section 3.2.2: the next hop, before and behind its secure aliases, and
	 * beside the TLSA base domain no name of the host's */
	{ "mx://example.com",
	  { "mx1.example" },
	  "mail.example",
	  "smtp://mx1.example:25(example.com;example.com,mail.example)" },
	{ "mx://example.com",
	  { "mx1.example", "mx2.example" },
	  NULL,
	  "smtp://mx1.example:25(example.com;example.com) "
	  "smtp://mx2.example:25(example.com;example.com)" },
	{ "srv://_xmpps-client._tcp.example.com",
	  { "talk.example" },
	  NULL,
	  "xmpps-client://talk.example:25(example.com;example.com,talk.example)" },
	{ "srv://_imap._tcp.example.com",
	  { "imap.example" },
	  NULL,
	  "imap://imap.example:25(example.com;example.com,imap.example)" },
};

static void test_probe_of_what_is_found(void **state)
{
	void *unused = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(found_rows) / sizeof(found_rows[0]); i++) {
		set_up(&unused);
		world.host[0] = found_rows[i].hosts[0];
		world.host[1] = found_rows[i].hosts[1];
		world.expanded = found_rows[i].expanded;
		start_probe(found_rows[i].target, 1000);
		run_for(500);
		assert_string_equal(world.endpoints, found_rows[i].endpoints);
		assert_int_equal(stage.facts->code, CODE_MATCH);
		assert_int_equal(stage.facts->endpoint[0].priority, 10);
		tear_down(&unused);
	}
}

/* The worst of the hosts counts, one that no host can be among them. */
static void test_probe_of_several_hosts(void **state)
{
	(void)state;
	world.outcome = "mx";
	world.host[0] = "mx1.example";
	world.host[1] = "!192.0.2.1";
	world.host[2] = "mx2.example";
	start_probe("mx://example.com", 1000);
	run_for(500);
	assert_int_equal(stage.facts->endpoint_count, 3);
	assert_int_equal(stage.facts->code, CODE_MISMATCH);
	assert_int_equal(stage.facts->endpoint[1].code, CODE_NXDOMAIN);
	assert_string_equal(stage.facts->endpoint[1].error, "no host");
	assert_int_equal(stage.facts->endpoint[2].priority, 30);
}

static const struct {
	enum discover_status status;
	enum code code;
	const char *blamed;
} discovery_rows[] = {
	{ DISCOVER_INSECURE, CODE_INSECURE, "" },
	{ DISCOVER_BOGUS, CODE_BOGUS, "example.com 15" },
	{ DISCOVER_FAILED, CODE_DNS_ERROR, "example.com 15" },
	{ DISCOVER_UNREADABLE, CODE_DNS_ERROR, "" },
	{ DISCOVER_NXDOMAIN, CODE_NXDOMAIN, "" },
	{ DISCOVER_NO_SERVICE, CODE_NO_SERVICE, "" },
};

/* Without secure records there is no host to connect to (RFC 7672 section 2.2.1). */
static void test_probe_discovery_rows(void **state)
{
	void *unused = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(discovery_rows) / sizeof(discovery_rows[0]); i++) {
		set_up(&unused);
		world.discovered = discovery_rows[i].status;
		world.host[0] = NULL;
		start_probe("mx://example.com", 1000);
		run_for(500);
		if (stage.delivered != 1 || stage.facts->code != discovery_rows[i].code ||
		    strcmp(world.blamed, discovery_rows[i].blamed))
			fail_msg("row %zu: %d times, %s, blamed %s", i, stage.delivered,
				 stage.facts ? code_name(stage.facts->code) : "",
				 world.blamed);
		assert_string_equal(world.endpoints, "");
		tear_down(&unused);
	}
}

/* Whose fault it is comes with the result, which waits for it. */
static void test_probe_explains_a_failure(void **state)
{
	(void)state;
	world.outcome = "dd";
	start_probe("mx://example.com", 1000);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_int_equal(stage.facts->code, CODE_DNS_ERROR);
	assert_string_equal(world.blamed, "mx1.example 52");
	assert_int_equal(stage.facts->blame_count, 1);
	assert_string_equal(stage.facts->blame[0], "it was the butler");
}

/* What is unanswered to the end is explained before, and told then. */
static void test_probe_explains_what_nobody_answers(void **state)
{
	(void)state;
	world.outcome = "q";
	start_probe("https://www.example", 600);
	run_for(450);
	assert_int_equal(stage.delivered, 0);
	assert_string_equal(world.blamed, "www.example 52");
	run_for(600);
	assert_int_equal(stage.delivered, 1);
	assert_int_equal(world.timed_out, 1);
	assert_int_equal(stage.facts->blame_count, 1);
}

/* An answer that came late is nobody's fault. */
static void test_probe_forgets_a_doubt(void **state)
{
	(void)state;
	world.outcome = "-";
	start_probe("https://www.example", 600);
	run_for(1000);
	assert_int_equal(stage.delivered, 1);
	assert_string_equal(world.blamed, "");
	assert_int_equal(stage.facts->blame_count, 0);
}

static void test_probe_ends_at_its_deadline(void **state)
{
	(void)state;
	world.outcome = "-";
	start_probe("https://www.example", 80);
	run_for(40);
	assert_int_equal(stage.delivered, 0);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_int_equal(world.timed_out, 1);
	assert_int_equal(stage.facts->code, CODE_TIMEOUT);
	assert_true(stage.facts->total_ms >= 70);
}

static void test_probe_ends_at_its_deadline_in_discovery(void **state)
{
	(void)state;
	world.discover_never = true;
	start_probe("mx://example.com", 80);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_int_equal(stage.facts->code, CODE_DNS_ERROR);
	assert_string_equal(stage.facts->discovery->error,
			    "DNS did not answer within 0.08 s");
}

static void test_probe_ends_at_its_deadline_before_a_resolver(void **state)
{
	(void)state;
	world.upstream_never = true;
	world.outcome = "-";
	start_probe("https://www.example", 80);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_int_not_equal(stage.facts->state, STATE_OK);
}

/* Our own politeness is nobody's slowness: the clock stands still meanwhile. */
static void test_probe_waits_without_its_clock(void **state)
{
	(void)state;
	world.outcome = "w";
	start_probe("https://www.example", 80);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_int_equal(world.timed_out, 0);
	assert_int_equal(stage.facts->code, CODE_MATCH);
	assert_true(stage.facts->total_ms < 80);
}

static void test_probe_says_why_the_resolver_was_left(void **state)
{
	(void)state;
	world.left = "it strips signatures";
	start_probe("https://www.example", 1000);
	run_for(500);
	assert_int_equal(stage.facts->findings.item[0].id, FINDING_RESOLVER_NO_DNSSEC);
	assert_string_equal(stage.facts->findings.item[0].text, world.left);
	assert_int_equal(stage.facts->state, STATE_OK);
}

/* Whether the resolver is any good may turn out while it is asked. */
static void test_probe_asks_before_the_resolver_is_chosen(void **state)
{
	(void)state;
	world.upstream_never = world.upstream_at_once = true;
	start_probe("https://www.example", 1000);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_int_equal(stage.facts->state, STATE_OK);
	assert_string_equal(world.endpoints, "https://www.example:443(;www.example)");
}

static void test_probe_asks_once_where_the_resolver_is_left(void **state)
{
	(void)state;
	world.upstream_at_once = true;
	world.left = "it strips signatures";
	world.outcome = "w";
	start_probe("https://www.example", 1000);
	run_for(500);
	assert_int_equal(stage.delivered, 1);
	assert_int_equal(stage.facts->findings.item[0].id, FINDING_RESOLVER_NO_DNSSEC);
	assert_string_equal(world.endpoints, "https://www.example:443(;www.example)");
}

/* What single peers showed until then isn't the target's state. */
static void test_probe_stop_on_the_way(void **state)
{
	(void)state;
	world.outcome = "x-";
	start_probe("mx://example.com", 1000);
	run_for(60);
	stage.facts = probe_stop(stage.probe, "SIGTERM");
	assert_int_equal(stage.facts->code, CODE_STOPPED);
	assert_int_equal(stage.facts->state, STATE_UNKNOWN);
	assert_int_equal(stage.facts->endpoint_count, 0);
	assert_non_null(strstr(stage.facts->summary, "SIGTERM ended the check"));
	run_for(60);
	assert_int_equal(stage.delivered, 0);
}

/* Who is to blame was all that was still missing. */
static void test_probe_stop_while_it_blames(void **state)
{
	(void)state;
	world.outcome = "d";
	start_probe("https://www.example", 1000);
	run_for(12);
	assert_string_equal(world.blamed, "www.example 52");
	stage.facts = probe_stop(stage.probe, "SIGTERM");
	assert_int_equal(stage.facts->code, CODE_DNS_ERROR);
}

/* Of a target that still has something to do, nobody says that it only waits. */
static void test_probe_is_connecting_when_all_is(void **state)
{
	static const struct {
		const char *outcome;
		bool connecting;
	} rows[] = { { "--", true }, { "-w", false }, { "-m", true }, { "q-", false } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		tear_down(state);
		set_up(state);
		world.outcome = rows[i].outcome;
		start_probe("mx://example", 10000);
		assert_false(probe_is_connecting(stage.probe)); /* it asks DNS */
		run_for(60);
		if (probe_is_connecting(stage.probe) != rows[i].connecting)
			fail_msg("%s", rows[i].outcome);
	}
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_probe_of_a_host),
		cmocka_unit_test(test_probe_hints_at_mail),
		ROW(test_probe_of_all_services),
		ROW(test_probe_of_no_service),
		ROW(test_probe_of_services_without_answers),
		cmocka_unit_test(test_probe_of_what_is_found),
		ROW(test_probe_of_several_hosts),
		cmocka_unit_test(test_probe_discovery_rows),
		ROW(test_probe_explains_a_failure),
		ROW(test_probe_explains_what_nobody_answers),
		ROW(test_probe_forgets_a_doubt),
		ROW(test_probe_ends_at_its_deadline),
		ROW(test_probe_ends_at_its_deadline_in_discovery),
		ROW(test_probe_ends_at_its_deadline_before_a_resolver),
		ROW(test_probe_waits_without_its_clock),
		ROW(test_probe_says_why_the_resolver_was_left),
		ROW(test_probe_asks_before_the_resolver_is_chosen),
		ROW(test_probe_asks_once_where_the_resolver_is_left),
		ROW(test_probe_is_connecting_when_all_is),
		ROW(test_probe_stop_on_the_way),
		ROW(test_probe_stop_while_it_blames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
