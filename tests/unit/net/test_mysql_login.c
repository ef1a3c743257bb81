/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/mysql_login.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define OUT_MAX 4096

/* Packets of servers: length, sequence, what it is. */
#define DENIED "\x16\0\0\3\xff\x15\4#28000Access denied"
#define SWITCH                                                                           \
	"\x16\0\0\3\xfe"                                                                 \
	"mysql_native_password"
#define SWITCH_AGAIN                                                                     \
	"\x16\0\0\5\xfe"                                                                 \
	"mysql_native_password"
#define MORE "\2\0\0\5\1\4"
#define LET_IN "\7\0\0\3\0\0\0\2\0\0\0"

static void test_mysql_login_begin_names_nobody(void **state)
{
	struct mysql_login login;
	const uint8_t *said;
	struct buf out;

	(void)state;
	buf_init(&out, OUT_MAX);
	mysql_login_begin(&login, &out);
	said = (const uint8_t *)out.data;
	assert_int_equal(out.len, 4 + said[0]);
	assert_int_equal(said[3], 2); /* the SSLRequest was 1 */
	/* no name, no answer, the plugin's name to the last octet */
	assert_memory_equal(said + 4 + 32, "\0\0mysql_native_password", 24);
	assert_int_equal(out.len, 4 + 32 + 24);
	buf_clear(&out);
}

static const struct {
	const char *name, *said;
	size_t len;
	bool over;
	const char *answer;
	size_t answer_len;
} rows[] = {
	{ "denied", DENIED, sizeof(DENIED) - 1, true, "", 0 },
	{ "another way", SWITCH, sizeof(SWITCH) - 1, false, "\0\0\0\4", 4 },
	{ "another way, then denied", SWITCH DENIED, sizeof(SWITCH DENIED) - 1, true,
	  "\0\0\0\4", 4 },
	{ "more data", MORE, sizeof(MORE) - 1, false, "\0\0\0\6", 4 },
	{ "let in", LET_IN, sizeof(LET_IN) - 1, true, "\1\0\0\0\1", 5 },
	{ "an empty packet", "\0\0\0\3", 4, true, "", 0 },
};

static void check_row(size_t i, size_t piece)
{
	struct mysql_login login;
	bool over = false;
	struct buf out;
	size_t at, len;

	buf_init(&out, OUT_MAX);
	mysql_login_begin(&login, &out);
	buf_reset(&out);
	for (at = 0; at < rows[i].len && !over; at += piece) {
		len = rows[i].len - at < piece ? rows[i].len - at : piece;
		over = mysql_login_take(&login, (const uint8_t *)rows[i].said + at, len,
					&out);
	}
	if (over != rows[i].over || out.len != rows[i].answer_len ||
	    memcmp(buf_str(&out), rows[i].answer, out.len))
		fail_msg("%s: %s, %zu octets said", rows[i].name,
			 over ? "over" : "goes on", out.len);
	buf_clear(&out);
}

static void test_mysql_login_take_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row(i, 1);
		check_row(i, 3);
		check_row(i, 1000);
	}
}

/* A server that proposes ways without end. */
static void test_mysql_login_take_has_an_end(void **state)
{
	struct mysql_login login;
	bool over = false;
	struct buf out;
	int i;

	(void)state;
	buf_init(&out, OUT_MAX);
	mysql_login_begin(&login, &out);
	for (i = 0; i < 100 && !over; i++)
		over = mysql_login_take(&login, (const uint8_t *)SWITCH_AGAIN,
					sizeof(SWITCH_AGAIN) - 1, &out);
	assert_true(over && i < 10);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mysql_login_begin_names_nobody),
		cmocka_unit_test(test_mysql_login_take_rows),
		cmocka_unit_test(test_mysql_login_take_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
