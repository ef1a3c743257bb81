/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/describe.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dns/answer.h"
#include "dns/dname.h"
#include "dns/rrtype.h"

#define DATA_MAX 4000 /* of one line's text; addresses of a host fit many times */

static void add_address(struct buf *b, int family, const struct answer_rr *rr)
{
	char text[INET6_ADDRSTRLEN];

	if (rr->len == (family == AF_INET ? 4u : 16u) &&
	    inet_ntop(family, rr->rdata, text, sizeof(text)))
		buf_printf(b, "%s%s", b->len ? ", " : "", text);
}

static void describe_name(struct buf *b, const struct answer_rr *rr)
{
	char *text = dname_text(rr->rdata, rr->len);

	buf_text(b, text);
	free(text);
}

/* NULL where the records aren't shown in this line. */
static char *data_text(uint16_t type, const struct answer *answer)
{
	struct buf b;
	size_t i;

	buf_init(&b, DATA_MAX);
	for (i = 0; i < answer->rr_count; i++) {
		if (type == RRTYPE_A)
			add_address(&b, AF_INET, &answer->rr[i]);
		else if (type == RRTYPE_AAAA)
			add_address(&b, AF_INET6, &answer->rr[i]);
		else if ((type == RRTYPE_CNAME || type == RRTYPE_DNAME) && i == 0)
			describe_name(&b, &answer->rr[i]);
	}
	return b.data;
}

static void keep_rrsig(struct facts_lookup *l, const struct answer_rrsig *rrsig)
{
	l->rrsig_expires = rrsig->expires;
	l->rrsig_inception = rrsig->inception;
	l->rrsig_original_ttl = rrsig->original_ttl;
}

void describe_answer(struct facts_target *t, const char *name, uint16_t type,
		     const struct answer *answer)
{
	struct facts_lookup *l = facts_add_lookup(t);

	l->name = mem_text(name);
	l->type = mem_text(rrtype_name(type));
	l->security = answer->security;
	l->failed = answer->kind == ANSWER_FAILED;
	l->absent = answer->kind == ANSWER_ABSENT;
	l->nxdomain = answer->nxdomain;
	l->data = data_text(type, answer);
	l->ttl = answer->ttl;
	keep_rrsig(l, &answer->rrsig);
	l->nsec3_iterations = answer->nsec3_iterations;
	l->error = mem_text(answer->error);
}

void describe_aliases(struct facts_target *t, const char *name,
		      const struct answer *answer)
{
	struct facts_lookup *l;
	size_t i;

	for (i = 0; i < answer->alias_count; i++) {
		l = facts_add_lookup(t);
		l->name = mem_text(name);
		l->type = mem_text(rrtype_name(RRTYPE_CNAME));
		l->security = answer->security;
		l->data = mem_text(answer->alias[i].target);
		keep_rrsig(l, &answer->alias[i].rrsig);
		name = answer->alias[i].target;
	}
}
