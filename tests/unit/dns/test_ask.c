/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "base/why.h"
#include "dns/rrtype.h"
#include "dns_server.h"
#include "packet.h"

#define RR "www.example. 60 IN A 192.0.2.1\n"
#define RR_2 "www.example. 60 IN A 192.0.2.2\n"
#define SIG "www.example. 60 IN RRSIG A 13 2 60 20300101000000 20200101000000 1 . AAAA\n"
#define NSEC_SIG                                                                         \
	"example. 60 IN RRSIG NSEC 13 1 60 20300101000000 20200101000000 1 . AAAA\n"

static const struct {
	const char *name;
	int rcode;
	unsigned flags;
	const char *records, *options;
	int rc; /* wanted, as all of these */
	size_t count;
	bool has_rrsig;
	int ede;
	const char *ede_text;
} rows[] = {
	{ "plain", 0, 0, RR, NULL, 0, 1, false, -1, "" },
	{ "signed", 0, PACKET_AA, RR SIG, NULL, 0, 1, true, -1, "" },
	{ "absent", 0, 0, "", NULL, 0, 0, false, -1, "" },
	{ "absent with a signed proof", 3, 0, "--\n" NSEC_SIG, NULL, 0, 0, true, -1, "" },
	{ "signatures of the authority don't count beside data", 0, 0, RR "--\n" NSEC_SIG,
	  NULL, 0, 1, false, -1, "" },
	{ "SERVFAIL with an extended error", 2, 0, "", "000f 0006 0016 67 6f 6e 65", 0, 0,
	  false, 22, "gone" },
	{ "extended error without text", 2, 0, "", "000f 0002 0007", 0, 0, false, 7, "" },
	{ "extended error behind a cookie", 2, 0, "", "000a 0002 abcd 000f 0002 0009", 0,
	  0, false, 9, "" },
	{ "extended error that is too short", 2, 0, "", "000f 0001 00", 0, 0, false, -1,
	  "" },
	{ "option longer than what is there", 2, 0, "", "000f 00ff 0007", 0, 0, false, -1,
	  "" },
	{ "error without a question", 5, PACKET_NO_QUESTION, "", NULL, 0, 0, false, -1,
	  "" },
	{ "success without a question", 0, PACKET_NO_QUESTION, "", NULL, DP_EFORMAT, 0,
	  false, -1, "" },
	{ "a question, not a reply", 0, PACKET_IS_QUERY, "", NULL, DP_EFORMAT, 0, false,
	  -1, "" },
};

static void check_row(size_t i)
{
	struct ask_reply reply;
	size_t len;
	uint8_t *packet =
		packet_make("www.example", RRTYPE_A, rows[i].rcode, rows[i].flags,
			    rows[i].records, rows[i].options, &len);
	int rc = ask_read_reply(packet, len, "www.example", RRTYPE_A, &reply, NULL);

	free(packet);
	if (rc != rows[i].rc)
		fail_msg("%s: returned %d", rows[i].name, rc);
	if (rc < 0)
		return;
	if (!reply.answered || reply.rcode != rows[i].rcode || !reply.rcode_text[0])
		fail_msg("%s: rcode %d", rows[i].name, reply.rcode);
	if (reply.rr_count != rows[i].count || reply.has_rrsig != rows[i].has_rrsig ||
	    (reply.rrset_hash != 0) != (rows[i].count != 0))
		fail_msg("%s: %zu records, signed %d", rows[i].name, reply.rr_count,
			 reply.has_rrsig);
	if (reply.authoritative != ((rows[i].flags & PACKET_AA) != 0))
		fail_msg("%s: authoritative %d", rows[i].name, reply.authoritative);
	if (reply.ede_code != rows[i].ede || strcmp(reply.ede_text, rows[i].ede_text))
		fail_msg("%s: extended error %d %s", rows[i].name, reply.ede_code,
			 reply.ede_text);
}

static void test_ask_read_reply_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
}

static struct ask_reply read_records(const char *records, int type)
{
	struct ask_reply reply;
	size_t len;
	uint8_t *packet = packet_make("www.example", type, 0, 0, records, NULL, &len);

	assert_int_equal(
		ask_read_reply(packet, len, "WWW.example.", (uint16_t)type, &reply, NULL),
		0);
	free(packet);
	return reply;
}

static void test_ask_read_reply_hash_ignores_the_order(void **state)
{
	uint64_t one = read_records(RR RR_2, RRTYPE_A).rrset_hash;

	(void)state;
	assert_true(one == read_records(RR_2 RR, RRTYPE_A).rrset_hash);
	assert_true(one != read_records(RR, RRTYPE_A).rrset_hash);
}

static void test_ask_read_reply_serial(void **state)
{
	(void)state;
	assert_int_equal(
		read_records("www.example. 60 IN SOA a. b. 4294967295 1 1 1 1\n", 6)
			.serial,
		4294967295);
	assert_int_equal(read_records("", 6).serial, -1);
}

