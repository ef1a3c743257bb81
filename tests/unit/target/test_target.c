/* SPDX-License-Identifier: BSD-2-Clause */
#include "target/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "target/service.h"

/* Rows are named by their text. */
static const struct good {
	const char *text, *normalized, *path;
} good[] = {
	{ "www.example.com", "https://www.example.com:443", NULL },
	{ " www.example.com\t", "https://www.example.com:443", NULL },
	{ "www.example.com\r\n", "https://www.example.com:443", NULL },
	{ "WWW.EXAMPLE.COM.", "https://www.example.com:443", NULL },
	{ "www.example.com/", "https://www.example.com:443/", "/" },
	{ "www.example.com/a?b=c", "https://www.example.com:443/a?b=c", "/a?b=c" },
	{ "www.example.com:443", "https://www.example.com:443", NULL },
	{ "www.example.com:443/x", "https://www.example.com:443/x", "/x" },
	{ "www.example.com:8443", "tls://www.example.com:8443", NULL },
	{ "mx.example.com:25", "smtp://mx.example.com:25", NULL },
	{ "mx.example.com:587", "submission://mx.example.com:587", NULL },
	{ "mx.example.com:465", "smtps://mx.example.com:465", NULL },
	{ "mx.example.com:143", "imap://mx.example.com:143", NULL },
	{ "mx.example.com:993", "imaps://mx.example.com:993", NULL },
	{ "mx.example.com:110", "pop3://mx.example.com:110", NULL },
	{ "mx.example.com:995", "pop3s://mx.example.com:995", NULL },
	{ "h.example.com:636", "ldaps://h.example.com:636", NULL },
	{ "h.example.com:389", "ldap://h.example.com:389", NULL },
	{ "h.example.com:990", "ftps://h.example.com:990", NULL },
	{ "h.example.com:21", "ftp://h.example.com:21", NULL },
	{ "h.example.com:5222", "xmpp-client://h.example.com:5222", NULL },
	{ "h.example.com:5223", "xmpps-client://h.example.com:5223", NULL },
	{ "h.example.com:5269", "xmpp-server://h.example.com:5269", NULL },
	{ "h.example.com:5270", "xmpps-server://h.example.com:5270", NULL },
	{ "h.example.com:119", "nntp://h.example.com:119", NULL },
	{ "h.example.com:563", "nntps://h.example.com:563", NULL },
	{ "h.example.com:5061", "sips://h.example.com:5061", NULL },
	{ "h.example.com:6697", "ircs://h.example.com:6697", NULL },
	{ "h.example.com:853", "dot://h.example.com:853", NULL },
	{ "h.example.com:24", "lmtp://h.example.com:24", NULL },
	{ "h.example.com:4190", "sieve://h.example.com:4190", NULL },
	{ "h.example.com:5432", "postgres://h.example.com:5432", NULL },
	{ "h.example.com:3306", "mysql://h.example.com:3306", NULL },
	{ "h.example.com:1", "tls://h.example.com:1", NULL },
	{ "h.example.com:65535", "tls://h.example.com:65535", NULL },
	{ "h.example.com:00443", "https://h.example.com:443", NULL },
	{ "https://h.example.com", "https://h.example.com:443", NULL },
	{ "HTTPS://H.example.com", "https://h.example.com:443", NULL },
	{ "https://h.example.com:444", "https://h.example.com:444", NULL },
	{ "https://h.example.com./", "https://h.example.com:443/", "/" },
	{ "https://h.example.com:444/a/b", "https://h.example.com:444/a/b", "/a/b" },
	{ "https://h.example.com?q=1", "https://h.example.com:443/?q=1", "/?q=1" },
	{ "https://h.example.com/?u=https://x@y",
	  "https://h.example.com:443/?u=https://x@y", "/?u=https://x@y" },
	{ "https://h.example.com/a%20b", "https://h.example.com:443/a%20b", "/a%20b" },
	{ "https://h.example.com/a#part", "https://h.example.com:443/a", "/a" },
	{ "https://h.example.com#part", "https://h.example.com:443", NULL },
	{ "h.example.com/a:b://c", "https://h.example.com:443/a:b://c", "/a:b://c" },
	{ "tls://h.example.com:4433", "tls://h.example.com:4433", NULL },
	{ "tls://h.example.com:443", "tls://h.example.com:443", NULL },
	{ "smtps://h.example.com", "smtps://h.example.com:465", NULL },
	{ "submissions://h.example.com", "submissions://h.example.com:465", NULL },
	{ "imaps://h.example.com", "imaps://h.example.com:993", NULL },
	{ "pop3s://h.example.com", "pop3s://h.example.com:995", NULL },
	{ "ldaps://h.example.com", "ldaps://h.example.com:636", NULL },
	{ "ftps://h.example.com", "ftps://h.example.com:990", NULL },
	{ "xmpps-client://h.example.com", "xmpps-client://h.example.com:5223", NULL },
	{ "xmpps-server://h.example.com", "xmpps-server://h.example.com:5270", NULL },
	{ "nntps://h.example.com", "nntps://h.example.com:563", NULL },
	{ "sips://h.example.com", "sips://h.example.com:5061", NULL },
	{ "ircs://h.example.com", "ircs://h.example.com:6697", NULL },
	{ "dot://h.example.com", "dot://h.example.com:853", NULL },
	{ "smtp://h.example.com", "smtp://h.example.com:25", NULL },
	{ "smtp://h.example.com:2525", "smtp://h.example.com:2525", NULL },
	{ "submission://h.example.com", "submission://h.example.com:587", NULL },
	{ "lmtp://h.example.com", "lmtp://h.example.com:24", NULL },
	{ "imap://h.example.com", "imap://h.example.com:143", NULL },
	{ "pop3://h.example.com", "pop3://h.example.com:110", NULL },
	{ "sieve://h.example.com", "sieve://h.example.com:4190", NULL },
	{ "ftp://h.example.com", "ftp://h.example.com:21", NULL },
	{ "ldap://h.example.com", "ldap://h.example.com:389", NULL },
	{ "xmpp-client://h.example.com", "xmpp-client://h.example.com:5222", NULL },
	{ "xmpp-server://h.example.com", "xmpp-server://h.example.com:5269", NULL },
	{ "nntp://h.example.com", "nntp://h.example.com:119", NULL },
	{ "postgres://h.example.com", "postgres://h.example.com:5432", NULL },
	{ "mysql://h.example.com", "mysql://h.example.com:3306", NULL },
	{ "mx://example.com", "mx://example.com:25", NULL },
	{ "mx://Example.COM.", "mx://example.com:25", NULL },
	{ "srv://_imaps._tcp.example.com", "srv://_imaps._tcp.example.com", NULL },
	{ "srv://_XMPP-client._TCP.example.com.", "srv://_xmpp-client._tcp.example.com",
	  NULL },
	{ "srv://_imaps._tcp.com", "srv://_imaps._tcp.com", NULL },
	{ "srv://_imaps._tcp._x.example.com", "srv://_imaps._tcp._x.example.com", NULL },
	{ "host://Mail.Example.com.", "host://mail.example.com", NULL },
	{ "HOST://m\xc3\xbcnchen.example", "host://xn--mnchen-3ya.example", NULL },
	{ "host", "https://host:443", NULL },
	{ "smtp://_dc-mx.example.com", "smtp://_dc-mx.example.com:25", NULL },
	{ "xn--ls8h.example", "https://xn--ls8h.example:443", NULL },
	{ "localhost", "https://localhost:443", NULL },
	{ "https", "https://https:443", NULL },
	{ "m\xc3\xbcnchen.example", "https://xn--mnchen-3ya.example:443", NULL },
	{ "imaps://M\xc3\x9cNCHEN.example:994", "imaps://xn--mnchen-3ya.example:994",
	  NULL },
	{ "xn--mnchen-3ya.example:25", "smtp://xn--mnchen-3ya.example:25", NULL },
	{ "a_b.example.com", "https://a_b.example.com:443", NULL },
};

