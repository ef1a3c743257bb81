/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/discover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dns/answer.h"
#include "dns/rrtype.h"
#include "fake_resolver.h"
#include "verdict/facts.h"

#define MX RRTYPE_MX
#define SRV RRTYPE_SRV
#define SEC SECURITY_SECURE
#define INS SECURITY_INSECURE
#define BOG SECURITY_BOGUS
#define IND SECURITY_INDETERMINATE

#define MX_A_10 "000a0161017800"
#define MX_B_10 "000a0162017800"
#define MX_B_20 "00140142017800"
#define MX_NULL "000000"
#define MX_ADDR "00050331393201300132013100"
#define MX_BLANK "000503612062017800"
#define MX_UNDER "0005025f61017800"
#define MX_TRAIL "0005016101780000"
#define MX_LOOP "0005c000"
#define SRV_A "000a000503e10161017800"
#define SRV_A_LIGHT "000a000103e10161017800"
#define SRV_A_PORT "000a000503e20161017800"
#define SRV_B "000a000903e10162017800"
#define SRV_C "0001000003e10163017800"
#define SRV_NULL "00000000000000"
#define SRV_PORT_0 "0000000000000161017800"

struct row {
	const char *name;
	enum discover_status status;
	const char *hosts;   /* wanted: "a.x:25/10", blanks between them, "!" behind one
				with a fault */
	const char *records; /* wanted: commas between them */
	const char *error;   /* wanted: a piece of it; NULL none */
	bool null_beside;
	struct fake_answer script;
};

