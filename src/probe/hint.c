/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/hint.h"

#include <stdlib.h>

#include "base/loop.h"
#include "base/mem.h"
#include "dns/answer.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"

#define NULL_MX_LEN 3 /* octets: a preference, and the root (RFC 7505) */

struct hint {
	hint_fn *fn;
	void *arg;
	struct resolver_question *question; /* owned */
	struct loop_timer *limit;	    /* owned */
};

static void end_hint(struct hint *h, bool takes_mail)
{
	hint_fn *fn = h->fn;

	resolver_question_free(h->question);
	h->question = NULL;
	loop_timer_free(h->limit);
	h->limit = NULL;
	fn(h->arg, takes_mail);
}

static void on_mx(void *arg, const struct answer *answer)
{
	end_hint(arg, answer->kind == ANSWER_DATA && answer->rr_count &&
			      answer->rr[0].len > NULL_MX_LEN);
}

static void on_limit(void *arg)
{
	end_hint(arg, false);
}

struct hint *hint_new(const struct hint_conf *conf, hint_fn *fn, void *arg)
{
	struct hint *h = mem_zero(sizeof(*h));

	h->fn = fn;
	h->arg = arg;
	h->question = resolver_ask(conf->resolver, conf->host, RRTYPE_MX, on_mx, h);
	h->limit = loop_timer_new(conf->loop, conf->timeout_ms, on_limit, h);
	return h;
}

void hint_free(struct hint *h)
{
	if (!h)
		return;
	resolver_question_free(h->question);
	loop_timer_free(h->limit);
	free(h);
}
