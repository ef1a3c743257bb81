/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/published.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dns/answer.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/session.h"
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
	struct session *session;   /* owned */
	struct question *question; /* owned; AT_ONCE of them */
	size_t open;
};

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
		session_stop(q->all->session);
}

static void on_address(void *arg, const struct answer *answer)
{
	struct question *q = arg;
	struct tlsa_lookup_conf conf = { .resolver = session_resolver(q->all->session),
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

/* Asks for at most AT_ONCE of them; false where it was too late for some. */
static bool ask_some(struct asking *all, struct published *list, size_t count)
{
	struct resolver *resolver = session_resolver(all->session);
	bool in_time;
	size_t i;

	all->open = count;
	session_extend(all->session);
	for (i = 0; i < count; i++) {
		all->question[i] = (struct question){ .all = all, .about = &list[i] };
		all->question[i].address = resolver_ask(resolver, list[i].host, RRTYPE_A,
							on_address, &all->question[i]);
	}
	in_time = session_run(all->session);
	for (i = 0; i < count; i++) {
		resolver_question_free(all->question[i].address);
		tlsa_lookup_free(all->question[i].lookup);
	}
	return in_time;
}

int published_ask(const struct upstream_conf *conf, struct published *list, size_t count,
		  int64_t timeout_ms, struct why *why)
{
	struct asking all = { .question = mem_array(AT_ONCE, sizeof(*all.question)) };
	size_t i, n;
	int rc = session_new(conf, timeout_ms, &all.session, why);

	if (rc == 0)
		rc = session_begin(all.session, why);
	for (i = 0; i < count; i++) {
		list[i].status = TLSA_LOOKUP_FAILED;
		list[i].facts = facts_target_new();
		list[i].error = mem_text("no answer in time");
	}
	for (i = 0; i < count && rc == 0; i += n) {
		n = count - i < AT_ONCE ? count - i : AT_ONCE;
		/* Where nobody answers anything, the rest would only take its time. */
		if (!ask_some(&all, list + i, n) && all.open == n)
			break;
	}
	session_free(all.session);
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