/* Each with a word that the message must have. */
static const struct bad {
	const char *text, *word;
} bad[] = {
	{ "", "no target" },
	{ "  \t", "no target" },
	{ "exa mple", "blank" },
	{ "exa\tmple", "blank" },
	{ "h.example.com /x", "blank" },
	{ "h.example\x01.com", "0x01" },
	{ "h.example.com/\x01", "0x01" },
	{ "h.example.com/a b", "%20" },
	{ "h.example.com/\xc3\xbc", "%C3" },
	{ "h.example.com/a\\b", "%5C" },
	{ ".", "no name" },
	{ "..", "empty label" },
	{ ".example.com", "empty label" },
	{ "a..b", "empty label" },
	{ ":443", "no name" },
	{ "/", "no name" },
	{ "https://", "no name" },
	{ "https:///x", "no name" },
	{ "://h.example.com", "no scheme" },
	{ "//h.example.com", "no name" },
	{ "192.0.2.1", "--connect-to" },
	{ "192.0.2.1:443", "--connect-to" },
	{ "https://192.0.2.1/", "--connect-to" },
	{ "::1", "--connect-to" },
	{ "[::1]", "--connect-to" },
	{ "[::1]:443", "--connect-to" },
	{ "https://[2001:db8::1]:443/", "--connect-to" },
	{ "2001:db8::1", "--connect-to" },
	{ "[example.com]", "--connect-to" },
	{ "1.2.3", "number" },
	{ "h.example.com:443:444", "more than one" },
	{ "https://h.example.com:1:2/", "more than one" },
	{ "h.example.com:", "port" },
	{ "h.example.com:0", "port" },
	{ "h.example.com:65536", "port" },
	{ "h.example.com:-1", "port" },
	{ "h.example.com:+1", "port" },
	{ "h.example.com: 1", "port" },
	{ "h.example.com:https", "port" },
	{ "h.example.com:443x", "port" },
	{ "h.example.com:99999999999999999999", "port" },
	{ "tls://h.example.com", "needs a port" },
	{ "http://h.example.com", "use https://" },
	{ "htps://h.example.com", "did you mean https://" },
	{ "imasp://h.example.com", "did you mean imap" },
	{ "gopher://h.example.com", "unknown scheme" },
	{ "user@h.example.com", "mx://h.example.com" },
	{ "John.Doe@Example.org", "mx://Example.org" },
	{ "user@h.example.com:25", "leave user" },
	{ "@h.example.com", "leave user" },
	{ "host://h.example.com:25", "takes no port" },
	{ "host://h.example.com/", "path" },
	{ "host://192.0.2.1", "is an address" },
	{ "host://_25._tcp.h.example.com", "_25" },
	{ "https://user:secret@h.example.com/", "'@'" },
	{ "smtp://h.example.com/", "path" },
	{ "h.example.com:25/x", "path" },
	{ "tls://h.example.com:443/x", "path" },
	{ "imaps://h.example.com?x", "path" },
	{ "mx://example.com/", "path" },
	{ "srv://example.com", "_service._tcp" },
	{ "srv://_imaps.example.com", "_service._tcp" },
	{ "srv://_imaps._udp.example.com", "only services over _tcp" },
	{ "srv://_sip._sctp.example.com", "'_sctp': only" },
	{ "srv://_imaps._tcpx.example.com", "'_tcpx': only" },
	{ "srv://_imaps._tcp.", "_service._tcp" },
	{ "srv://_._tcp.example.com", "names no service" },
	{ "srv://_-a._tcp.example.com", "names no service" },
	{ "srv://_a-._tcp.example.com", "hyphen" },
	{ "srv://_25._tcp.example.com", "names no service" },
	{ "srv://__imaps._tcp.example.com", "names no service" },
	{ "srv://_a_b._tcp.example.com", "names no service" },
	{ "srv://imaps._tcp.example.com", "_service._tcp" },
	{ "srv://_imaps.tcp.example.com", "_service._tcp" },
	{ "srv://_imaps._tcp", "_service._tcp" },
	{ "srv://_imaps._tcp._tcp.example.com", "is no domain" },
	{ "srv://_imaps._tcp.example.com:993", "no port" },
	{ "_443._tcp.h.example.com", "TLSA" },
	{ "*.example.com", "'*'" },
	{ "-h.example.com", "hyphen" },
	{ "h,example.com", "','" },
	{ "\xf0\x9f\x92\xa9.example", "IDNA2008" },
	{ "m\xfcnchen.example", "IDNA2008" },
	{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.com",
	  "64 octets" },
};

