/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/tlsa_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"

#define OWNER "_443._tcp.www.example.com."

/* Files; data is that of all records, one after the other, NULL for an error whose
 * message has word. */
static const struct {
	const char *name, *text, *data, *word;
} rows[] = {
	{ "nothing", "", "", NULL },
	{ "comments", "; a\n# b\n\n  ; c\n$TTL 60\n$ORIGIN x.\n", "", NULL },
	{ "bare", "3 1 1 00ff", "3 1 1 00ff", NULL },
	{ "bare, blanks in hex", " 3  1 1 00 ff\r\n", "3 1 1 00ff", NULL },
	{ "bare, upper case", "3 1 1 00FF\n2 0 1 aa\n", "3 1 1 00ff 2 0 1 aa", NULL },
	{ "bare, private values", "255 255 255 00", "255 255 255 00", NULL },
	{ "bare, comment", "3 1 1 00 ; mine", "3 1 1 00", NULL },
	{ "bare, acronyms", "DANE-EE SPKI SHA2-256 00ff", "3 1 1 00ff", NULL },
	{ "bare, other acronyms",
	  "pkix-ta cert full 00\nPKIX-EE Cert sha2-512 01\nDANE-TA spki Full 02\n"
	  "PrivCert PrivSel PrivMatch 03\n3 SPKI 1 04",
	  "0 0 0 00 1 0 2 01 2 1 0 02 255 255 255 03 3 1 1 04", NULL },
	{ "zone line, acronyms", OWNER " IN TLSA DANE-EE SPKI SHA2-256 ( 00\n ff )",
	  "3 1 1 00ff", NULL },
	{ "an acronym of another field", OWNER " IN TLSA SPKI 1 1 00", NULL, "line 1" },
	{ "an acronym cut short", "DANE-E SPKI SHA2-256 00", NULL, "line 1" },
	{ "type alone", "TLSA 3 1 1 00", "3 1 1 00", NULL },
	{ "zone line", OWNER " 3600 IN TLSA 3 1 1 00ff", "3 1 1 00ff", NULL },
	{ "zone line without TTL", OWNER " IN TLSA 3 1 1 00ff", "3 1 1 00ff", NULL },
	{ "zone line without class", OWNER " 60 TLSA 3 1 1 00ff", "3 1 1 00ff", NULL },
	{ "lower case", "_443._TCP.www.example.com. in tlsa 3 1 1 00ff", "3 1 1 00ff",
	  NULL },
	{ "generic", OWNER " IN TYPE52 \\# 5 03010100ff", "3 1 1 00ff", NULL },
	{ "generic data", OWNER " IN TLSA \\# 5 03010100ff", "3 1 1 00ff", NULL },
	{ "brackets", OWNER " IN TLSA ( 3 1 1 ; x\n 00 ; y )\n ff )\n3 1 1 aa",
	  "3 1 1 00ff 3 1 1 aa", NULL },
	{ "brackets of danetool", OWNER " IN TLSA ( 03 01 01 00ff )", "3 1 1 00ff",
	  NULL },
	{ "one owner in two cases",
	  OWNER " IN TLSA 3 1 1 00\n_443._TCP.WWW.example.com. IN TLSA "
		"3 1 1 01\n",
	  "3 1 1 00 3 1 1 01", NULL },
	{ "CNAME is no record", "www.example.com. 60 IN CNAME x.example.com.", "", NULL },
	{ "RRSIG over TLSA is no record",
	  OWNER
	  " 60 IN RRSIG TLSA 13 5 60 20261201000000 20261101000000 1 example.com. AAAA",
	  "", NULL },
	{ "two owners",
	  OWNER " IN TLSA 3 1 1 00\n_25._tcp.www.example.com. IN TLSA 3 1 1 00", NULL,
	  "line 2" },
	{ "owner inherited", OWNER " IN TLSA 3 1 1 00\n\t60 IN TLSA 3 1 1 01",
	  "3 1 1 00 3 1 1 01", NULL },
	{ "indented", "  " OWNER " 1h30m IN TLSA 3 1 1 00", "3 1 1 00", NULL },
	{ "dig +short with an alias", "x.example.com.\n3 1 1 00\n", "3 1 1 00", NULL },
	{ "CERT is no record", "a. IN CERT 1 1 1 AAAA", "", NULL },
	{ "no such type", "a. IN NONSENSE 1", NULL, "line 1" },
	{ "odd digits", "3 1 1 0", NULL, "line 1" },
	{ "value over 255", "256 1 1 00", NULL, "line 1" },
	{ "junk", "\n\njunk", NULL, "line 3: 'junk" },
	{ "junk hex", "3 1 1 xx", NULL, "line 1" },
	{ "generic, wrong length", OWNER " IN TYPE52 \\# 6 03010100ff", NULL, "line 1" },
	{ "generic, too short", OWNER " IN TYPE52 \\# 2 0301", NULL, "line 1" },
	{ "no data", OWNER " IN TLSA", NULL, "line 1" },
};

static void add_text(char *all, size_t size, const struct tlsa *rr)
{
	char *text = tlsa_to_text(rr);

	if (*all)
		strncat(all, " ", size - strlen(all) - 1);
	strncat(all, text, size - strlen(all) - 1);
	free(text);
}

static void test_tlsa_text_add_file_rows(void **state)
{
	struct tlsa_text list;
	struct why why;
	char all[300];
	size_t i, k;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		list = (struct tlsa_text){ 0 };
		why.text[0] = '\0';
		all[0] = '\0';
		rc = tlsa_text_add_file(&list, rows[i].text, &why);
		for (k = 0; k < list.count; k++)
			add_text(all, sizeof(all), &list.rr[k]);
		if ((rc == 0) != (rows[i].data != NULL))
			fail_msg("%s: %d %s %s", rows[i].name, rc, all, why.text);
		if (rc == 0 && strcmp(all, rows[i].data))
			fail_msg("%s: %s", rows[i].name, all);
		if (rc < 0 && !strstr(why.text, rows[i].word))
			fail_msg("%s: %s", rows[i].name, why.text);
		tlsa_text_clear(&list);
	}
}

static void test_tlsa_text_add_caps_the_count(void **state)
{
	struct tlsa_text list = { 0 };
	struct why why;
	int i;

	(void)state;
	for (i = 0; i < TLSA_TEXT_RECORDS_MAX; i++)
		assert_int_equal(tlsa_text_add(&list, "3 1 1 00", &why), 0);
	assert_int_equal(tlsa_text_add(&list, "3 1 1 00", &why), DP_ELIMIT);
	tlsa_text_clear(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tlsa_text_add_file_rows),
		cmocka_unit_test(test_tlsa_text_add_caps_the_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
