/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"

#define BANNER 65536

struct talk {
	struct starttls *d;
	struct buf out;
	struct why why;
};

static const enum service_start kinds[] = {
	SERVICE_SMTP,	     SERVICE_LMTP, SERVICE_IMAP,     SERVICE_POP3,
	SERVICE_SIEVE,	     SERVICE_FTP,  SERVICE_LDAP,     SERVICE_XMPP_CLIENT,
	SERVICE_XMPP_SERVER, SERVICE_NNTP, SERVICE_POSTGRES, SERVICE_MYSQL,
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void begin(struct talk *t, enum service_start kind)
{
	struct starttls_conf conf = { .kind = kind, .helo = "probe.example.net" };

	*t = (struct talk){ .d = starttls_new(&conf) };
	buf_init(&t->out, STARTTLS_OUT_MAX);
	assert_int_equal(starttls_begin(t->d, &t->out), STARTTLS_MORE);
	buf_reset(&t->out);
}

static void end(struct talk *t)
{
	starttls_free(t->d);
	buf_clear(&t->out);
}

static enum starttls_status give(struct talk *t, const char *text, size_t len)
{
	return starttls_take(t->d, (const uint8_t *)text, len, &t->out, &t->why);
}

static enum starttls_status give_text(struct talk *t, const char *text)
{
	return give(t, text, strlen(text));
}

/* A greeting of that many bytes in all, between head and tail. */
static enum starttls_status give_banner(struct talk *t, const char *head,
					const char *tail, size_t len, size_t step)
{
	enum starttls_status status = STARTTLS_MORE;
	size_t i, head_len = strlen(head), tail_len = strlen(tail);
	char *text = mem_zero(len);

	memset(text, 'x', len);
	memcpy(text, head, head_len);
	memcpy(text + len - tail_len, tail, tail_len);
	for (i = 0; i < len && status == STARTTLS_MORE; i += step)
		status = give(t, text + i, len - i < step ? len - i : step);
	free(text);
	return status;
}

static const struct banner {
	const char *name;
	enum service_start kind;
	const char *head, *tail, *said;
} banners[] = {
	{ "SMTP", SERVICE_SMTP, "220 ", "\r\n", "EHLO probe.example.net\r\n" },
	{ "SMTP, lines", SERVICE_SMTP, "220-a\r\n220-", "\r\n220 b\r\n",
	  "EHLO probe.example.net\r\n" },
	{ "LMTP", SERVICE_LMTP, "220 ", "\r\n", "LHLO probe.example.net\r\n" },
	{ "IMAP", SERVICE_IMAP, "* OK ", "\r\n", "a1 CAPABILITY\r\n" },
	{ "POP3", SERVICE_POP3, "+OK ", "\r\n", "CAPA\r\n" },
	{ "ManageSieve", SERVICE_SIEVE, "\"IMPLEMENTATION\" \"",
	  "\"\r\n\"STARTTLS\"\r\nOK\r\n", "STARTTLS\r\n" },
	{ "FTP", SERVICE_FTP, "220-\r\n", "\r\n220 \r\n", "AUTH TLS\r\n" },
	{ "NNTP", SERVICE_NNTP, "200 ", "\r\n", "CAPABILITIES\r\n" },
	{ "XMPP", SERVICE_XMPP_CLIENT,
	  "<s:stream xmlns:s='http://etherx.jabber.org/streams' version='1.0' x='",
	  "'><s:features><starttls "
	  "xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></s:features>",
	  "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" },
};

static void test_starttls_take_64_kib_banner(void **state)
{
	static const size_t steps[] = { BANNER, 4096, 1 };
	size_t i, k;
	struct talk t;

	(void)state;
	for (i = 0; i < sizeof(banners) / sizeof(banners[0]); i++)
		for (k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			begin(&t, banners[i].kind);
			if (give_banner(&t, banners[i].head, banners[i].tail, BANNER,
					steps[k]) != STARTTLS_MORE ||
			    strcmp(buf_str(&t.out), banners[i].said))
				fail_msg("%s: \"%s\" %s", banners[i].name,
					 buf_str(&t.out), t.why.text);
			end(&t);
		}
}

static void test_starttls_take_beyond_the_bound(void **state)
{
	static const size_t steps[] = { STARTTLS_SAID_MAX + 1, 4096, 1 };
	size_t i, k;
	struct talk t;

	(void)state;
	for (i = 0; i < sizeof(banners) / sizeof(banners[0]); i++)
		for (k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			begin(&t, banners[i].kind);
			if (give_banner(&t, banners[i].head, "x", STARTTLS_SAID_MAX + 1,
					steps[k]) != STARTTLS_BROKEN ||
			    !strstr(t.why.text, "131072") || t.out.len)
				fail_msg("%s: \"%s\" %s", banners[i].name,
					 buf_str(&t.out), t.why.text);
			end(&t);
		}
}

/* The bound is on all that was said, not on one reply. */
static void test_starttls_take_endless_replies(void **state)
{
	size_t said = 0;
	struct talk t;

	(void)state;
	begin(&t, SERVICE_IMAP);
	assert_int_equal(give_text(&t, "* OK\r\n"), STARTTLS_MORE);
	while (give_text(&t, "* OK and on\r\n") == STARTTLS_MORE)
		assert_true((said += 13) < STARTTLS_SAID_MAX);
	assert_int_equal(give_text(&t, ""), STARTTLS_BROKEN);
	end(&t);
}

static void test_starttls_take_keeps_remote_text_raw(void **state)
{
	static const char said[] = "421 a\033[2J\303\244\377\0b\r\n";
	struct talk t;

	(void)state;
	begin(&t, SERVICE_SMTP);
	assert_int_equal(give(&t, said, sizeof(said) - 1), STARTTLS_LATER);
	assert_non_null(strstr(t.why.text, "\"421 a\033[2J\303\244\377b\""));
	end(&t);
}

static void test_starttls_take_cuts_remote_text(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, SERVICE_SMTP);
	assert_int_equal(give_banner(&t, "554 ", "\r\n", BANNER, BANNER),
			 STARTTLS_REFUSED);
	assert_true(strlen(t.why.text) < 300);
	assert_non_null(strstr(t.why.text, "xxx...\""));
	end(&t);
}

