/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/delivered.h"

#include <stdlib.h>
#include <string.h>

#include "base/apart.h"
#include "base/buf.h"
#include "base/fields.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"
#include "dane/defect.h"
#include "dane/name.h"
#include "dane/path.h"
#include "dane/tlsa.h"
#include "setup/key/csr.h"

#define FILE_MAX (4 << 20)
#define FACTS_MAX (4 << 20)
#define SENTENCE_MAX 1000
#define LATELY_MAX 8
#define TIME_MAX                                                                         \
	INT64_C(253402300799) /* the end of the year 9999: X.509 has no later            \
			       */

/* --- apart -------------------------------------------------------------------------- */

struct task {
	const char *text;
	size_t len;
	const struct delivered_question *question;
};

/* A wildcard counts as covered when any name below it is covered. */
static bool covers_domain(const struct chain_cert *leaf, const char *domain)
{
	char *name = !strncmp(domain, "*.", 2) ? mem_printf("any-label.%s", domain + 2)
					       : mem_text(domain);
	const char *names[] = { name };
	bool found = leaf->crt && name_find(leaf->crt, names, 1, false) == NAME_SAN;

	free(name);
	return found;
}

static size_t find_lacking(const struct chain_cert *leaf, const struct csr_names *names)
{
	size_t i, count = names ? names->count : 0;

	for (i = 0; i < count && covers_domain(leaf, names->item[i]); i++)
		;
	return i;
}

static size_t find_unlinked(const struct chain *chain)
{
	struct path_budget budget;
	size_t i;

	path_budget_init(&budget);
	for (i = 0; i + 1 < chain->count; i++)
		if (!path_link(&budget, &chain->cert[i], &chain->cert[i + 1]))
			return i + 1;
	return 0;
}

/* Its key is copied from there. */
static size_t locate_key(const struct chain_cert *cert)
{
	size_t at;

	for (at = 0; cert->spki.data && at + cert->spki.size <= cert->der.size; at++)
		if (!memcmp(cert->der.data + at, cert->spki.data, cert->spki.size))
			return at;
	return 0;
}

static void put_cert(struct buf *facts, const struct chain_cert *cert)
{
	fields_put_octets(facts, cert->der.data, cert->der.size);
	fields_put_number(facts, (int64_t)locate_key(cert));
	fields_put_number(
		facts, cert->spki.data && cert->der.size ? (int64_t)cert->spki.size : 0);
}

typedef bool id_fn(const struct chain_cert *cert, uint8_t *buf, size_t *len);

static void put_id(struct buf *facts, const struct chain_cert *leaf, id_fn *fn)
{
	uint8_t octets[DELIVERED_ID_MAX];
	size_t len = sizeof(octets);

	if (!leaf->crt || !fn(leaf, octets, &len))
		len = 0;
	fields_put_octets(facts, octets, len);
}

static void put_leaf(struct buf *facts, const struct chain *chain)
{
	const struct chain_cert *leaf = &chain->cert[0];

	fields_put_number(facts, !chain->raw_key && leaf->crt && leaf->spki.data);
	fields_put_number(facts, leaf->crt && chain_is_rsa(leaf));
	fields_put_number(facts, (int64_t)leaf->not_before);
	fields_put_number(facts, (int64_t)leaf->not_after);
	put_id(facts, leaf, chain_authority_key_id);
	put_id(facts, leaf, chain_serial);
}

/* Signatures of what clients refuse anyway aren't verified. */
static void put_verdicts(struct buf *facts, const struct chain *chain,
			 const struct delivered_question *q)
{
	struct defect defect;
	bool is_defect =
		q->is_new && defect_find(chain, &defect) && defect.kind != DEFECT_USAGE;
	char *text = is_defect ? defect_explain(&defect, chain, NULL, 0) : NULL;

	fields_put_number(facts, (int64_t)find_lacking(&chain->cert[0], q->names));
	fields_put_text(facts, text);
	fields_put_number(facts, q->is_new && !text ? (int64_t)find_unlinked(chain) : 0);
	free(text);
}

static int find_facts(const void *arg, struct buf *facts, struct why *why)
{
	const struct task *task = arg;
	struct chain chain = { 0 };
	int rc = chain_from_file(task->text, task->len, &chain, why);
	size_t i;

	if (rc < 0)
		return rc;
	fields_put_number(facts, (int64_t)chain.count);
	for (i = 0; i < chain.count; i++)
		put_cert(facts, &chain.cert[i]);
	put_leaf(facts, &chain);
	put_verdicts(facts, &chain, task->question);
	chain_clear(&chain);
	return 0;
}

/* --- here --------------------------------------------------------------------------- */

static void take_cert(struct fields *f, struct delivered_cert *cert)
{
	const void *der = fields_octets(f, FACTS_MAX, &cert->der_len);
	size_t at = (size_t)fields_number(f, 0, (int64_t)cert->der_len);

	cert->spki_len = (size_t)fields_number(f, 0, (int64_t)(cert->der_len - at));
	cert->der = mem_copy(der, cert->der_len);
	cert->spki = cert->spki_len ? cert->der + at : NULL;
}

static void take_certs(struct fields *f, struct delivered *d)
{
	size_t count = (size_t)fields_number(f, 1, CHAIN_MAX);

	d->cert = mem_array(count, sizeof(*d->cert));
	for (; d->count < count && !f->bad; d->count++)
		take_cert(f, &d->cert[d->count]);
}

