/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/apart.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"
#include "dane/match.h"
#include "dane/name.h"
#include "dane/tlsa.h"
#include "setup/key/chain_file.h"
#include "setup/key/delivered.h"
#include "target/hostname.h"
#include "target/target.h"

#define ISSUER_MAX 4096
#define TARGETS_MAX 65536
#define FACTS_MAX (4 << 20)

/* --- apart -------------------------------------------------------------------------- */

struct task {
	const struct reading *reading;
	const struct target *targets; /* of find_names() */
	size_t target_count;
	const struct reading_records *records; /* of find_outlooks() */
};

static void put_names(struct buf *facts, const struct chain_cert *leaf,
		      const struct task *task)
{
	char *issuer = chain_issuer(leaf), **host;
	const char *name;
	size_t count = 0, i;

	fields_put_octets(facts, issuer, issuer ? strlen(issuer) : 0);
	free(issuer);
	host = name_hosts(leaf->crt, READING_HOSTS_MAX, &count);
	fields_put_number(facts, (int64_t)count);
	for (i = 0; i < count; i++) {
		fields_put_text(facts, host[i]);
		free(host[i]);
	}
	free(host);
	for (i = 0; i < task->target_count; i++) {
		name = task->targets[i].host;
		fields_put_number(facts,
				  name_find(leaf->crt, &name, 1, false) == NAME_SAN);
	}
}

static int parse_chain(const struct reading *r, struct chain *ret_chain, struct why *why)
{
	int rc = chain_from_file(r->text, r->len, ret_chain, why);

	if (rc < 0 || ret_chain->cert[0].crt)
		return rc;
	chain_clear(ret_chain);
	return why_set(why, DP_EFORMAT, "no certificate can be read");
}

static int find_names(const void *arg, struct buf *facts, struct why *why)
{
	const struct task *task = arg;
	struct chain chain = { 0 };
	int rc = parse_chain(task->reading, &chain, why);

	if (rc < 0)
		return rc;
	put_names(facts, &chain.cert[0], task);
	chain_clear(&chain);
	return 0;
}

static int find_outlooks(const void *arg, struct buf *facts, struct why *why)
{
	const struct task *task = arg;
	const struct reading_records *records = task->records;
	struct chain chain = { 0 };
	const struct match_input in = { .rr = records->rr,
					.rr_count = records->count,
					.chain = &chain,
					.names = &records->base_domain,
					.name_count = 1,
					.now = clock_now() };
	struct match match;
	size_t i;
	int rc = parse_chain(task->reading, &chain, why);

	if (rc < 0)
		return rc;
	match_chain(&in, &match);
	for (i = 0; i < match.rec_count; i++)
		fields_put_number(facts, outlook_record(&records->rr[i], &match.rec[i],
							records->key));
	match_clear(&match);
	chain_clear(&chain);
	return 0;
}

/* --- here --------------------------------------------------------------------------- */

/* A name that DNS can be asked about. */
static bool is_host(const char *text)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t len = strspn(text, octets);

	return len && !text[len] && len <= HOSTNAME_MAX;
}

static void take_issuer(struct fields *f, struct reading *r)
{
	size_t len;
	const char *text = fields_octets(f, ISSUER_MAX, &len);

	if (memchr(text, '\0', len))
		f->bad = true;
	else if (len)
		r->issuer = mem_text_n(text, len);
}

static void take_hosts(struct fields *f, struct reading *r)
{
	size_t count = (size_t)fields_number(f, 0, READING_HOSTS_MAX);

	r->host = mem_array(count, sizeof(*r->host));
	while (r->hosts < count && !f->bad) {
		r->host[r->hosts] = fields_text(f, HOSTNAME_MAX);
		f->bad = f->bad || !is_host(r->host[r->hosts]);
		r->hosts++;
	}
}

int reading_take(const struct buf *facts, size_t target_count, struct reading *r,
		 struct why *why)
{
	struct fields f;
	size_t i;

