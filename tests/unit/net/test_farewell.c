/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/farewell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

#define STREAM(content)                                                                  \
	"<?xml version='1.0'?><stream:stream xmlns='" content "' "                       \
	"xmlns:stream='http://etherx.jabber.org/streams' to='example.com' "              \
	"version='1.0'></stream:stream>"

struct row {
	const char *name;
	enum service_start protocol;
	bool after_starttls;
	const char *at_once; /* what is said without having heard anything */
	const char *greeting, *then;
	const char *reply; /* NULL: it is over without */
};

static const struct row rows[] = {
	{ "smtps", SERVICE_SMTP, false, "", "220-a\r\n220 b\r\n", "QUIT\r\n",
	  "221 bye\r\n" },
	{ "smtp", SERVICE_SMTP, true, "QUIT\r\n", "", "", "221 bye\r\n" },
	{ "lmtp", SERVICE_LMTP, true, "QUIT\r\n", "", "", "221 bye\r\n" },
	{ "imaps", SERVICE_IMAP, false, "", "* OK hi\r\n", "a9 LOGOUT\r\n", "* BYE\r\n" },
	{ "imap", SERVICE_IMAP, true, "a9 LOGOUT\r\n", "", "", "* BYE\r\n" },
	{ "pop3s", SERVICE_POP3, false, "", "+OK hi\r\n", "QUIT\r\n", "+OK\r\n" },
	{ "pop3", SERVICE_POP3, true, "QUIT\r\n", "", "", "+OK\r\n" },
	{ "ftps", SERVICE_FTP, false, "", "220-a\r\n b\r\n220 c\r\n", "QUIT\r\n",
	  "221\r\n" },
	{ "ftp", SERVICE_FTP, true, "QUIT\r\n", "", "", "221\r\n" },
	{ "nntps", SERVICE_NNTP, false, "", "200 hi\r\n", "QUIT\r\n", "205\r\n" },
	{ "nntp", SERVICE_NNTP, true, "QUIT\r\n", "", "", "205\r\n" },
	{ "sieve", SERVICE_SIEVE, true, "",
	  "\"SIEVE\" \"a\"\r\n\"OKAY\"\r\nOK \"hi\"\r\n", "LOGOUT\r\n", "OK\r\n" },
	{ "xmpp client", SERVICE_XMPP_CLIENT, true, STREAM("jabber:client"), "", "",
	  "<" },
	{ "xmpps client", SERVICE_XMPP_CLIENT, false, STREAM("jabber:client"), "", "",
	  "<" },
	{ "xmpp server", SERVICE_XMPP_SERVER, true, STREAM("jabber:server"), "", "",
	  "<" },
	{ "postgres", SERVICE_POSTGRES, true, "", "", "", NULL },
	{ "https", SERVICE_TLS_AT_ONCE, false, "", "", "", NULL },
};

/* Whatever the pieces are in which the greeting comes. */
static enum farewell_status hear(struct farewell *f, const char *text, size_t piece,
				 struct buf *out)
{
	enum farewell_status status = FAREWELL_GREETING;
	size_t i, len = strlen(text);

	for (i = 0; i < len; i += piece) {
		assert_int_equal(status, FAREWELL_GREETING);
		assert_int_equal(out->len, 0);
		status = farewell_take(f, (const uint8_t *)text + i,
				       len - i < piece ? len - i : piece, out);
	}
	return status;
}

static void check_row(const struct row *row, size_t piece)
{
	struct farewell *f =
		farewell_new(row->protocol, row->after_starttls, "example.com");
	enum farewell_status status;
	struct buf out;

	buf_init(&out, FAREWELL_OUT_MAX);
	status = farewell_begin(f, &out);
	if (strcmp(buf_str(&out), row->at_once))
		fail_msg("%s: says \"%s\"", row->name, buf_str(&out));
	if (*row->greeting) {
		assert_int_equal(status, FAREWELL_GREETING);
		status = hear(f, row->greeting, piece, &out);
		if (strcmp(buf_str(&out), row->then))
			fail_msg("%s: then \"%s\"", row->name, buf_str(&out));
	}
	buf_reset(&out);
	if (row->reply) {
		if (status != FAREWELL_REPLY)
			fail_msg("%s: %d", row->name, (int)status);
		status = farewell_take(f, (const uint8_t *)row->reply, strlen(row->reply),
				       &out);
		assert_int_equal(out.len, 0);
	}
	if (status != FAREWELL_OVER)
		fail_msg("%s: %d in the end", row->name, (int)status);
	buf_clear(&out);
	farewell_free(f);
}

static void test_farewell_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(&rows[i], 1);
		check_row(&rows[i], 1000);
	}
}

static void test_farewell_of_ldap(void **state)
{
	struct farewell *f = farewell_new(SERVICE_LDAP, false, NULL);
	struct buf out;

	(void)state;
	buf_init(&out, FAREWELL_OUT_MAX);
	assert_int_equal(farewell_begin(f, &out), FAREWELL_REPLY);
	assert_int_equal(out.len, 7);
	assert_memory_equal(out.data, "0\5\2\1\2B\0", 7);
	buf_clear(&out);
	farewell_free(f);
}

/* Nobody has to listen to a server for ever, whatever it is that it says. */
static void test_farewell_take_has_an_end(void **state)
{
	struct farewell *f = farewell_new(SERVICE_SIEVE, true, NULL);
	enum farewell_status status;
	struct buf out;
	int i;

	(void)state;
	buf_init(&out, FAREWELL_OUT_MAX);
	status = farewell_begin(f, &out);
	for (i = 0; i < 1000 && status == FAREWELL_GREETING; i++)
		status = farewell_take(f, (const uint8_t *)"\"X\"\r\n...........", 16,
				       &out);
	assert_int_equal(status, FAREWELL_GREETING);
	for (i = 0; i < 100000 && status == FAREWELL_GREETING; i++)
		status = farewell_take(f, (const uint8_t *)"no line at all..", 16, &out);
	assert_int_equal(status, FAREWELL_OVER);
	assert_int_equal(out.len, 0);
	buf_clear(&out);
	farewell_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_farewell_rows),
		cmocka_unit_test(test_farewell_of_ldap),
		cmocka_unit_test(test_farewell_take_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