static const struct row mx_rows[] = {
	{ "by preference, then by name",
	  DISCOVER_FOUND,
	  "a.x:25/10 b.x:25/10",
	  "10 a.x,10 b.x",
	  NULL,
	  false,
	  { "x", MX, SEC, "data", NULL, MX_B_10 " " MX_A_10 } },
	{ "lower preference first",
	  DISCOVER_FOUND,
	  "a.x:25/10 b.x:25/20",
	  "10 a.x,20 b.x",
	  NULL,
	  false,
	  { "x", MX, SEC, "data", NULL, MX_B_20 " " MX_A_10 } },
	{ "a host named twice counts once, at its best",
	  DISCOVER_FOUND,
	  "a.x:25/10 b.x:25/10",
	  "10 a.x,10 b.x,20 b.x",
	  NULL,
	  false,
	  { "x", MX, SEC, "data", NULL, MX_B_20 " " MX_B_10 " " MX_A_10 } },
	{ "RFC 7505: null MX",
	  DISCOVER_NO_SERVICE,
	  "",
	  "0 .",
	  "takes no mail",
	  false,
	  { "x", MX, SEC, "data", NULL, MX_NULL } },
	{ "RFC 7505: null MX beside another",
	  DISCOVER_FOUND,
	  "a.x:25/10",
	  "0 .,10 a.x",
	  NULL,
	  true,
	  { "x", MX, SEC, "data", NULL, MX_NULL " " MX_A_10 } },
	{ "RFC 5321: no MX is the domain itself",
	  DISCOVER_FOUND,
	  "x:25/-1",
	  "",
	  NULL,
	  false,
	  { "x", MX, SEC, "nodata", NULL, NULL } },
	{ "no such domain",
	  DISCOVER_NXDOMAIN,
	  "",
	  "",
	  "x does not exist",
	  false,
	  { "x", MX, SEC, "nxdomain", NULL, NULL } },
	{ "no such domain, insecurely",
	  DISCOVER_NXDOMAIN,
	  "",
	  "",
	  "x does not exist",
	  false,
	  { "x", MX, INS, "nxdomain", NULL, NULL } },
	{ "R10: insecure",
	  DISCOVER_INSECURE,
	  "a.x:25/10",
	  "10 a.x",
	  NULL,
	  false,
	  { "x", MX, INS, "data", NULL, MX_A_10 } },
	{ "R8: an insecure null MX is no proof",
	  DISCOVER_INSECURE,
	  "",
	  "0 .",
	  NULL,
	  false,
	  { "x", MX, INS, "data", NULL, MX_NULL } },
	{ "R8: insecurely absent isn't absent",
	  DISCOVER_INSECURE,
	  "",
	  "",
	  NULL,
	  false,
	  { "x", MX, INS, "nodata", NULL, NULL } },
	{ "R8: bogus",
	  DISCOVER_BOGUS,
	  "",
	  "",
	  "x failed",
	  false,
	  { "x", MX, BOG, "failed", NULL, NULL } },
	{ "R8: bogus data",
	  DISCOVER_BOGUS,
	  "",
	  "",
	  "",
	  false,
	  { "x", MX, BOG, "data", NULL, MX_A_10 } },
	{ "R8: not answered",
	  DISCOVER_FAILED,
	  "",
	  "",
	  "x MX: x failed",
	  false,
	  { "x", MX, IND, "failed", NULL, NULL } },
	{ "R8: data of unknown security",
	  DISCOVER_FAILED,
	  "",
	  "",
	  "no usable answer",
	  false,
	  { "x", MX, IND, "data", NULL, MX_A_10 } },
	{ "R8: absence of unknown security",
	  DISCOVER_FAILED,
	  "",
	  "",
	  "no usable answer",
	  false,
	  { "x", MX, IND, "nodata", NULL, NULL } },
	{ "R8: NXDOMAIN of unknown security",
	  DISCOVER_FAILED,
	  "",
	  "",
	  "no usable answer",
	  false,
	  { "x", MX, IND, "nxdomain", NULL, NULL } },
	{ "through a secure alias",
	  DISCOVER_FOUND,
	  "a.x:25/10",
	  "10 a.x",
	  NULL,
	  false,
	  { "x", MX, SEC, "data", "y", MX_A_10 } },
	{ "R10: through an insecure alias",
	  DISCOVER_INSECURE,
	  "a.x:25/10",
	  "10 a.x",
	  NULL,
	  false,
	  { "x", MX, INS, "data", "y z", MX_A_10 } },
	{ "an alias of a domain without MX",
	  DISCOVER_FOUND,
	  "x:25/-1",
	  "",
	  NULL,
	  false,
	  { "x", MX, SEC, "nodata", "y", NULL } },
	{ "an address is no host",
	  DISCOVER_FOUND,
	  "192.0.2.1:25/5! a.x:25/10",
	  "5 192.0.2.1,10 a.x",
	  NULL,
	  false,
	  { "x", MX, SEC, "data", NULL, MX_A_10 " " MX_ADDR } },
	{ "nor is a name with a blank",
	  DISCOVER_FOUND,
	  "a\\032b.x:25/5!",
	  "5 a\\032b.x",
	  NULL,
	  false,
	  { "x", MX, SEC, "data", NULL, MX_BLANK } },
	{ "but one with an underscore",
	  DISCOVER_FOUND,
	  "_a.x:25/5",
	  "5 _a.x",
	  NULL,
	  false,
	  { "x", MX, SEC, "data", NULL, MX_UNDER } },
	{ "octets behind the name",
	  DISCOVER_UNREADABLE,
	  "",
	  "",
	  "x MX: malformed",
	  false,
	  { "x", MX, SEC, "data", NULL, MX_A_10 " " MX_TRAIL } },
	{ "a compressed name",
	  DISCOVER_UNREADABLE,
	  "",
	  "",
	  "malformed",
	  false,
	  { "x", MX, SEC, "data", NULL, MX_LOOP } },
	{ "no name",
	  DISCOVER_UNREADABLE,
	  "",
	  "",
	  "record of 2 octets",
	  false,
	  { "x", MX, SEC, "data", NULL, "000a" } },
};