static void test_target_parse_good(void **state)
{
	struct target t;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		why.text[0] = '\0';
		if (target_parse(good[i].text, &t, &why) < 0)
			fail_msg("%s: %s", good[i].text, why.text);
		if (strcmp(t.normalized, good[i].normalized))
			fail_msg("%s: %s", good[i].text, t.normalized);
		if ((t.path != NULL) != (good[i].path != NULL) ||
		    (t.path && strcmp(t.path, good[i].path)))
			fail_msg("%s: path %s", good[i].text, t.path ? t.path : "none");
		target_clear(&t);
	}
}

static void test_target_parse_is_stable_on_its_normalized_form(void **state)
{
	struct target t, again;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(target_parse(good[i].text, &t, &why), 0);
		if (target_parse(t.normalized, &again, &why) < 0)
			fail_msg("%s: %s", t.normalized, why.text);
		assert_string_equal(again.normalized, t.normalized);
		assert_ptr_equal(again.service, t.service);
		target_clear(&t);
		target_clear(&again);
	}
}

static void test_target_parse_bad(void **state)
{
	struct target t;
	struct why why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why.text[0] = '\0';
		if (target_parse(bad[i].text, &t, &why) == 0)
			fail_msg("%s: taken as %s", bad[i].text, t.normalized);
		if (!strstr(why.text, bad[i].word))
			fail_msg("%s: %s", bad[i].text, why.text);
	}
}