static void take_id(struct fields *f, struct delivered_id *id)
{
	const void *octets = fields_octets(f, sizeof(id->octets), &id->len);

	memcpy(id->octets, octets, id->len);
}

static void take_leaf(struct fields *f, struct delivered *d)
{
	d->is_parsed = fields_number(f, 0, 1);
	d->is_rsa = fields_number(f, 0, 1);
	d->not_before = (time_t)fields_number(f, -TIME_MAX, TIME_MAX);
	d->not_after = (time_t)fields_number(f, -TIME_MAX, TIME_MAX);
	take_id(f, &d->authority_key);
	take_id(f, &d->serial);
	if (d->is_parsed && !d->cert[0].spki_len)
		f->bad = true;
}

static void take_verdicts(struct fields *f, size_t name_count, struct delivered *d)
{
	char *text;

	d->lacks = (size_t)fields_number(f, 0, (int64_t)name_count);
	text = fields_text(f, SENTENCE_MAX);
	d->unlinked = (size_t)fields_number(f, 0, d->count ? (int64_t)d->count - 1 : 0);
	if (*text)
		d->defect = text;
	else
		free(text);
}

/* Zeros for none. */
static int make_digest(const uint8_t *octets, size_t len, uint8_t ret_sha256[32],
		       struct why *why)
{
	struct tlsa rr = { 0 };
	int rc;

	if (!len)
		return 0;
	rc = tlsa_from_octets(TLSA_DANE_EE, TLSA_CERT, TLSA_SHA256, octets, len, &rr,
			      why);
	if (rc == 0)
		memcpy(ret_sha256, rr.data, 32);
	tlsa_clear(&rr);
	return rc;
}

int delivered_take(const struct buf *facts, size_t name_count,
		   struct delivered *ret_delivered, struct why *why)
{
	struct delivered d = { 0 };
	struct fields f;
	int rc;

	fields_begin(&f, facts);
	take_certs(&f, &d);
	take_leaf(&f, &d);
	take_verdicts(&f, name_count, &d);
	rc = fields_end(&f) ? 0
			    : why_set(why, DP_EFORMAT,
				      "what reads it found what can't be in a "
				      "certificate: nothing of it is used");
	if (rc == 0)
		rc = make_digest(d.cert[0].der, d.cert[0].der_len, d.sha256, why);
	if (rc == 0)
		rc = make_digest(d.cert[0].spki, d.cert[0].spki_len, d.spki_sha256, why);
	if (rc < 0)
		delivered_clear(&d);
	else
		*ret_delivered = d;
	return rc;
}

/* What was found lately: one run asks for the same file ten times. */
static struct found {
	uint8_t question[32]; /* SHA-256 of what was read and what was asked */
	struct buf facts;
} lately[LATELY_MAX];
static size_t found_count;

static int identify_task(const struct task *task, uint8_t ret_sha256[32], struct why *why)
{
	const struct csr_names *names = task->question->names;
	uint8_t text_sha256[32] = { 0 };
	struct buf b;
	size_t i;
	int rc = make_digest((const uint8_t *)task->text, task->len, text_sha256, why);

	if (rc < 0)
		return rc;
	buf_init(&b, SIZE_MAX);
	fields_put_octets(&b, text_sha256, sizeof(text_sha256));
	fields_put_number(&b, task->question->is_new);
	for (i = 0; names && i < names->count; i++)
		fields_put_text(&b, names->item[i]);
	rc = make_digest((const uint8_t *)b.data, b.len, ret_sha256, why);
	buf_clear(&b);
	return rc;
}

static const struct buf *recall_facts(const uint8_t question[32])
{
	size_t i;

	for (i = 0; i < LATELY_MAX && i < found_count; i++)
		if (!memcmp(lately[i].question, question, 32))
			return &lately[i].facts;
	return NULL;
}

/* In the place of the oldest. */
static const struct buf *keep_facts(const uint8_t question[32], struct buf *take_facts)
{
	struct found *f = &lately[found_count++ % LATELY_MAX];

	buf_clear(&f->facts);
	memcpy(f->question, question, 32);
	f->facts = *take_facts;
	return &f->facts;
}

int delivered_read(const char *text, size_t len, const struct delivered_question *q,
		   struct delivered *ret_delivered, struct why *why)
{
	const struct task task = { text, len, q };
	const struct buf *known;
	uint8_t question[32];
	struct buf facts;
	int rc = identify_task(&task, question, why);

	if (rc < 0)
		return rc;
	known = recall_facts(question);
	if (!known) {
		rc = apart_run(find_facts, &task, APART_BOUNDS(FACTS_MAX), &facts, why);
		if (rc < 0)
			buf_clear(&facts);
		else
			known = keep_facts(question, &facts);
	}
	return known ? delivered_take(known, q->names ? q->names->count : 0,
				      ret_delivered, why)
		     : rc;
}

int delivered_read_file(const char *path, const struct delivered_question *q,
			struct delivered *ret_delivered, struct why *why)
{
	struct why inner = { "" };
	char *text = NULL;
	size_t len = 0;
	int rc = file_read(path, FILE_MAX, &text, &len, why);

	if (rc < 0)
		return rc;
	rc = delivered_read(text, len, q, ret_delivered, &inner);
	mem_wipe(text, len); /* a private key may stand in the same file */
	free(text);
	return rc < 0 ? why_set(why, rc, "%s: %s", path, inner.text) : 0;
}

void delivered_clear(struct delivered *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		free(d->cert[i].der);
	free(d->cert);
	free(d->defect);
	*d = (struct delivered){ 0 };
}