static const struct row srv_rows[] = {
	{ "by priority, then weight",
	  DISCOVER_FOUND,
	  "c.x:993/1/0 b.x:993/10/9 a.x:993/10/5",
	  "1 0 993 c.x,10 9 993 b.x,10 5 993 a.x",
	  NULL,
	  false,
	  { "_s._tcp.x", SRV, SEC, "data", NULL, SRV_A " " SRV_B " " SRV_C } },
	{ "one host and port once",
	  DISCOVER_FOUND,
	  "a.x:993/10/5",
	  "10 5 993 a.x,10 1 993 a.x",
	  NULL,
	  false,
	  { "_s._tcp.x", SRV, SEC, "data", NULL, SRV_A_LIGHT " " SRV_A } },
	{ "two ports of one host",
	  DISCOVER_FOUND,
	  "a.x:993/10/5 a.x:994/10/5",
	  "10 5 993 a.x,10 5 994 a.x",
	  NULL,
	  false,
	  { "_s._tcp.x", SRV, SEC, "data", NULL, SRV_A_PORT " " SRV_A } },
	{ "RFC 2782: not offered",
	  DISCOVER_NO_SERVICE,
	  "",
	  "0 0 0 .",
	  "is not offered",
	  false,
	  { "_s._tcp.x", SRV, SEC, "data", NULL, SRV_NULL } },
	{ "not offered, beside a target",
	  DISCOVER_FOUND,
	  "a.x:993/10/5",
	  "0 0 0 .,10 5 993 a.x",
	  NULL,
	  true,
	  { "_s._tcp.x", SRV, SEC, "data", NULL, SRV_NULL " " SRV_A } },
	{ "port 0",
	  DISCOVER_FOUND,
	  "a.x:0/0/0!",
	  "0 0 0 a.x",
	  NULL,
	  false,
	  { "_s._tcp.x", SRV, SEC, "data", NULL, SRV_PORT_0 } },
	{ "securely absent",
	  DISCOVER_NO_SERVICE,
	  "",
	  "",
	  "no SRV record at _s._tcp.x",
	  false,
	  { "_s._tcp.x", SRV, SEC, "nodata", NULL, NULL } },
	{ "securely absent by NXDOMAIN",
	  DISCOVER_NO_SERVICE,
	  "",
	  "",
	  "no SRV record at _s._tcp.x",
	  false,
	  { "_s._tcp.x", SRV, SEC, "nxdomain", NULL, NULL } },
	{ "R11: insecure",
	  DISCOVER_INSECURE,
	  "a.x:993/10/5",
	  "10 5 993 a.x",
	  NULL,
	  false,
	  { "_s._tcp.x", SRV, INS, "data", NULL, SRV_A } },
	{ "R8: insecurely absent",
	  DISCOVER_INSECURE,
	  "",
	  "",
	  NULL,
	  false,
	  { "_s._tcp.x", SRV, INS, "nxdomain", NULL, NULL } },
	{ "R8: insecurely not offered",
	  DISCOVER_INSECURE,
	  "",
	  "0 0 0 .",
	  NULL,
	  false,
	  { "_s._tcp.x", SRV, INS, "data", NULL, SRV_NULL } },
	{ "R8: bogus",
	  DISCOVER_BOGUS,
	  "",
	  "",
	  "failed",
	  false,
	  { "_s._tcp.x", SRV, BOG, "failed", NULL, NULL } },
	{ "R8: not answered",
	  DISCOVER_FAILED,
	  "",
	  "",
	  "SRV: _s._tcp.x failed",
	  false,
	  { "_s._tcp.x", SRV, IND, "failed", NULL, NULL } },
	{ "R8: data of unknown security",
	  DISCOVER_FAILED,
	  "",
	  "",
	  "no usable answer",
	  false,
	  { "_s._tcp.x", SRV, IND, "data", NULL, SRV_A } },
	{ "too short for a target",
	  DISCOVER_UNREADABLE,
	  "",
	  "",
	  "record of 6 octets",
	  false,
	  { "_s._tcp.x", SRV, SEC, "data", NULL, "000000000001" } },
};

static struct loop *loop;
static struct discover_result got;
static int calls;

static void on_result(void *arg, struct discover_result *take_result)
{
	(void)arg;
	got = *take_result;
	calls++;
	loop_stop(loop);
}

static struct facts_target *run(enum service_discovery kind,
				const struct fake_answer *script)
{
	struct discover_conf conf = { .kind = kind, .name = script->name, .port = 25 };
	struct fake_answer both[2] = { *script };
	struct discover *d;

	conf.facts = facts_target_new();
	fake_resolver_set(loop, both);
	calls = 0;
	d = discover_new(&conf, on_result, NULL);
	loop_run(loop);
	assert_int_equal(calls, 1);
	discover_free(d);
	assert_int_equal(fake_resolver_open(), 0);
	return conf.facts;
}

static void check_text(const struct row *row, const char *what, const struct buf *text,
		       const char *wanted)
{
	if (strcmp(buf_str(text), wanted))
		fail_msg("%s: %s '%s', not '%s'", row->name, what, buf_str(text), wanted);
}

static void check_hosts(const struct row *row)
{
	struct buf text;
	size_t i;

	buf_init(&text, 4000);
	for (i = 0; i < got.count; i++) {
		const struct discover_host *h = &got.host[i];

		buf_printf(&text, "%s%s:%d/%d", i ? " " : "", h->name, h->port,
			   h->priority);
		if (h->weight >= 0)
			buf_printf(&text, "/%d", h->weight);
		buf_text(&text, h->fault ? "!" : "");
	}
	check_text(row, "hosts", &text, row->hosts);
	buf_clear(&text);
}

