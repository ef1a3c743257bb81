/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/provider_answer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/apart.h"
#include "base/buf.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/why.h"

#define TEXT_MAX 4096
#define TOKEN_MAX (16 * 1024)
#define CONTENT_MAX (256 * 1024) /* of a record: 64 KiB in hexadecimal, with escapes */
#define FACTS_MAX (2 << 20)	 /* more than a page has */
#define TEXTS 9

/* The texts of an answer, in the order in which they are sent. */
static void list_texts(struct provider_answer *a, char **ret_list[TEXTS])
{
	char **list[TEXTS] = { &a->zone,     &a->zone_id,  &a->sign_word,
			       &a->more,     &a->error,	   &a->error_code,
			       &a->token[0], &a->token[1], &a->token[2] };

	memcpy(ret_list, list, sizeof(list));
}

static void put_optional(struct buf *facts, const char *text)
{
	fields_put_number(facts, text != NULL);
	if (text)
		fields_put_octets(facts, text, strlen(text));
}

static void put_answer(struct buf *facts, struct provider_answer *a)
{
	char **text[TEXTS];
	size_t i;

	/* what it says in words may be of any octets; the rest is sent as it is */
	list_texts(a, text);
	for (i = 0; i < TEXTS; i++) {
		if (text[i] != &a->error || !a->error) {
			put_optional(facts, *text[i]);
			continue;
		}
		fields_put_number(facts, true);
		fields_put_text(facts, a->error);
	}
	fields_put_number(facts, a->is_signed);
	fields_put_number(facts, a->ttl);
	fields_put_number(facts, a->ttl_min);
	fields_put_number(facts, a->number);
	fields_put_number(facts, (int64_t)a->count);
	for (i = 0; i < a->count; i++) {
		put_optional(facts, a->record[i].id);
		put_optional(facts, a->record[i].content);
	}
}

static char *take_optional(struct fields *f, size_t max)
{
	return fields_number(f, 0, 1) && !f->bad ? fields_text(f, max) : NULL;
}

static void take_record_list(struct fields *f, struct provider_answer *a)
{
	size_t count = (size_t)fields_number(f, 0, PROVIDER_RECORDS_MAX);

	for (; a->count < count && !f->bad; a->count++) {
		a->record = mem_grow(a->record, a->count, sizeof(*a->record));
		a->record[a->count].id = take_optional(f, TEXT_MAX);
		a->record[a->count].content = take_optional(f, CONTENT_MAX);
		if (!a->record[a->count].id || !a->record[a->count].content)
			f->bad = true;
	}
}

int provider_answer_take(const struct buf *facts, struct provider_answer *ret_answer,
			 struct why *why)
{
	struct provider_answer a = { 0 };
	struct fields f;
	char **text[TEXTS];
	size_t i;

	fields_begin(&f, facts);
	list_texts(&a, text);
	for (i = 0; i < TEXTS; i++)
		*text[i] = take_optional(&f, TOKEN_MAX);
	a.is_signed = (enum provider_signing)fields_number(&f, 0, PROVIDER_UNSIGNED);
	a.ttl = (uint32_t)fields_number(&f, 0, UINT32_MAX);
	a.ttl_min = (uint32_t)fields_number(&f, 0, UINT32_MAX);
	a.number = fields_number(&f, INT64_MIN, INT64_MAX);
	take_record_list(&f, &a);
	if (!fields_end(&f)) {
		provider_answer_clear(&a);
		return why_set(why, DP_EFORMAT,
			       "its answer has a text that no zone can have");
	}
	*ret_answer = a;
	return 0;
}

struct task {
	provider_read_fn *read;
	const char *body, *arg;
};

static int read_answer(const void *arg, struct buf *facts, struct why *why)
{
	const struct task *task = arg;
	struct provider_answer a = { 0 };
	int rc = task->read(task->body, task->arg, &a, why);

	if (rc == 0)
		put_answer(facts, &a);
	provider_answer_clear(&a);
	return rc;
}

int provider_answer_read_apart(provider_read_fn *read, const char *body, const char *arg,
			       struct provider_answer *ret_answer, struct why *why)
{
	const struct task task = { read, body, arg };
	struct buf facts;
	int rc = apart_run(read_answer, &task, APART_BOUNDS(FACTS_MAX), &facts, why);

	if (rc == 0)
		rc = provider_answer_take(&facts, ret_answer, why);
	if (facts.data)
		mem_wipe(facts.data, facts.len); /* it may be a token */
	buf_clear(&facts);
	return rc;
}

int provider_answer_add_record(struct provider_answer *a, const char *id,
			       const char *content, struct why *why)
{
	if (a->count >= PROVIDER_RECORDS_MAX)
		return why_set(why, DP_ELIMIT, "it has more than %d records at one name",
			       PROVIDER_RECORDS_MAX);
	a->record = mem_grow(a->record, a->count, sizeof(*a->record));
	a->record[a->count++] =
		(struct provider_record){ mem_text(id), mem_text(content) };
	return 0;
}

void provider_answer_clear(struct provider_answer *a)
{
	char **text[TEXTS];
	size_t i;

	list_texts(a, text);
	for (i = 0; i < TEXTS; i++) {
		if (*text[i])
			mem_wipe(*text[i], strlen(*text[i]));
		free(*text[i]);
	}
	for (i = 0; i < a->count; i++) {
		free(a->record[i].id);
		free(a->record[i].content);
	}
	free(a->record);
	*a = (struct provider_answer){ 0 };
}
