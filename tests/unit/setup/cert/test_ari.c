/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/ari.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/why.h"
#include "dane/chain.h"

/* RFC 9773 appendix A. */
static const char example[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt\n"
	"cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS\n"
	"BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu\n"
	"7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf\n"
	"qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B\n"
	"yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb\n"
	"+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK\n"
	"-----END CERTIFICATE-----\n";

static void test_ari_cert_id_of_the_rfc(void **state)
{
	struct chain chain = { 0 };
	char *id;

	(void)state;
	assert_int_equal(chain_from_file(example, strlen(example), &chain, NULL), 0);
	assert_int_equal(ari_cert_id(&chain.cert[0], &id, NULL), 0);
	assert_string_equal(id, "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
	free(id);
	chain_clear(&chain);
}

static void test_ari_cert_id_needs_a_certificate(void **state)
{
	const struct chain_cert none = { .crt = NULL };
	char *id;

	(void)state;
	assert_int_equal(ari_cert_id(&none, &id, NULL), DP_EFORMAT);
}

#define WINDOW(start, end) "{\"suggestedWindow\":{\"start\":" start ",\"end\":" end "}}"

static const struct row {
	const char *name, *text;
	time_t start, end; /* 0: refused */
} rows[] = {
	{ "a window", WINDOW("\"2026-12-01T00:00:00Z\"", "\"2026-12-02T00:00:00Z\""),
	  1796083200, 1796169600 },
	{ "with an offset",
	  WINDOW("\"2026-12-01T01:00:00+01:00\"", "\"2026-12-02T00:00:00Z\""), 1796083200,
	  1796169600 },
	{ "more than that",
	  "{\"explanationURL\":\"x\",\"suggestedWindow\":{\"x\":1,\"end\":"
	  "\"2026-12-02T00:00:00Z\",\"start\":\"2026-12-01T00:00:00Z\"}}",
	  1796083200, 1796169600 },
	{ "ends before it begins",
	  WINDOW("\"2026-12-02T00:00:00Z\"", "\"2026-12-01T00:00:00Z\""), 0, 0 },
	{ "ends as it begins",
	  WINDOW("\"2026-12-02T00:00:00Z\"", "\"2026-12-02T00:00:00Z\""), 0, 0 },
	{ "before 1970", WINDOW("\"1960-12-02T00:00:00Z\"", "\"2026-12-02T00:00:00Z\""),
	  0, 0 },
	{ "numbers", WINDOW("1796083200", "1796169600"), 0, 0 },
	{ "no time", WINDOW("\"soon\"", "\"later\""), 0, 0 },
	{ "half a window", "{\"suggestedWindow\":{\"start\":\"2026-12-01T00:00:00Z\"}}",
	  0, 0 },
	{ "a list", "[]", 0, 0 },
	{ "a problem", "{\"type\":\"urn:ietf:params:acme:error:malformed\"}", 0, 0 },
	{ "no JSON", "<html>", 0, 0 },
	{ "nothing", "", 0, 0 },
};

static void test_ari_read_window_follows_the_table(void **state)
{
	time_t start, end;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start = end = 0;
		rc = ari_read_window(rows[i].text, &start, &end, NULL);
		if (rc != (rows[i].end ? 0 : DP_EFORMAT) || start != rows[i].start ||
		    end != rows[i].end)
			fail_msg("%s: %d, %lld to %lld", rows[i].name, rc,
				 (long long)start, (long long)end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ari_cert_id_of_the_rfc),
		cmocka_unit_test(test_ari_cert_id_needs_a_certificate),
		cmocka_unit_test(test_ari_read_window_follows_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
