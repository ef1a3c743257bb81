/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/world/complaint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What real clients print: certbot 2.1, dehydrated 0.7, lego 4.9, uacme 1.7. */
static const struct row {
	const char *name, *text, *want;
} rows[] = {
	{ "certbot: its lock is held",
	  "Another instance of Certbot is already running.\n"
	  "Ask for help or search for solutions at https://community.letsencrypt.org. "
	  "See the logfile /tmp/x/log or re-run Certbot with -v for more details.\n",
	  "Another instance of Certbot is already running." },
	{ "certbot: a challenge is refused",
	  "Saving debug log to /var/log/letsencrypt/letsencrypt.log\n"
	  "Requesting a certificate for www.example.com\n\n"
	  "Certbot failed to authenticate some domains (authenticator: webroot). The "
	  "Certificate Authority reported these problems:\n"
	  "  Domain: www.example.com\n"
	  "  Type:   unauthorized\n"
	  "  Detail: Non-200 status code from HTTP: 404\n\n"
	  "Hint: The Certificate Authority failed to download the temporary challenge\n"
	  "Some challenges have failed.\n"
	  "Ask for help or search for solutions at https://community.letsencrypt.org.\n",
	  "Certbot failed to authenticate some domains (authenticator: webroot). The "
	  "Certificate Authority reported these problems:; Type:   unauthorized; "
	  "Detail: Non-200 status code from HTTP: 404" },
	{ "dehydrated: its lock is held",
	  "# INFO: Using main config file /etc/dehydrated/config\n"
	  "ERROR: Lock file '/var/lib/dehydrated/lock' present, aborting.\n",
	  "ERROR: Lock file '/var/lib/dehydrated/lock' present, aborting." },
	{ "lego: a wrong directory",
	  "2026/11/29 08:00:00 Could not create client: get directory at "
	  "'https://127.0.0.1/x': acme: error: 404 :: GET ::\n",
	  "2026/11/29 08:00:00 Could not create client: get directory at "
	  "'https://127.0.0.1/x': acme: error: 404 :: GET ::" },
	{ "certbot: a folder that isn't there",
	  "Saving debug log to /var/log/letsencrypt/letsencrypt.log\n"
	  "/srv/nowhere does not exist or is not a directory\n"
	  "Ask for help or search for solutions at https://community.letsencrypt.org.\n",
	  "/srv/nowhere does not exist or is not a directory" },
	{ "lego: a challenge is refused",
	  "2026/11/29 07:51:54 [INFO] [a.example] acme: Could not find solver for: "
	  "dns-01\n"
	  "2026/11/29 07:52:07 Could not obtain certificates:\n"
	  "\terror: one or more domains had a problem:\n"
	  "[a.example] acme: error: 403 :: unauthorized :: 404\n",
	  "2026/11/29 07:52:07 Could not obtain certificates:; error: one or more "
	  "domains "
	  "had a problem:; [a.example] acme: error: 403 :: unauthorized :: 404" },
	{ "no line tells an error: the last one", "one\ntwo \n\n", "two" },
	{ "lines of a terminal", "50%\r  error: no space\r\n", "error: no space" },
	{ "control bytes", "error: \033[31mred\n", "error: \\x1b[31mred" },
	{ "nothing", "", "" },
	{ "blank lines only", " \n\t\n", "" },
	{ "three lines at most", "error 1\nerror 2\nok\nerror 3\nerror 4\n",
	  "error 1; error 2; error 3" },
};

static void test_complaint_find_tells_the_cause(void **state)
{
	char *found;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		found = complaint_find(rows[i].text);
		if (strcmp(found, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].name, found);
		free(found);
	}
}

static void test_complaint_find_bounds_a_line(void **state)
{
	char text[5000], *found;

	(void)state;
	memset(text, '\x01', sizeof(text) - 1);
	memcpy(text, "error", 5);
	text[sizeof(text) - 1] = '\0';
	found = complaint_find(text);
	assert_int_equal(strlen(found), 300);
	assert_memory_equal(found, "error", 5);
	assert_string_equal(found + 296, "\\x01");
	free(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_complaint_find_tells_the_cause),
		cmocka_unit_test(test_complaint_find_bounds_a_line),
	};

	return cmocka_run_group_tests_name("setup/complaint", tests, NULL, NULL);
}
