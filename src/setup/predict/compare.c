/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/compare.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"
#include "dane/match.h"
#include "dane/name.h"
#include "dane/tlsa.h"
#include "dns/published.h"
#include "setup/key/chain_file.h"
#include "setup/key/record.h"
#include "setup/predict/predict.h"
#include "target/target.h"
#include "verdict/facts.h"

#define HOSTS_MAX 100 /* of a certificate: CAs allow no more */

static const int ports[] = { 25, 443, 465, 587, 993, 995 };

/* Questions to DNS, and the certificate that each is about. */
struct questions {
	struct published *list; /* owned */
	size_t *of;		/* owned */
	size_t count;
};

static void add_question(struct questions *q, size_t of, const char *host, int port)
{
	q->list = mem_grow(q->list, q->count, sizeof(*q->list));
	q->of = mem_grow(q->of, q->count, sizeof(*q->of));
	q->of[q->count] = of;
	q->list[q->count++] = (struct published){ .host = mem_text(host), .port = port };
}

static void add_names(struct questions *q, size_t of, const struct chain_cert *leaf)
{
	size_t count = 0, i, k;
	char **names = name_hosts(leaf->crt, HOSTS_MAX, &count);

	for (i = 0; i < count; i++) {
		for (k = 0; k < sizeof(ports) / sizeof(ports[0]); k++)
			add_question(q, of, names[i], ports[k]);
		free(names[i]);
	}
	free(names);
}

static void add_targets(struct questions *q, size_t of, const struct chain_cert *leaf,
			const struct target *targets, size_t count)
{
	const char *name;
	size_t i;

	for (i = 0; i < count; i++) {
		name = targets[i].host;
		if (name_find(leaf->crt, &name, 1, false) == NAME_SAN)
			add_question(q, of, name, targets[i].port);
	}
}

static int read_chain(const char *path, struct chain *ret_chain, struct why *why)
{
	int rc = chain_file_read(path, ret_chain, why);

	if (rc == 0 && !ret_chain->cert[0].crt) {
		chain_clear(ret_chain);
		rc = why_set(why, DP_EFORMAT, "%s: no certificate can be read", path);
	}
	return rc;
}

/* A record of the certificate, where that of its key would stay. */
static char *find_instead(const struct tlsa *rr, const struct chain_cert *leaf,
			  enum outlook outlook, enum predict_key key)
{
	char *hex, *text;

	if (outlook != OUTLOOK_BREAKS || key != PREDICT_SAME_KEY)
		return NULL;
	hex = hex_encode(leaf->spki_sha256, sizeof(leaf->spki_sha256));
	text = mem_printf("%u 1 1 %s", rr->usage, hex);
	free(hex);
	return text;
}

static void add_record(struct predicted_service *s, const struct tlsa *rr,
		       const struct match_record *match, const struct chain_cert *leaf,
		       enum predict_key key)
{
	enum outlook outlook = outlook_record(rr, match, key);

	s->record = mem_grow(s->record, s->count, sizeof(*s->record));
	s->record[s->count++] = (struct predicted_record){
		tlsa_to_short_text(rr), find_instead(rr, leaf, outlook, key), outlook
	};
	if (outlook > s->outlook)
		s->outlook = outlook;
}

/* A service that none of the certificates names is a mistake of the user's. */
static int check_targets(const struct target *targets, size_t count,
			 const struct questions *q, struct why *why)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < q->count; k++)
			if (!strcmp(q->list[k].host, targets[i].host))
				break;
		if (k == q->count)
			return why_set(why, DP_EINVAL,
				       "%s: none of the certificates names its host",
				       targets[i].text);
	}
	return 0;
}

static void judge_records(struct predicted_service *s, const struct facts_endpoint *e,
			  const struct chain *chain, enum predict_key key)
{
	struct tlsa *rr = facts_rrset(e);
	const char *names[] = { e->base_domain };
	struct match_input in = { .rr = rr,
				  .rr_count = e->record_count,
				  .chain = chain,
				  .names = names,
				  .name_count = 1,
				  .now = clock_now() };
	struct match match;
	size_t i;

	match_chain(&in, &match);
	for (i = 0; i < match.rec_count; i++)
		add_record(s, &rr[i], &match.rec[i], &chain->cert[0], key);
	match_clear(&match);
	free(rr);
}

/* Where records are denied or unsigned there is nothing that could break. */
static void take_answer(struct prediction *p, const struct published *answer,
			const struct chain *chain)
{
	const struct facts_endpoint *e = published_endpoint(answer);
	struct predicted_service *s;

	if (answer->status == TLSA_LOOKUP_ABSENT ||
	    answer->status == TLSA_LOOKUP_INSECURE)
		return;
	p->service = mem_grow(p->service, p->services, sizeof(*p->service));
	s = &p->service[p->services++];
	*s = (struct predicted_service){ .outlook = OUTLOOK_OTHER };
	s->owner = e ? mem_text(e->tlsa_name)
		     : mem_printf("_%d._tcp.%s", answer->port, answer->host);
	if (answer->status != TLSA_LOOKUP_FOUND || !e)
		s->error = mem_text(answer->error ? answer->error : "no answer");
	else
		judge_records(s, e, chain, p->key);
}

static int read_targets(const struct compare_conf *conf, struct target *targets,
			size_t *ret_count, struct why *why)
{
	int rc = 0;

	for (*ret_count = 0; *ret_count < conf->service_count && rc == 0;) {
		rc = target_parse(conf->services[*ret_count], &targets[*ret_count], why);
		if (rc < 0)
			break;
		rc = record_check_target(&targets[(*ret_count)++], why);
	}
	return rc;
}

static void prepare_prediction(const struct compare_conf *conf, struct prediction *p,
			       size_t at, const struct target *targets,
			       size_t target_count, struct chain *ret_chain,
			       struct questions *q)
{
	struct why why;

	p->compared = true;
	if (read_chain(p->chain, ret_chain, &why) < 0) {
		p->unread = mem_text(why.text);
		return;
	}
	p->not_before = ret_chain->cert[0].not_before;
	p->not_after = ret_chain->cert[0].not_after;
	p->issuer = chain_issuer(&ret_chain->cert[0]);
	if (conf->service_count)
		add_targets(q, at, &ret_chain->cert[0], targets, target_count);
	else
		add_names(q, at, &ret_chain->cert[0]);
}

int compare_predictions(const struct compare_conf *conf, struct prediction *list,
			size_t count, struct why *why)
{
	struct target *targets = mem_array(conf->service_count, sizeof(*targets));
	struct chain *chains = mem_array(count, sizeof(*chains));
	struct questions q = { 0 };
	size_t target_count = 0, i;
	int rc = read_targets(conf, targets, &target_count, why);

	for (i = 0; i < count && rc == 0; i++)
		prepare_prediction(conf, &list[i], i, targets, target_count, &chains[i],
				   &q);
	if (rc == 0)
		rc = check_targets(targets, target_count, &q, why);
	if (rc == 0 && q.count)
		rc = published_ask(conf->upstream, q.list, q.count, conf->timeout_ms,
				   why);
	for (i = 0; i < q.count && rc == 0; i++)
		take_answer(&list[q.of[i]], &q.list[i], &chains[q.of[i]]);
	for (i = 0; i < target_count; i++)
		target_clear(&targets[i]);
	for (i = 0; i < count; i++)
		chain_clear(&chains[i]);
	published_clear(q.list, q.count);
	free(q.of);
	free(chains);
	free(targets);
	return rc;
}
