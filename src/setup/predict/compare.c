/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/compare.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "dns/published.h"
#include "setup/key/record.h"
#include "setup/predict/predict.h"
#include "setup/predict/reading.h"
#include "target/target.h"
#include "verdict/facts.h"

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

static void add_names(struct questions *q, size_t of, const struct reading *reading)
{
	size_t i, k;

	for (i = 0; i < reading->hosts; i++)
		for (k = 0; k < sizeof(ports) / sizeof(ports[0]); k++)
			add_question(q, of, reading->host[i], ports[k]);
}

static void add_targets(struct questions *q, size_t of, const struct reading *reading,
			const struct target *targets, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (reading->names[i])
			add_question(q, of, targets[i].host, targets[i].port);
}

/* A record of the certificate, where that of its key would stay. */
static char *find_instead(const struct tlsa *rr, const struct reading *reading,
			  enum outlook outlook, enum predict_key key)
{
	char *hex, *text;

	if (outlook != OUTLOOK_BREAKS || key != PREDICT_SAME_KEY)
		return NULL;
	hex = hex_encode(reading->spki_sha256, sizeof(reading->spki_sha256));
	text = mem_printf("%u 1 1 %s", rr->usage, hex);
	free(hex);
	return text;
}

static void add_record(struct predicted_service *s, const struct tlsa *rr,
		       enum outlook outlook, const struct reading *reading,
		       enum predict_key key)
{
	s->record = mem_grow(s->record, s->count, sizeof(*s->record));
	s->record[s->count++] = (struct predicted_record){
		tlsa_to_short_text(rr), find_instead(rr, reading, outlook, key), outlook
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
			  const struct reading *reading, enum predict_key key)
{
	struct tlsa *rr = facts_rrset(e);
	const struct reading_records records = { rr, e->record_count, e->base_domain,
						 key };
	enum outlook *outlook = mem_array(e->record_count, sizeof(*outlook));
	struct why why;
	size_t i;

	if (reading_judge(reading, &records, outlook, &why) < 0)
		s->error = mem_text(why.text);
	for (i = 0; i < e->record_count && !s->error; i++)
		add_record(s, &rr[i], outlook[i], reading, key);
	free(outlook);
	free(rr);
}

/* Where records are denied or unsigned there is nothing that could break. */
static void take_answer(struct prediction *p, const struct published *answer,
			const struct reading *reading)
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
		judge_records(s, e, reading, p->key);
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
			       size_t target_count, struct reading *ret_reading,
			       struct questions *q)
{
	struct why why;

	p->compared = true;
	if (reading_make(p->chain, targets, target_count, ret_reading, &why) < 0) {
		p->unread = mem_text(why.text);
		return;
	}
	p->not_before = ret_reading->not_before;
	p->not_after = ret_reading->not_after;
	p->issuer = ret_reading->issuer ? mem_text(ret_reading->issuer) : NULL;
	if (conf->service_count)
		add_targets(q, at, ret_reading, targets, target_count);
	else
		add_names(q, at, ret_reading);
}

int compare_predictions(const struct compare_conf *conf, struct prediction *list,
			size_t count, struct why *why)
{
	struct target *targets = mem_array(conf->service_count, sizeof(*targets));
	struct reading *readings = mem_array(count, sizeof(*readings));
	struct questions q = { 0 };
	size_t target_count = 0, i;
	int rc = read_targets(conf, targets, &target_count, why);

	for (i = 0; i < count && rc == 0; i++)
		prepare_prediction(conf, &list[i], i, targets, target_count, &readings[i],
				   &q);
	if (rc == 0)
		rc = check_targets(targets, target_count, &q, why);
	if (rc == 0 && q.count)
		rc = published_ask(conf->upstream, q.list, q.count, conf->timeout_ms,
				   why);
	for (i = 0; i < q.count && rc == 0; i++)
		take_answer(&list[q.of[i]], &q.list[i], &readings[q.of[i]]);
	for (i = 0; i < target_count; i++)
		target_clear(&targets[i]);
	for (i = 0; i < count; i++)
		reading_clear(&readings[i]);
	published_clear(q.list, q.count);
	free(q.of);
	free(readings);
	free(targets);
	return rc;
}