	fields_begin(&f, facts);
	take_issuer(&f, r);
	take_hosts(&f, r);
	r->names = mem_array(target_count, sizeof(*r->names));
	for (i = 0; i < target_count; i++)
		r->names[i] = fields_number(&f, 0, 1);
	return fields_end(&f) ? 0
			      : why_set(why, DP_EFORMAT,
					"what reads it found what can't be in a "
					"certificate: nothing of it is used");
}

int reading_take_outlooks(const struct buf *facts, size_t count,
			  enum outlook *ret_outlooks, struct why *why)
{
	struct fields f;
	size_t i;

	fields_begin(&f, facts);
	for (i = 0; i < count; i++)
		ret_outlooks[i] =
			(enum outlook)fields_number(&f, OUTLOOK_OTHER, OUTLOOK_STAYS);
	return fields_end(&f)
		       ? 0
		       : why_set(why, DP_EFORMAT,
				 "what reads the certificate has no answer to each of "
				 "the records: nothing of it is used");
}

static int run_task(apart_fn *fn, const struct task *task, struct buf *ret_facts,
		    struct why *why)
{
	if (task->target_count > TARGETS_MAX)
		return why_set(why, DP_ELIMIT, "more than %d services", TARGETS_MAX);
	return apart_run(fn, task, APART_BOUNDS(FACTS_MAX), ret_facts, why);
}

/* Dates, and the key, which this process looks for itself. */
static int read_leaf(struct reading *r, struct why *why)
{
	const struct delivered_question nothing_more = { 0 };
	struct delivered d = { 0 };
	int rc = delivered_read(r->text, r->len, &nothing_more, &d, why);

	if (rc == 0 && !d.is_parsed)
		rc = why_set(why, DP_EFORMAT, "no certificate can be read");
	if (rc == 0) {
		r->not_before = d.not_before;
		r->not_after = d.not_after;
		memcpy(r->spki_sha256, d.spki_sha256, sizeof(r->spki_sha256));
	}
	delivered_clear(&d);
	return rc;
}

static int find_hosts(const struct target *targets, size_t target_count,
		      struct reading *r, struct why *why)
{
	const struct task task = { .reading = r,
				   .targets = targets,
				   .target_count = target_count };
	struct buf facts = { 0 };
	int rc = run_task(find_names, &task, &facts, why);

	if (rc == 0)
		rc = reading_take(&facts, target_count, r, why);
	buf_clear(&facts);
	return rc;
}

int reading_make(const char *path, const struct target *targets, size_t target_count,
		 struct reading *ret_reading, struct why *why)
{
	struct reading r = { .text = NULL };
	struct why inner = { "" };
	int rc = chain_file_read(path, &r.text, &r.len, why);

	if (rc < 0)
		return rc;
	rc = read_leaf(&r, &inner);
	if (rc == 0)
		rc = find_hosts(targets, target_count, &r, &inner);
	if (rc < 0) {
		reading_clear(&r);
		return why_set(why, rc, "%s: %s", path, inner.text);
	}
	*ret_reading = r;
	return 0;
}

int reading_judge(const struct reading *r, const struct reading_records *records,
		  enum outlook *ret_outlooks, struct why *why)
{
	const struct task task = { .reading = r, .records = records };
	struct buf facts = { 0 };
	int rc = run_task(find_outlooks, &task, &facts, why);

	if (rc == 0)
		rc = reading_take_outlooks(&facts, records->count, ret_outlooks, why);
	buf_clear(&facts);
	return rc;
}

void reading_clear(struct reading *r)
{
	mem_wipe(r->text, r->len); /* a private key may stand in it */
	free(r->text);
	free(r->issuer);
	while (r->hosts)
		free(r->host[--r->hosts]);
	free(r->host);
	free(r->names);
	*r = (struct reading){ 0 };
}
