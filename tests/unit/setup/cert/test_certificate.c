/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../play.h"
#include "base/buf.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/key/delivered.h"
#include "setup/key/key.h"

#define FACTS_MAX 65536
#define DAY 86400

/* What a reader says, and how it differs from the truth. */
struct lie {
	const char *name;
	const char *defect;
	int64_t key_moves, key_grows;
	int64_t dates_move;
	int64_t lacks;	  /* counted from the number of names */
	int64_t unlinked; /* from none */
	int64_t count;	  /* from the number of certificates */
	int64_t leaf_grows;
	bool not_parsed, other_octet, no_rest;
};

static void put_cert(struct buf *b, const struct delivered_cert *cert,
		     const struct lie *lie)
{
	int64_t at = cert->spki_len ? cert->spki - cert->der : 0;

	fields_put_number(b, (int64_t)cert->der_len + lie->leaf_grows);
	buf_add(b, cert->der, cert->der_len);
	if (lie->other_octet)
		b->data[b->len - cert->der_len + (size_t)at + 30] ^= 1;
	fields_put_number(b, at + lie->key_moves);
	fields_put_number(b, (int64_t)cert->spki_len + lie->key_grows);
}

static void put_facts(struct buf *b, const struct delivered *d, const struct lie *lie)
{
	const struct lie truth = { .name = "the truth" };
	size_t i;

	fields_put_number(b, (int64_t)d->count + lie->count);
	for (i = 0; i < d->count; i++)
		put_cert(b, &d->cert[i], i ? &truth : lie);
	fields_put_number(b, d->is_parsed && !lie->not_parsed);
	fields_put_number(b, d->is_rsa);
	fields_put_number(b, (int64_t)d->not_before + lie->dates_move);
	fields_put_number(b, (int64_t)d->not_after + lie->dates_move);
	fields_put_octets(b, d->authority_key.octets, d->authority_key.len);
	fields_put_octets(b, d->serial.octets, d->serial.len);
	fields_put_number(b, (int64_t)d->lacks + lie->lacks);
	fields_put_text(b, lie->defect);
	if (!lie->no_rest)
		fields_put_number(b, (int64_t)d->unlinked + lie->unlinked);
}

/* What the lineage makes of it. */
static int judge_lie(struct play *p, const struct delivered *true_facts,
		     const struct lie *lie, struct why *why)
{
	const struct lineage *l = &p->lineage;
	struct delivered d = { 0 };
	struct buf b;
	int rc;

	buf_init(&b, FACTS_MAX);
	put_facts(&b, true_facts, lie);
	rc = delivered_take(&b, l->conf.domains.count, &d, why);
	if (rc == 0)
		rc = certificate_judge(l, 1, KEY_ECDSA_P256, &d, why);
	delivered_clear(&d);
	buf_clear(&b);
	return rc;
}

static void read_stored(struct play *p, const char *type, struct delivered *ret)
{
	const struct delivered_question q = { .names = &p->lineage.conf.domains,
					      .is_new = true };
	char *path =
		lineage_path(&p->lineage, "keys/0001/%s/certs/0001/fullchain.pem", type);

	assert_int_equal(delivered_read_file(path, &q, ret, NULL), 0);
	free(path);
}

static void test_certificate_judge_believes_no_reader(void **state)
{
	static const struct lie lies[] = {
		{ .name = "a key beside it", .key_moves = 1 },
		{ .name = "a key before it", .key_moves = -1 },
		{ .name = "a key that goes on", .key_grows = 1 },
		{ .name = "a key that ends early", .key_grows = -1 },
		{ .name = "a key outside", .key_moves = 1 << 20 },
		{ .name = "a key that goes out", .key_grows = 1 << 20 },
		{ .name = "a negative key", .key_grows = -(1 << 20) },
		{ .name = "another key", .other_octet = true },
		{ .name = "it ends too early", .dates_move = -3650 * DAY },
		{ .name = "it begins too late", .dates_move = 3650 * DAY },
		{ .name = "a name is missing", .lacks = -1 },
		{ .name = "more names than there are", .lacks = 1 },
		{ .name = "a certificate more", .count = 1 },
		{ .name = "a certificate less", .count = -1 },
		{ .name = "no certificate", .count = -2 },
		{ .name = "more than there are octets", .count = 200 },
		{ .name = "a longer certificate", .leaf_grows = 1 },
		{ .name = "a shorter one", .leaf_grows = -1 },
		{ .name = "one without end", .leaf_grows = INT64_MAX / 2 },
		{ .name = "an unsigned one", .unlinked = 1 },
		{ .name = "a signer too many", .unlinked = 200 },
		{ .name = "what can't be read", .not_parsed = true },
		{ .name = "what is defective", .defect = "it is of version 1" },
		{ .name = "an end too early", .no_rest = true },
	};
	const struct lie truth = { .name = "the truth" };
	struct play *p = play_new("ecdsa-p256");
	struct delivered d = { 0 };
	struct why why;
	size_t i;

	(void)state;
	(void)play_state(p);
	read_stored(p, "ecdsa-p256", &d);
	assert_int_equal(judge_lie(p, &d, &truth, &why), 0);
	for (i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		why = (struct why){ "" };
		if (judge_lie(p, &d, &lies[i], &why) == 0 || !*why.text)
			fail_msg("%s is believed", lies[i].name);
	}
	delivered_clear(&d);
	play_free(p);
}

/* A certificate of another key of the lineage, of which all is true that is said. */
static void test_certificate_judge_wants_the_key_that_is_asked_for(void **state)
{
	struct play *p = play_new("ecdsa-p256 ecdsa-p384");
	struct delivered d = { 0 };
	struct why why = { "" };

	(void)state;
	(void)play_state(p);
	read_stored(p, "ecdsa-p384", &d);
	assert_int_equal(certificate_judge(&p->lineage, 1, KEY_ECDSA_P384, &d, NULL), 0);
	assert_int_equal(certificate_judge(&p->lineage, 1, KEY_ECDSA_P256, &d, &why),
			 DP_EINVAL);
	assert_non_null(strstr(why.text, "for another key"));
	delivered_clear(&d);
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_certificate_judge_believes_no_reader,
					  play_end),
		cmocka_unit_test_teardown(
			test_certificate_judge_wants_the_key_that_is_asked_for, play_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
