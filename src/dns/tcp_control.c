/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tcp_control.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dns/answer.h"
#include "dns/ask.h"
#include "dns/dname.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"

struct tcp_control {
	struct loop *loop;	   /* borrowed */
	struct resolver *resolver; /* borrowed */
	int64_t timeout_ms;
	tcp_control_fn *fn;
	void *arg;
	struct resolver_question *question; /* owned */
	struct ask *ask;		    /* owned */
};

static void end_control(struct tcp_control *t, enum tcp_control_result result)
{
	tcp_control_fn *fn = t->fn;

	t->fn = NULL;
	if (fn)
		fn(t->arg, result);
}

static void on_control_reply(void *arg, const struct ask_reply *reply)
{
	end_control(arg, reply->answered ? TCP_CONTROL_ANSWERS : TCP_CONTROL_SILENT);
}

static void on_root_address(void *arg, const struct answer *answer)
{
	struct tcp_control *t = arg;
	char address[INET_ADDRSTRLEN];
	struct ask_conf conf = { .server = address,
				 .name = ".",
				 .type = RRTYPE_SOA,
				 .tcp = true,
				 .timeout_ms = t->timeout_ms };

	resolver_question_free(t->question);
	t->question = NULL;
	if (!answer->rr_count || answer->rr[0].len != 4 ||
	    !inet_ntop(AF_INET, answer->rr[0].rdata, address, sizeof(address)) ||
	    ask_new(t->loop, &conf, on_control_reply, t, &t->ask, NULL) < 0)
		end_control(t, TCP_CONTROL_UNKNOWN);
}

static void on_root_servers(void *arg, const struct answer *answer)
{
	struct tcp_control *t = arg;
	char *name;

	resolver_question_free(t->question);
	t->question = NULL;
	if (!answer->rr_count) {
		end_control(t, TCP_CONTROL_UNKNOWN);
		return;
	}
	name = dname_text(answer->rr[0].rdata, answer->rr[0].len);
	t->question = resolver_ask(t->resolver, name, RRTYPE_A, on_root_address, t);
	free(name);
}

struct tcp_control *tcp_control_new(struct loop *loop, struct resolver *resolver,
				    int64_t timeout_ms, tcp_control_fn *fn, void *arg)
{
	struct tcp_control *t = mem_zero(sizeof(*t));

	*t = (struct tcp_control){ .loop = loop,
				   .resolver = resolver,
				   .timeout_ms = timeout_ms,
				   .fn = fn,
				   .arg = arg };
	t->question = resolver_ask(resolver, ".", RRTYPE_NS, on_root_servers, t);
	return t;
}

void tcp_control_free(struct tcp_control *t)
{
	if (!t)
		return;
	resolver_question_free(t->question);
	ask_free(t->ask);
	free(t);
}
