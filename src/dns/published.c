/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/published.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/answer.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/upstream.h"
#include "verdict/facts.h"

#define AT_ONCE 64 /* questions under way */

struct asking;

/* One service: its host's address record, for the aliases, and then its TLSA records. */
struct question {
	struct asking *all;		   /* borrowed */
	struct published *about;	   /* borrowed */
	struct resolver_question *address; /* owned, as the next */
	struct tlsa_lookup *lookup;
};

struct asking {
	struct loop *loop; /* owned, as the next two */
	struct upstream *upstream;
	struct loop_timer *deadline;
	struct question *question; /* owned; AT_ONCE of them */
	size_t open;
	bool late;
};

static void on_deadline(void *arg)
{
	struct asking *all = arg;

	all->late = true;
	loop_stop(all->loop);
}

static void on_ready(void *arg)
{
	struct asking *all = arg;

	loop_stop(all->loop);
}

static void on_tlsa(void *arg, enum tlsa_lookup_status status, const char *base_domain,
		    const char *owner, const char *error)
{
	struct question *q = arg;

	(void)base_domain;
	(void)owner;
	q->about->status = status;
	free(q->about->error);
	q->about->error = mem_text(error);
	tlsa_lookup_fill(q->lookup, facts_add_endpoint(q->about->facts));
	if (--q->all->open == 0)
		loop_stop(q->all->loop);
}

static void on_address(void *arg, const struct answer *answer)
{
	struct question *q = arg;
	struct tlsa_lookup_conf conf = { .resolver = upstream_resolver(q->all->upstream),
					 .facts = q->about->facts,
					 .candidate = { q->about->host },
					 .port = q->about->port,
					 .protocol = "tcp" };

	if (answer->security == SECURITY_SECURE && answer->alias_count) {
		conf.candidate[0] = answer_owner(answer, q->about->host);
		conf.candidate[1] = q->about->host;
	}
	q->lookup = tlsa_lookup_new(&conf, on_tlsa, q);
}

/* At most AT_ONCE, until all are answered or it is too late. */
static void ask_some(struct asking *all, struct published *list, size_t count,
		     int64_t timeout_ms)
{
	struct resolver *resolver = upstream_resolver(all->upstream);
	size_t i;

	all->open = count;
	all->late = false;
	all->deadline = loop_timer_new(all->loop, timeout_ms, on_deadline, all);
	for (i = 0; i < count; i++) {
		all->question[i] = (struct question){ .all = all, .about = &list[i] };
		all->question[i].address = resolver_ask(resolver, list[i].host, RRTYPE_A,
							on_address, &all->question[i]);
	}
	loop_run(all->loop);
	for (i = 0; i < count; i++) {
		resolver_question_free(all->question[i].address);
		tlsa_lookup_free(all->question[i].lookup);
	}
	loop_timer_free(all->deadline);
	all->deadline = NULL;
}

static int set_up(struct asking *all, const struct upstream_conf *conf,
		  int64_t timeout_ms, struct why *why)
{
	int rc;

	all->loop = loop_new();
	if (!all->loop)
		return why_set(why, DP_EIO, "the system has no event mechanism left");
	rc = upstream_new(all->loop, conf, &all->upstream, why);
	if (rc < 0)
		return rc;
	all->deadline = loop_timer_new(all->loop, timeout_ms, on_deadline, all);
	upstream_wait(all->upstream, on_ready, all);
	loop_run(all->loop);
	loop_timer_free(all->deadline);
	all->deadline = NULL;
	return all->late ? why_set(why, DP_EDNS, "no resolver answers in time") : 0;
}

int published_ask(const struct upstream_conf *conf, struct published *list, size_t count,
		  int64_t timeout_ms, struct why *why)
{
	struct asking all = { .question = mem_array(AT_ONCE, sizeof(*all.question)) };
	size_t i, n;
	int rc = set_up(&all, conf, timeout_ms, why);

	for (i = 0; i < count; i++) {
		list[i].status = TLSA_LOOKUP_FAILED;
		list[i].facts = facts_target_new();
		list[i].error = mem_text("no answer in time");
	}
	for (i = 0; i < count && rc == 0; i += n) {
		n = count - i < AT_ONCE ? count - i : AT_ONCE;
		ask_some(&all, list + i, n, timeout_ms);
		/* Nobody answers anything: the rest would only take its time. */
		if (all.late && all.open == n)
			break;
	}
	upstream_free(all.upstream);
	loop_free(all.loop);
	free(all.question);
	return rc;
}

const struct facts_endpoint *published_endpoint(const struct published *p)
{
	return p->facts && p->facts->endpoint_count ? &p->facts->endpoint[0] : NULL;
}

void published_clear(struct published *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(list[i].host);
		free(list[i].error);
		facts_target_free(list[i].facts);
	}
	free(list);
}