static void test_target_parse_fields(void **state)
{
	struct target t;

	(void)state;
	assert_int_equal(target_parse(" M\xc3\xbcnchen.example:8443 ", &t, NULL), 0);
	assert_string_equal(t.text, "M\xc3\xbcnchen.example:8443");
	assert_string_equal(t.host, "xn--mnchen-3ya.example");
	assert_string_equal(t.unicode, "m\xc3\xbcnchen.example");
	assert_int_equal(t.port, 8443);
	assert_true(t.port_given);
	assert_string_equal(t.service->name, "tls");
	target_clear(&t);
	assert_int_equal(target_parse("mx://example.com", &t, NULL), 0);
	assert_false(t.port_given);
	assert_null(t.unicode);
	assert_true(t.service->mta_relay);
	assert_int_equal(t.service->discovery, SERVICE_MX);
	target_clear(&t);
}

static void test_target_parse_caps_its_input(void **state)
{
	char *text = mem_zero(100000);
	struct target t;
	struct why why;

	(void)state;
	memset(text, 'a', 99999);
	assert_true(target_parse(text, &t, &why) < 0);
	assert_non_null(strstr(why.text, "99999 octets"));
	free(text);
}

static void test_service_table_is_consistent(void **state)
{
	const struct service *s;
	size_t i;

	(void)state;
	for (i = 0; (s = service_at(i)); i++) {
		assert_ptr_equal(service_find(s->name, strlen(s->name)), s);
		if (s->mta_relay)
			assert_int_equal(s->start, SERVICE_SMTP);
		if (s->port)
			assert_int_equal(service_by_port(s->port)->port, s->port);
	}
	assert_int_equal(i, 30);
	assert_string_equal(service_by_port(25)->name, "smtp");
	assert_string_equal(service_by_port(12345)->name, "tls");
	assert_null(service_find("http", 4));
	assert_null(service_find("https", 4));
}

/* host:// asks one question a port, and speaks there as HOST:PORT would. */
static void test_service_of_host_has_each_port_once(void **state)
{
	bool seen[65536] = { false };
	const struct service *s;
	size_t i, ports = 0;

	(void)state;
	for (i = 0; (s = service_of_host(i)); i++) {
		assert_false(seen[s->port]);
		seen[s->port] = true;
		assert_ptr_equal(service_by_port(s->port), s);
	}
	for (i = 0; (s = service_at(i)); i++) {
		if (!s->port || s->discovery != SERVICE_HOST)
			continue;
		ports += seen[s->port];
		seen[s->port] = false;
	}
	assert_int_equal(ports, 25);
	for (i = 0; i < 65536; i++)
		assert_false(seen[i]);
}

static const struct {
	const char *owner, *service; /* NULL: unknown */
} srv_services[] = {
	{ "_imaps._tcp.example.com", "imaps" },
	{ "_IMAP._tcp.example.com", "imap" },
	{ "_submissions._tcp.example.com", "submissions" },
	{ "_xmpp-client._tcp.example.com", "xmpp-client" },
	{ "_xmpps-client._tcp.example.com", "xmpps-client" },
	{ "_sieve._tcp.example.com", "sieve" },
	{ "_domain-s._tcp.example.com", "dot" },
	{ "_postgresql._tcp.example.com", "postgres" },
	{ "_ima._tcp.example.com", NULL },
	{ "_tls._tcp.example.com", NULL },
	{ "_mx._tcp.example.com", NULL },
	{ "_srv._tcp.example.com", NULL },
	{ "_host._tcp.example.com", NULL },
	{ "_sip._tcp.example.com", NULL },
};

static void test_service_for_srv_rows(void **state)
{
	const struct service *s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(srv_services) / sizeof(srv_services[0]); i++) {
		s = service_for_srv(srv_services[i].owner);
		if ((s != NULL) != (srv_services[i].service != NULL) ||
		    (s && strcmp(s->name, srv_services[i].service)))
			fail_msg("%s: %s", srv_services[i].owner, s ? s->name : "NULL");
	}
}

static void test_service_of_hosts_always_has_a_name(void **state)
{
	const struct service *mx = service_find("mx", 2), *srv = service_find("srv", 3);
	size_t i;

	(void)state;
	assert_string_equal(service_of_hosts(mx, "example.com")->name, "smtp");
	for (i = 0; i < sizeof(srv_services) / sizeof(srv_services[0]); i++)
		assert_string_equal(service_of_hosts(srv, srv_services[i].owner)->name,
				    srv_services[i].service ? srv_services[i].service
							    : "tls");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_service_of_hosts_always_has_a_name),
		cmocka_unit_test(test_target_parse_good),
		cmocka_unit_test(test_target_parse_is_stable_on_its_normalized_form),
		cmocka_unit_test(test_target_parse_bad),
		cmocka_unit_test(test_target_parse_fields),
		cmocka_unit_test(test_target_parse_caps_its_input),
		cmocka_unit_test(test_service_table_is_consistent),
		cmocka_unit_test(test_service_for_srv_rows),
		cmocka_unit_test(test_service_of_host_has_each_port_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
