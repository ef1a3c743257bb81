/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/parcel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cmd/channel.h"

/* Stands in for channel.c: keeps the last message. */
static char kept[256];
static size_t kept_len;

void channel_send(struct channel *c, const void *data, size_t len)
{
	(void)c;
	assert_true(len <= sizeof(kept));
	memcpy(kept, data, len);
	kept_len = len;
}

static void test_parcel_comes_back_as_it_was(void **state)
{
	const struct parcel sent = { .kind = PARCEL_RESULT,
				     .slot = 0xfedcba98,
				     .line = 1LL << 40,
				     .state = STATE_UNKNOWN,
				     .code = (enum code)(CODE_COUNT - 1),
				     .text = "a line\n" };
	struct parcel got;

	(void)state;
	parcel_send(NULL, &sent);
	assert_true(parcel_read(kept, kept_len, &got));
	assert_int_equal(got.kind, sent.kind);
	assert_int_equal(got.slot, sent.slot);
	assert_int_equal(got.line, sent.line);
	assert_int_equal(got.state, sent.state);
	assert_int_equal(got.code, sent.code);
	assert_string_equal(got.text, sent.text);
	assert_int_equal(got.text_len, 7);
	parcel_send(NULL, &(struct parcel){ .kind = PARCEL_DRAIN });
	assert_true(parcel_read(kept, kept_len, &got));
	assert_string_equal(got.text, "");
}

/* Each cut and each wrong byte of the head: read, or refused, but never past the end. */
static void test_parcel_read_refuses_nonsense(void **state)
{
	struct parcel got;
	size_t len;
	char *cut;

	(void)state;
	parcel_send(NULL, &(struct parcel){ .kind = PARCEL_TARGET, .text = "a" });
	for (len = 0; len < kept_len; len++) {
		cut = mem_zero(len);
		memcpy(cut, kept, len);
		assert_false(parcel_read(cut, len, &got));
		free(cut);
	}
	parcel_send(NULL, &(struct parcel){ .kind = (enum parcel_kind)5, .text = "a" });
	assert_false(parcel_read(kept, kept_len, &got));
	parcel_send(NULL, &(struct parcel){ .state = (enum state)(STATE_UNKNOWN + 1) });
	assert_false(parcel_read(kept, kept_len, &got));
	parcel_send(NULL, &(struct parcel){ .code = CODE_COUNT });
	assert_false(parcel_read(kept, kept_len, &got));
	parcel_send(NULL, &(struct parcel){ .text = "ab" });
	kept[kept_len - 2] = '\0'; /* a NUL within */
	assert_false(parcel_read(kept, kept_len, &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parcel_comes_back_as_it_was),
		cmocka_unit_test(test_parcel_read_refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
