/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/anchor_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/hex.h"

#define KEY "257 3 13 AwEAAQ=="
#define HASH "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define GOT_KEY "K 257 3 13 03010001 "
#define GOT_DS                                                                           \
	"D 20326 8 2 e06d44b80b8f1d39a95c0b0d7c65d08458e880409bbc683457104237c7f8ec8d "

static const struct {
	const char *name, *text, *want;
} rows[] = {
	{ "a key in parentheses",
	  ". IN DNSKEY 257 3 13 (\n   AwEA\n AQ== ) ; KSK\n. DS 20326 8 2 " HASH "\n",
	  GOT_KEY GOT_DS },
	{ "all of it in parentheses", ". ( IN\n DNSKEY\n257 3 13 AwEAAQ==\n)", GOT_KEY },
	{ "one that is never closed", ". IN DNSKEY ( 257 3 13\nAwEAAQ==\n", GOT_KEY },
	{ "a comment in parentheses with one more",
	  ". IN DS 20326 8 2 ( ; (\n" HASH " ; )\n )\n. DNSKEY " KEY "\n",
	  GOT_DS GOT_KEY },
	{ "one of another zone before it",
	  "example. DNSKEY ( 257 3 13\n AwEAAQ== )\n. DNSKEY " KEY, GOT_KEY },
	{ "not valid yet, in pieces",
	  ". DNSKEY ( 257 3 13\n AwEAAQ== ) ;;state=1 [ ADDPEND ]\n. DNSKEY " KEY
	  " ;;state=2 [  VALID  ]\n",
	  GOT_KEY },
	{ "a state cut short", ". DNSKEY " KEY " ;;state=", "" },
	{ "owner left out", ". IN NS a.\n DNSKEY " KEY "\n", "" },
	{ "trust-anchors",
	  "trust-anchors {\n\t. initial-key 257 3 13 \"AwEA\n AQ==\";\n};\n", GOT_KEY },
	{ "managed-keys, one line, no blanks",
	  "managed-keys{\".\" initial-key 257 3 13 \"AwEAAQ==\";};", GOT_KEY },
	{ "each word of trust-anchors",
	  "trust-anchors { . static-key " KEY "; . initial-ds 20326 8 2 " HASH
	  "; . static-ds 20326 8 2 \"" HASH "\"; };",
	  GOT_KEY GOT_DS GOT_DS },
	{ "trusted-keys", "trusted-keys { . 257 3 13 \"AwEAAQ==\"; };", GOT_KEY },
	{ "which has no words", "trusted-keys { . initial-key 257 3 13 \"AwEAAQ==\"; };",
	  "" },
	{ "and is the only one that hasn't",
	  "trust-anchors { . 257 3 13 \"AwEAAQ==\"; };", "" },
	{ "another zone's",
	  "trust-anchors { example. initial-key 257 3 13 \"AwEAAQ==\"; };", "" },
	{ "all kinds of comments",
	  "# trusted-keys {\n// {\n/* trust-anchors { */ options { x; };\ntrust-anchors "
	  "{ # }\n"
	  " . initial-key // };\n 257 3 /* ; */ 13 \"AwEAAQ==\"; };",
	  GOT_KEY },
	{ "what looks like a comment in a key",
	  "trust-anchors { . initial-key 257 3 13 \"AA//AA#=\"; . initial-key 257 3 13 "
	  "\"AA//\"; };",
	  "K 257 3 13 000fff " },
	{ "another clause", "other-keys { . initial-key 257 3 13 \"AwEAAQ==\"; };", "" },
	{ "behind the clause", "trust-anchors { }; . initial-key 257 3 13 \"AwEAAQ==\";",
	  "" },
	{ "inside of a view",
	  "view x { trust-anchors { . initial-key 257 3 13 AwEAAQ==; }; };", GOT_KEY },
	{ "cut short", "trust-anchors { . initial-key 257 3 13 \"AwEAAQ==\"", "" },
	{ "a comment without end", "trust-anchors { /* . initial-key", "" },
	{ "a quote without end", "trust-anchors { . initial-key 257 3 13 \"AwEAAQ==; };",
	  "" },
	{ "nothing", "", "" },
};

static void note(void *arg, const struct anchor_text_record *r)
{
	char *hex = hex_encode(r->data, r->len);

	buf_printf(arg, "%c %d %d %d %s ", r->is_key ? 'K' : 'D', (int)r->number[0],
		   (int)r->number[1], (int)r->number[2], hex);
	free(hex);
}

static void test_anchor_text_each_rows(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&b, 4096);
		anchor_text_each(rows[i].text, note, &b);
		if (strcmp(buf_str(&b), rows[i].want))
			fail_msg("%s: got '%s'", rows[i].name, buf_str(&b));
		buf_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anchor_text_each_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