static void check_facts(const struct row *row, const struct facts_target *t)
{
	const struct facts_discovery *d = t->discovery;
	const struct facts_lookup *l = &t->lookup[t->lookup_count - 1];
	struct buf text;
	size_t i;

	buf_init(&text, 4000);
	for (i = 0; i < d->record_count; i++)
		buf_printf(&text, "%s%s", i ? "," : "", d->record[i]);
	check_text(row, "records", &text, row->records);
	buf_clear(&text);
	if (d->security != row->script.security || l->security != row->script.security ||
	    l->endpoint != -1)
		fail_msg("%s: security %d, of the lookup %d", row->name, d->security,
			 l->security);
	if ((d->error != NULL) != (row->error != NULL) ||
	    (row->error && !strstr(d->error, row->error)))
		fail_msg("%s: error '%s'", row->name, d->error ? d->error : "(none)");
}

static void check_rows(enum service_discovery kind, const struct row *row, size_t count)
{
	struct facts_target *t;

	for (; count; count--, row++) {
		t = run(kind, &row->script);
		if (got.status != row->status || got.null_beside != row->null_beside)
			fail_msg("%s: status %d", row->name, got.status);
		check_hosts(row);
		check_facts(row, t);
		discover_result_clear(&got);
		facts_target_free(t);
	}
}

static void test_discover_mx(void **state)
{
	(void)state;
	check_rows(SERVICE_MX, mx_rows, sizeof(mx_rows) / sizeof(mx_rows[0]));
}

static void test_discover_srv(void **state)
{
	(void)state;
	check_rows(SERVICE_SRV, srv_rows, sizeof(srv_rows) / sizeof(srv_rows[0]));
}

static void test_discover_tells_the_expanded_name(void **state)
{
	static const struct fake_answer alias = { "x", MX, SEC, "data", "y z", MX_A_10 };
	struct facts_target *t = run(SERVICE_MX, &alias);

	(void)state;
	assert_string_equal(got.expanded, "z");
	assert_int_equal(t->lookup_count, 3);
	assert_string_equal(t->lookup[1].type, "CNAME");
	assert_string_equal(t->lookup[2].name, "z");
	assert_true(t->lookup[2].rrsig_expires != -1);
	discover_result_clear(&got);
	facts_target_free(t);
}

static void add_mx(struct answer *a, unsigned number)
{
	char hex[32];

	snprintf(hex, sizeof(hex), "000a%02x%06x00", 3, 0x616161 + number);
	a->rr = mem_grow(a->rr, a->rr_count, sizeof(*a->rr));
	assert_int_equal(
		hex_decode(hex, &a->rr[a->rr_count].rdata, &a->rr[a->rr_count].len, NULL),
		0);
	a->rr_count++;
}

static enum discover_status read_many(unsigned count)
{
	struct discover_conf conf = { .kind = SERVICE_MX, .name = "x", .port = 25 };
	struct discover_result result;
	enum discover_status status;
	struct answer a;
	unsigned i;

	answer_failed(&a, SECURITY_SECURE, NULL);
	a.kind = ANSWER_DATA;
	for (i = 0; i < count; i++)
		add_mx(&a, i % 26 + (i / 26 << 8));
	conf.facts = facts_target_new();
	discover_read(&conf, &a, &result);
	status = result.status;
	if (status == DISCOVER_FOUND)
		assert_int_equal(result.count, count);
	else
		assert_non_null(strstr(conf.facts->discovery->error, "at most"));
	discover_result_clear(&result);
	facts_target_free(conf.facts);
	answer_clear(&a);
	return status;
}

/* Never a silent cut. */
static void test_discover_read_bounds_the_hosts(void **state)
{
	(void)state;
	assert_int_equal(read_many(DISCOVER_MAX), DISCOVER_FOUND);
	assert_int_equal(read_many(DISCOVER_MAX + 1), DISCOVER_UNREADABLE);
}

static void test_discover_free_ends_it_silently(void **state)
{
	static const struct fake_answer script[2] = { { "x", MX, SEC, "nodata", NULL,
							NULL } };
	struct discover_conf conf = { .kind = SERVICE_MX, .name = "x", .port = 25 };

	(void)state;
	conf.facts = facts_target_new();
	fake_resolver_set(loop, script);
	calls = 0;
	discover_free(discover_new(&conf, on_result, NULL));
	discover_free(NULL);
	assert_int_equal(fake_resolver_open(), 0);
	assert_int_equal(calls, 0);
	facts_target_free(conf.facts);
}

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	return loop ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_discover_mx),
		cmocka_unit_test(test_discover_srv),
		cmocka_unit_test(test_discover_tells_the_expanded_name),
		cmocka_unit_test(test_discover_read_bounds_the_hosts),
		cmocka_unit_test(test_discover_free_ends_it_silently),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
