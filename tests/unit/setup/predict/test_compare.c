/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../dane/pki.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/published.h"
#include "setup/predict/predict.h"
#include "verdict/facts.h"

/* What DNS says, in the place of dns/published.c: the record of the CA, at the base
 * domain to which the host is an alias. */
static const char *base_domain;
static const struct pki_cert *ca;

int published_ask(const struct upstream_conf *conf, struct published *list, size_t count,
		  int64_t timeout_ms, struct why *why)
{
	size_t i;

	(void)conf;
	(void)timeout_ms;
	for (i = 0; i < count; i++) {
		struct facts_endpoint *e;

		list[i].facts = facts_target_new();
		e = facts_add_endpoint(list[i].facts);
		e->base_domain = mem_text(base_domain);
		e->tlsa_name = mem_printf("_%d._tcp.%s", list[i].port, base_domain);
		if (tlsa_from_octets(TLSA_DANE_TA, TLSA_CERT, TLSA_SHA256, ca->der.data,
				     ca->der.size, &facts_add_record(e)->rr, why) < 0)
			fail_msg("%s", why->text);
		list[i].status = TLSA_LOOKUP_FOUND;
	}
	return 0;
}

const struct facts_endpoint *published_endpoint(const struct published *p)
{
	return p->facts ? &p->facts->endpoint[0] : NULL;
}

void published_clear(struct published *list, size_t count)
{
	while (count) {
		facts_target_free(list[--count].facts);
		free(list[count].host);
	}
	free(list);
}

static char *write_chain(const struct pki_cert *leaf)
{
	char *path = mem_text("/tmp/compare.XXXXXX");
	const struct pki_cert *chain[] = { leaf, ca };
	int fd = mkstemp(path);
	gnutls_datum_t pem;
	size_t i;

	assert_true(fd >= 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(
			gnutls_x509_crt_export2(chain[i]->crt, GNUTLS_X509_FMT_PEM, &pem),
			0);
		assert_int_equal(write(fd, pem.data, pem.size), (int)pem.size);
		gnutls_free(pem.data);
	}
	close(fd);
	return path;
}

/* The name that was asked for counts beside the one to which its aliases led, as in a
 * check. */
static void test_compare_predictions_knows_both_names_of_an_alias(void **state)
{
	static const struct pki_def ca_def = { .name = "ca",
					       .cn = "CA",
					       .ca = PKI_CA,
					       .from_days = -3000,
					       .to_days = 30000 };
	static const struct pki_def leaf_def = { .name = "leaf",
						 .dns = "www.example.com",
						 .from_days = -3000,
						 .to_days = 30000 };
	static const char *const service[] = { "https://www.example.com" };
	static const struct {
		const char *base;
		enum outlook outlook;
	} cases[] = {
		{ "www.example.com", OUTLOOK_ISSUER },
		{ "host.example.net", OUTLOOK_ISSUER },
	};
	struct compare_conf conf = { .services = service, .service_count = 1 };
	struct pki_cert *root = pki_make(&ca_def, NULL, NULL);
	struct pki_cert *leaf = pki_make(&leaf_def, root, NULL);
	struct prediction *p;
	struct why why;
	size_t i;

	(void)state;
	ca = root;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		base_domain = cases[i].base;
		p = mem_zero(sizeof(*p));
		p->client = "certbot";
		p->key = PREDICT_SAME_KEY;
		p->chain = write_chain(leaf);
		if (compare_predictions(&conf, p, 1, &why) < 0)
			fail_msg("%s", why.text);
		assert_int_equal(p->services, 1);
		assert_int_equal(p->service[0].count, 1);
		if (p->service[0].outlook != cases[i].outlook)
			fail_msg("%s: outlook %d", cases[i].base, p->service[0].outlook);
		assert_int_equal(unlink(p->chain), 0);
		predict_clear(p, 1);
	}
	pki_free(leaf);
	pki_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare_predictions_knows_both_names_of_an_alias),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
