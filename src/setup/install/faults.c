/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/install/faults.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "setup/world/env.h"

#define FAULTS_MAX                                                                       \
	16384 /* octets: some hundred faults, and far below a state's limit              \
	       */

/* All "connect-failed: ..." are of one kind, whatever the reason; other texts only if
 * they are equal. */
static bool same_kind(const char *a, const char *b)
{
	size_t len = strcspn(a, ":\n");

	return len == strcspn(b, ":\n") && !strncmp(a, b, len);
}

/* The state keeps what was wrong before, so that a crash doesn't lose it: a line
 * "WHERE\tWHAT" each. */
char *faults_to_text(const struct env_live *live)
{
	char *what, *text;
	struct buf b;
	size_t i;

	buf_init(&b, FAULTS_MAX);
	for (i = 0; i < live->count; i++) {
		what = log_escape(live->fault[i].what, strlen(live->fault[i].what));
		if (b.len + strlen(live->fault[i].where) + strlen(what) + 3 < FAULTS_MAX)
			buf_printf(&b, "%s\t%s\n", live->fault[i].where, what);
		free(what);
	}
	text = b.len ? mem_text(buf_str(&b)) : NULL;
	buf_clear(&b);
	return text;
}

/* An earlier fault at that place may not hide a worse one. */
static bool had_fault(const char *before, const struct env_fault *fault)
{
	size_t where = strlen(fault->where), len;

	for (; before && *before; before += len + (before[len] == '\n')) {
		len = strcspn(before, "\n");
		if (len > where && !strncmp(before, fault->where, where) &&
		    before[where] == '\t' && same_kind(before + where + 1, fault->what))
			return true;
	}
	return false;
}

/* The first fault that was there before (or that wasn't), on the heap; NULL: none. */
char *faults_find(const struct env_live *live, const char *before, bool was_there)
{
	size_t i;

	for (i = 0; i < live->count; i++)
		if (had_fault(before, &live->fault[i]) == was_there)
			return mem_printf("%s %s", live->fault[i].where,
					  live->fault[i].what);
	return NULL;
}
