/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/stranger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "verdict/facts.h"

#define DAY 86400

/* What is presented at www.example.com, an alias of node.example.net. */
static const struct {
	const char *name;
	const char *subject, *issuer, *cn;
	const char *san; /* NULL none */
	int days;
	const char *
		wanted; /* a part of the label; NULL: nothing says that it is another's */
} rows[] = {
	{ "its own", "CN=www.example.com", "CN=CA", "www.example.com", "www.example.com",
	  90, NULL },
	{ "what the alias leads to", "CN=x", "CN=CA", "x", "*.example.net", 90, NULL },
	{ "by CN alone", "CN=www.example.com", "CN=www.example.com", "www.example.com",
	  NULL, 3650, NULL },
	{ "no name at all", "", "", NULL, NULL, 3650, NULL },
	{ "another's", "CN=shop.example.org", "CN=CA", "shop.example.org",
	  "shop.example.org", 90, "another site's" },
	{ "Traefik", "CN=TRAEFIK DEFAULT CERT", "CN=TRAEFIK DEFAULT CERT",
	  "TRAEFIK DEFAULT CERT", "0123.4567.traefik.default", 365, "Traefik" },
	{ "ingress-nginx", "CN=Kubernetes Ingress Controller Fake Certificate,O=Acme Co",
	  "CN=Kubernetes Ingress Controller Fake Certificate,O=Acme Co",
	  "Kubernetes Ingress Controller Fake Certificate", "ingress.local", 365,
	  "ingress-nginx" },
	{ "Plesk", "CN=Plesk,O=Plesk,L=Schaffhausen,C=CH", "CN=Plesk", "Plesk", NULL, 365,
	  "Plesk" },
	{ "cPanel", "EMAIL=ssl@box1.example.org,CN=box1.example.org",
	  "EMAIL=ssl@box1.example.org,CN=box1.example.org", "box1.example.org", NULL, 365,
	  "cPanel" },
	{ "snakeoil", "CN=debian", "CN=debian", "debian", "debian", 3650, "snakeoil" },
	{ "Exim, which names the host", "CN=www.example.com,O=Exim Developers,C=UK",
	  "CN=www.example.com,O=Exim Developers,C=UK", "www.example.com", NULL, 0,
	  "Exim" },
	{ "ephemeral, which names the host", "CN=www.example.com", "CN=www.example.com",
	  "www.example.com", "www.example.com", 1, "few hours" },
	{ "Postfix", "CN=box1.example.org", "CN=box1.example.org", "box1.example.org",
	  "box1.example.org", 36525, "Postfix" },
	{ "Postfix's, which names the host", "CN=www.example.com", "CN=www.example.com",
	  "www.example.com", "www.example.com", 36525, NULL },
	{ "of a CA for a day", "CN=www.example.com", "CN=CA", "www.example.com",
	  "www.example.com", 1, NULL },
};

static void test_stranger_find_rows(void **state)
{
	const struct stranger *s;
	struct facts_target *t;
	struct facts_endpoint *e;
	struct facts_cert *leaf;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		t = facts_target_new();
		e = facts_add_endpoint(t);
		e->host = mem_text("www.example.com");
		e->base_domain = mem_text("node.example.net");
		leaf = facts_add_cert(facts_add_peer(e));
		leaf->has_cert = true;
		leaf->subject = mem_text(rows[i].subject);
		leaf->issuer = mem_text(rows[i].issuer);
		leaf->common_name = mem_text(rows[i].cn);
		leaf->not_before = 1795455000;
		leaf->not_after = leaf->not_before + (time_t)rows[i].days * DAY;
		if (rows[i].san)
			facts_add_san(leaf, mem_text(rows[i].san));
		s = stranger_find(e, leaf);
		if (!s != !rows[i].wanted || (s && !strstr(s->label, rows[i].wanted)))
			fail_msg("%s: %s", rows[i].name, s ? s->label : "none");
		facts_target_free(t);
	}
}

/* Of a raw public key nothing is known but the key. */
static void test_stranger_find_needs_a_certificate(void **state)
{
	const struct facts_cert raw = { .subject = NULL };
	const struct facts_endpoint e = { .host = NULL };

	(void)state;
	assert_null(stranger_find(&e, &raw));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stranger_find_rows),
		cmocka_unit_test(test_stranger_find_needs_a_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