static void test_ask_read_reply_refuses_noise(void **state)
{
	struct ask_reply reply;
	struct why why;

	(void)state;
	assert_int_equal(
		ask_read_reply((const uint8_t *)"abc", 3, "x", RRTYPE_A, &reply, &why),
		DP_EFORMAT);
	assert_non_null(strstr(why.text, "malformed"));
}

static void test_ask_ede_name(void **state)
{
	(void)state;
	assert_string_equal(ask_ede_name(7), "Signature Expired");
	assert_string_equal(ask_ede_name(6), "DNSSEC Bogus");
	assert_string_equal(ask_ede_name(22), "No Reachable Authority");
	assert_null(ask_ede_name(-1));
	assert_null(ask_ede_name(60000));
}

struct seen {
	struct loop *loop;
	struct ask *ask;
	struct ask_reply reply;
	int calls;
};

static void on_reply(void *arg, const struct ask_reply *reply)
{
	struct seen *s = arg;

	s->calls++;
	s->reply = *reply;
	loop_stop(s->loop);
	ask_free(s->ask);
	s->ask = NULL;
}

static const struct {
	const char *name;
	enum dns_server_mode mode;
	const char *error; /* NULL: answered */
} servers[] = {
	{ "answers", DNS_SERVER_SIGNED, NULL },
	{ "another ID first", DNS_SERVER_WRONG_ID, NULL },
	{ "cut, then TCP", DNS_SERVER_CUTS, NULL },
	{ "cut, then closed", DNS_SERVER_CLOSES,
	  "truncated over UDP, and TCP port 53 doesn't answer: " },
	{ "another question", DNS_SERVER_OTHER, "another question" },
	{ "silent", DNS_SERVER_SILENT, "no answer" },
};

static void test_ask_servers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
		struct seen s = { .loop = loop_new() };
		struct dns_server *server = dns_server_new(s.loop, servers[i].mode);
		struct ask_conf conf = { .server = dns_server_address(server),
					 .name = "www.example",
					 .type = RRTYPE_A,
					 .recursive = true,
					 .timeout_ms = 100 };

		if (servers[i].mode != DNS_SERVER_SILENT)
			conf.timeout_ms = 5000;
		assert_int_equal(ask_new(s.loop, &conf, on_reply, &s, &s.ask, NULL), 0);
		assert_int_equal(s.calls, 0);
		loop_run(s.loop);
		if (s.calls != 1 || s.reply.answered != !servers[i].error)
			fail_msg("%s: answered %d: %s", servers[i].name, s.reply.answered,
				 s.reply.error);
		assert_int_equal(s.reply.timed_out, servers[i].mode == DNS_SERVER_SILENT);
		/* A connection that is closed with octets unread is a reset. */
		if (servers[i].error && !strstr(s.reply.error, servers[i].error))
			fail_msg("%s: says %s", servers[i].name, s.reply.error);
		assert_true(s.reply.cut == (servers[i].mode == DNS_SERVER_CLOSES));
		if (s.reply.answered && s.reply.rr_count != 1)
			fail_msg("%s: %zu records", servers[i].name, s.reply.rr_count);
		dns_server_free(server);
		loop_free(s.loop);
	}
}

static void test_ask_retries_a_lost_packet(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct dns_server *server = dns_server_new(s.loop, DNS_SERVER_SILENT);
	struct ask_conf conf = { .server = dns_server_address(server),
				 .name = ".",
				 .type = RRTYPE_DNSKEY,
				 .timeout_ms = 900 };

	(void)state;
	assert_int_equal(ask_new(s.loop, &conf, on_reply, &s, &s.ask, NULL), 0);
	loop_run(s.loop);
	assert_int_equal(dns_server_questions(server), 2);
	dns_server_free(server);
	loop_free(s.loop);
}

static void test_ask_new_refuses_what_makes_no_sense(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct ask_conf conf = { .server = "ns.example", .name = "x", .type = RRTYPE_A };
	struct why why = { "" };

	(void)state;
	assert_int_equal(ask_new(s.loop, &conf, on_reply, &s, &s.ask, &why), DP_EINVAL);
	assert_non_null(strstr(why.text, "ns.example"));
	conf.server = "127.0.0.1@x";
	assert_int_equal(ask_new(s.loop, &conf, on_reply, &s, &s.ask, NULL), DP_EINVAL);
	conf.server = "127.0.0.1";
	conf.name = "a..b";
	assert_int_equal(ask_new(s.loop, &conf, on_reply, &s, &s.ask, NULL), DP_EINVAL);
	loop_free(s.loop);
	ask_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ask_read_reply_rows),
		cmocka_unit_test(test_ask_read_reply_hash_ignores_the_order),
		cmocka_unit_test(test_ask_read_reply_serial),
		cmocka_unit_test(test_ask_read_reply_refuses_noise),
		cmocka_unit_test(test_ask_ede_name),
		cmocka_unit_test(test_ask_servers),
		cmocka_unit_test(test_ask_retries_a_lost_packet),
		cmocka_unit_test(test_ask_new_refuses_what_makes_no_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
