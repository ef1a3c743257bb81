/* SPDX-License-Identifier: BSD-2-Clause */
#include "target/hostname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static const struct row {
	const char *name, *text;
	unsigned allow;
	const char *host; /* NULL: refused */
	const char *unicode;
} rows[] = {
	{ "plain", "www.example.com", 0, "www.example.com", NULL },
	{ "upper case", "WWW.Example.COM", 0, "www.example.com", NULL },
	{ "final dot", "www.example.com.", 0, "www.example.com", NULL },
	{ "two final dots", "www.example.com..", 0, NULL, NULL },
	{ "one label", "localhost", 0, "localhost", NULL },
	{ "root", ".", 0, NULL, NULL },
	{ "empty", "", 0, NULL, NULL },
	{ "first dot", ".example.com", 0, NULL, NULL },
	{ "double dot", "www..example.com", 0, NULL, NULL },
	{ "label 63", L63 ".com", 0, L63 ".com", NULL },
	{ "label 64", L63 "x.com", 0, NULL, NULL },
	{ "name 255", L63 "." L63 "." L63 "." L63, 0, NULL, NULL },
	{ "inner underscore", "a_b.example.com", 0, "a_b.example.com", NULL },
	{ "owner of a TLSA record", "_443._tcp.example.com", 0, NULL, NULL },
	{ "owner in upper case", "_443._TCP.example.com", 0, NULL, NULL },
	{ "over QUIC", "_443._quic.example.com", 0, NULL, NULL },
	{ "over UDP", "_sip._udp.example.com", 0, NULL, NULL },
	{ "first underscore", "_dc-mx.0123456789ab.example.com", 0,
	  "_dc-mx.0123456789ab.example.com", NULL },
	{ "underscores further in", "mx._domains._tcpx.example.com", 0,
	  "mx._domains._tcpx.example.com", NULL },
	{ "srv", "_sip._tcp.example.com", HOSTNAME_UNDERSCORE, "_sip._tcp.example.com",
	  NULL },
	{ "hyphen inside", "a-b.example.com", 0, "a-b.example.com", NULL },
	{ "hyphen first", "-a.example.com", 0, NULL, NULL },
	{ "hyphen last", "a-.example.com", 0, NULL, NULL },
	{ "hyphens 3 and 4", "r3---sn-a5m.example.com", 0, "r3---sn-a5m.example.com",
	  NULL },
	{ "star", "*.example.com", 0, NULL, NULL },
	{ "star allowed", "*.example.com", HOSTNAME_WILDCARD, "*.example.com", NULL },
	{ "star inside", "www.*.example.com", HOSTNAME_WILDCARD, NULL, NULL },
	{ "star in label", "w*.example.com", HOSTNAME_WILDCARD, NULL, NULL },
	{ "star u-label", "*.m\xc3\xbcnchen.example", HOSTNAME_WILDCARD,
	  "*.xn--mnchen-3ya.example", "*.m\xc3\xbcnchen.example" },
	{ "star a-label", "*.xn--mnchen-3ya.example", HOSTNAME_WILDCARD,
	  "*.xn--mnchen-3ya.example", "*.m\xc3\xbcnchen.example" },
	{ "u-label", "m\xc3\xbcnchen.example", 0, "xn--mnchen-3ya.example",
	  "m\xc3\xbcnchen.example" },
	{ "u-label upper case", "M\xc3\x9cNCHEN.Example", 0, "xn--mnchen-3ya.example",
	  "m\xc3\xbcnchen.example" },
	{ "u-label decomposed", "mu\xcc\x88nchen.example", 0, "xn--mnchen-3ya.example",
	  "m\xc3\xbcnchen.example" },
	{ "sharp s is kept", "fa\xc3\x9f.example", 0, "xn--fa-hia.example",
	  "fa\xc3\x9f.example" },
	{ "ideographic stop",
	  "m\xc3\xbcnchen\xe3\x80\x82"
	  "example\xe3\x80\x82",
	  0, "xn--mnchen-3ya.example", "m\xc3\xbcnchen.example" },
	{ "a-label", "xn--mnchen-3ya.example", 0, "xn--mnchen-3ya.example",
	  "m\xc3\xbcnchen.example" },
	{ "a-label upper case", "XN--MNCHEN-3YA.example", 0, "xn--mnchen-3ya.example",
	  "m\xc3\xbcnchen.example" },
	{ "a-label broken", "xn--zzzzzzz-99999999.example", 0,
	  "xn--zzzzzzz-99999999.example", NULL },
	{ "a-label of ascii", "xn--abc-.example", 0, NULL, NULL },
	{ "a-label of emoji", "XN--ls8h.example", 0, "xn--ls8h.example", NULL },
	{ "a-label by IDNA2003 alone", "xn--i-7iq.example", 0, "xn--i-7iq.example",
	  NULL },
	{ "emoji", "\xf0\x9f\x92\xa9.example", 0, NULL, NULL },
	{ "not utf-8", "m\xfcnchen.example", 0, NULL, NULL },
	{ "utf-8 cut off", "m\xc3", 0, NULL, NULL },
	{ "utf-8 overlong", "\xc0\xae.example", 0, NULL, NULL },
	{ "bidi override",
	  "\xe2\x80\xae"
	  "moc.example",
	  0, NULL, NULL },
	{ "fullwidth digits are an address", "\xef\xbc\x91.2.3.4", 0, NULL, NULL },
	{ "symbol that maps to a/c", "\xe2\x84\x80.example", 0, NULL, NULL },
	{ "blank", "exa mple.com", 0, NULL, NULL },
	{ "tab", "exa\tmple.com", 0, NULL, NULL },
	{ "newline", "example.com\nx", 0, NULL, NULL },
	{ "delete", "exa\x7fmple.com", 0, NULL, NULL },
	{ "slash", "exa/mple.com", 0, NULL, NULL },
	{ "quote", "exa'mple.com", 0, NULL, NULL },
	{ "ipv4", "192.0.2.1", 0, NULL, NULL },
	{ "ipv4 short", "127.1", 0, NULL, NULL },
	{ "ipv6", "2001:db8::1", 0, NULL, NULL },
	{ "ipv6 in brackets", "[2001:db8::1]", 0, NULL, NULL },
	{ "digits first", "1.example.com", 0, "1.example.com", NULL },
	{ "reverse", "1.2.0.192.in-addr.arpa", 0, "1.2.0.192.in-addr.arpa", NULL },
};