static void test_starttls_take_stays_at_its_end(void **state)
{
	struct talk t;
	struct why why = { "" };

	(void)state;
	begin(&t, SERVICE_POSTGRES);
	assert_int_equal(give_text(&t, "N"), STARTTLS_REFUSED);
	assert_int_equal(give_text(&t, "S"), STARTTLS_REFUSED);
	assert_int_equal(starttls_closed(t.d, &why), STARTTLS_REFUSED);
	assert_string_equal(why.text, t.why.text);
	end(&t);
	begin(&t, SERVICE_POSTGRES);
	assert_int_equal(give_text(&t, "S"), STARTTLS_GO);
	assert_int_equal(give_text(&t, ""), STARTTLS_GO);
	assert_int_equal(starttls_closed(t.d, &why), STARTTLS_BROKEN);
	assert_non_null(strstr(why.text, "after its go-ahead"));
	assert_int_equal(starttls_take(t.d, NULL, 0, &t.out, NULL), STARTTLS_BROKEN);
	end(&t);
}

static void test_starttls_take_says_nothing_after_injection(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, SERVICE_SMTP);
	assert_int_equal(give_text(&t, "220 a\r\n"), STARTTLS_MORE);
	assert_int_equal(give_text(&t, "250-a\r\n250 STARTTLS\r\n"), STARTTLS_MORE);
	buf_reset(&t.out);
	assert_int_equal(give_text(&t, "220 go\r\n250 b\r\n"), STARTTLS_REFUSED);
	assert_non_null(strstr(t.why.text, "injection"));
	assert_non_null(strstr(t.why.text, "7 bytes"));
	assert_int_equal(t.out.len, 0);
	end(&t);
}

/* One octet is an injection too, with the go-ahead or behind it. */
static void test_starttls_take_refuses_a_single_octet_after_the_go_ahead(void **state)
{
	struct talk t;

	(void)state;
	begin(&t, SERVICE_POSTGRES);
	assert_int_equal(give_text(&t, "SX"), STARTTLS_REFUSED);
	assert_non_null(strstr(t.why.text, "injection"));
	end(&t);
	begin(&t, SERVICE_POSTGRES);
	assert_int_equal(give_text(&t, "S"), STARTTLS_GO);
	assert_int_equal(give_text(&t, "X"), STARTTLS_REFUSED);
	assert_non_null(strstr(t.why.text, "injection"));
	end(&t);
}

static void test_starttls_begin_escapes_the_domain(void **state)
{
	struct starttls_conf conf = { .kind = SERVICE_XMPP_CLIENT, .domain = "a'<&b" };
	struct starttls *d = starttls_new(&conf);
	struct buf out;

	(void)state;
	buf_init(&out, STARTTLS_OUT_MAX);
	starttls_begin(d, &out);
	assert_non_null(strstr(buf_str(&out), " to='a&apos;&lt;&amp;b' "));
	buf_clear(&out);
	starttls_free(d);
	starttls_free(NULL);
}

static void test_starttls_kinds(void **state)
{
	size_t i, len;

	(void)state;
	for (i = 0; i < KINDS; i++) {
		struct starttls_conf conf = { .kind = kinds[i] };
		struct starttls *d = starttls_new(&conf);

		assert_true(strlen(starttls_awaits(d)) > 0);
		assert_int_equal(starttls_closed(d, NULL), starttls_is_mail(kinds[i])
								   ? STARTTLS_LATER
								   : STARTTLS_BROKEN);
		starttls_free(d);
	}
	assert_true(starttls_is_mail(SERVICE_SMTP) && starttls_is_mail(SERVICE_LMTP));
	assert_false(starttls_is_mail(SERVICE_TLS_AT_ONCE));
	assert_string_equal(starttls_bye(SERVICE_SMTP, &len), "QUIT\r\n");
	assert_int_equal(len, 6);
	assert_memory_equal(starttls_bye(SERVICE_LDAP, &len), "0\5\2\1\2B\0", 7);
	assert_int_equal(len, 7);
	assert_string_equal(starttls_bye(SERVICE_XMPP_CLIENT, &len), "</stream:stream>");
	assert_int_equal(len, 16);
	starttls_bye(SERVICE_POSTGRES, &len);
	assert_int_equal(len, 0);
	starttls_bye(SERVICE_TLS_AT_ONCE, &len);
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starttls_take_64_kib_banner),
		cmocka_unit_test(test_starttls_take_beyond_the_bound),
		cmocka_unit_test(test_starttls_take_endless_replies),
		cmocka_unit_test(test_starttls_take_keeps_remote_text_raw),
		cmocka_unit_test(test_starttls_take_cuts_remote_text),
		cmocka_unit_test(test_starttls_take_stays_at_its_end),
		cmocka_unit_test(test_starttls_take_says_nothing_after_injection),
		cmocka_unit_test(
			test_starttls_take_refuses_a_single_octet_after_the_go_ahead),
		cmocka_unit_test(test_starttls_begin_escapes_the_domain),
		cmocka_unit_test(test_starttls_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
