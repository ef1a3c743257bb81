/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/journal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "setup/world/env.h"

#define LINE_MAX_BYTES 8192

static void add_item(struct buf *b, const struct journal_item *item)
{
	char *value = log_escape(item->value, strlen(item->value)), *p;
	int quote = !*value || strpbrk(value, " \"=") != NULL;

	for (p = value; *p; p++)
		if (*p == '"')
			*p = '\'';
	buf_printf(b, quote ? " %s=\"%s\"" : " %s=%s", item->key, value);
	free(value);
}

int journal_add(struct env *env, const char *path, const char *verb, const char *event,
		const struct journal_item *items, size_t count, struct why *why)
{
	char when[32];
	struct buf b;
	size_t i;
	int rc;

	buf_init(&b, LINE_MAX_BYTES);
	buf_printf(&b, "%s %ld %-8s %-9s", clock_rfc3339(env_now(env), when),
		   (long)getpid(), verb, event);
	for (i = 0; i < count; i++)
		if (items[i].value)
			add_item(&b, &items[i]);
	rc = file_append(&env->files, path, buf_str(&b), why);
	buf_clear(&b);
	return rc;
}