static void check_row(const struct row *r)
{
	char *host = NULL, *unicode = NULL;
	struct why why = { "" };
	int rc;

	rc = hostname_parse(r->text, strlen(r->text), r->allow, &host, &unicode, &why);
	if ((rc == 0) != (r->host != NULL))
		fail_msg("%s: rc %d, %s%s", r->name, rc, why.text, rc ? "" : host);
	if (rc < 0) {
		if (!why.text[0])
			fail_msg("%s: no reason given", r->name);
		return;
	}
	if (strcmp(host, r->host))
		fail_msg("%s: %s", r->name, host);
	if ((unicode != NULL) != (r->unicode != NULL) ||
	    (unicode && strcmp(unicode, r->unicode)))
		fail_msg("%s: unicode %s", r->name, unicode ? unicode : "none");
	free(host);
	free(unicode);
}

static void test_hostname_parse_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
}

static void test_hostname_parse_name_length(void **state)
{
	char text[300], *host = NULL;
	struct why why;
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(text) - 1; len++)
		text[len] = len % 10 == 9 ? '.' : 'a';
	text[252] = 'a';
	assert_int_equal(hostname_parse(text, 253, 0, &host, NULL, &why), 0);
	free(host);
	text[253] = 'a';
	assert_true(hostname_parse(text, 254, 0, &host, NULL, &why) < 0);
	assert_non_null(strstr(why.text, "254 octets"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostname_parse_rows),
		cmocka_unit_test(test_hostname_parse_name_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
