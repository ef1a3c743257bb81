/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dns/answer.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"

struct resolver_question {
	struct loop_timer *timer;
	struct answer answer;
	resolver_fn *fn;
	void *arg;
	bool delivering, freed;
};

static struct loop *the_loop;
static const struct fake_answer *the_script;
static char asked_text[4096];
static struct buf asked;
static int open_count;
static const struct resolver *mute;
static int64_t ttl_s, original_ttl_s;
static uint16_t late_type; /* 0: none */

#define LATE_MS 5

void fake_resolver_set(struct loop *loop, const struct fake_answer *script)
{
	the_loop = loop;
	the_script = script;
	asked_text[0] = '\0';
	mute = NULL;
	late_type = 0;
	fake_resolver_keep(300, -1);
}

void fake_resolver_keep(int64_t ttl, int64_t original_ttl)
{
	ttl_s = ttl;
	original_ttl_s = original_ttl;
}

void fake_resolver_delay(uint16_t type)
{
	late_type = type;
}

void fake_resolver_mute(const struct resolver *resolver)
{
	mute = resolver;
}

const char *fake_resolver_asked(void)
{
	return asked_text;
}

int fake_resolver_open(void)
{
	return open_count;
}

static void add_alias(struct answer *a, const char *text, size_t len)
{
	size_t target = strcspn(text, "/ ");

	a->alias = mem_grow(a->alias, a->alias_count, sizeof(*a->alias));
	a->alias[a->alias_count++] = (struct answer_alias){
		.target = mem_text_n(text, target),
		.dname = target < len ? mem_text_n(text + target + 1, len - target - 1)
				      : NULL,
		.rrsig = { -1, -1, -1 },
	};
}

static void add_rdata(struct answer *a, const char *text, size_t len)
{
	char *word = mem_text_n(text, len);

	a->rr = mem_grow(a->rr, a->rr_count, sizeof(*a->rr));
	if (hex_decode(word, &a->rr[a->rr_count].rdata, &a->rr[a->rr_count].len, NULL) <
	    0)
		abort();
	a->rr_count++;
	free(word);
}

static void add_words(struct answer *a, const char *text,
		      void (*add)(struct answer *, const char *, size_t))
{
	size_t len;

	while (text && *text) {
		len = strcspn(text, " ");
		add(a, text, len);
		text += len + strspn(text + len, " ");
	}
}

static void fill(struct answer *a, const struct fake_answer *row)
{
	if (!strcmp(row->what, "failed")) {
		answer_failed(a, row->security, mem_printf("%s failed", row->name));
		return;
	}
	answer_failed(a, row->security, NULL);
	a->kind = !strcmp(row->what, "data") ? ANSWER_DATA : ANSWER_ABSENT;
	a->nxdomain = !strcmp(row->what, "nxdomain");
	if (strcmp(row->what, "empty") != 0)
		*(a->kind == ANSWER_ABSENT ? &a->negative_ttl : &a->ttl) = ttl_s;
	a->rrsig.original_ttl = original_ttl_s;
	a->rrsig.expires = row->security == SECURITY_SECURE ? 2000000000 : -1;
	add_words(a, row->alias, add_alias);
	add_words(a, row->rdata, add_rdata);
}

static void release(struct resolver_question *q)
{
	if (!q->freed || q->delivering)
		return;
	loop_timer_free(q->timer);
	answer_clear(&q->answer);
	free(q);
	open_count--;
}

static void deliver(void *arg)
{
	struct resolver_question *q = arg;

	q->delivering = true;
	q->fn(q->arg, &q->answer);
	q->delivering = false;
	release(q);
}

struct resolver_question *resolver_ask(struct resolver *r, const char *name,
				       uint16_t type, resolver_fn *fn, void *arg)
{
	struct resolver_question *q = mem_zero(sizeof(*q));
	const struct fake_answer *row = the_script;

	while (row->name && (strcmp(row->name, name) || row->type != type))
		row++;
	if (row->name)
		fill(&q->answer, row);
	else
		answer_failed(&q->answer, SECURITY_INDETERMINATE,
			      mem_text("not in the script"));
	buf_init(&asked, sizeof(asked_text) - 1);
	buf_printf(&asked, "%s%s%s %s", asked_text, asked_text[0] ? " " : "",
		   rrtype_name(type), name);
	memcpy(asked_text, buf_str(&asked), asked.len + 1);
	buf_clear(&asked);
	q->fn = fn;
	q->arg = arg;
	if (!mute || r != mute)
		q->timer = loop_timer_new(the_loop, type == late_type ? LATE_MS : 0,
					  deliver, q);
	open_count++;
	return q;
}

void resolver_question_free(struct resolver_question *q)
{
	if (!q)
		return;
	q->freed = true;
	release(q);
}
