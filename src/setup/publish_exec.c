/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish_exec.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage.h"
#include "setup/record.h"
#include "setup/wanted.h"

#define INPUT_MAX (4 << 20)
#define EXEC_TIMEOUT_MS (10 * 60 * 1000)

/* "[...]" with the records of zone. */
static void add_list(struct buf *b, const struct record *records, size_t count,
		     const char *zone)
{
	const char *separator = "[";
	char *its, *text;
	size_t i;

	for (i = 0; i < count; i++) {
		its = record_guess_zone(&records[i]);
		if (!strcmp(its, zone)) {
			text = record_json(&records[i]);
			buf_text(b, separator);
			buf_text(b, text);
			separator = ",";
			free(text);
		}
		free(its);
	}
	buf_text(b, *separator == '[' ? "[]" : "]");
}

static int run_zone(struct lineage *l, const char *command, const struct wanted *w,
		    const char *zone, struct why *why)
{
	struct env_command run = { .text = command, .timeout_ms = EXEC_TIMEOUT_MS };
	struct buf b;
	int rc;

	buf_init(&b, INPUT_MAX);
	buf_printf(&b, "{\"version\":1,\"zone\":\"%s\",\"add\":", zone);
	add_list(&b, w->want, w->want_count, zone);
	buf_text(&b, ",\"remove\":");
	add_list(&b, w->gone, w->gone_count, zone);
	buf_text(&b, "}\n");
	run.input = buf_str(&b);
	rc = b.overflow ? why_set(why, DP_ELIMIT, "too many records for %s", zone)
			: env_run(l->env, &run, why);
	buf_clear(&b);
	return rc;
}

/* Whether an earlier record is of the same zone. */
static bool seen(const struct wanted *w, size_t before, const char *zone)
{
	bool found = false;
	char *its;
	size_t i;

	for (i = 0; i < before && !found; i++) {
		its = record_guess_zone(&w->want[i]);
		found = !strcmp(its, zone);
		free(its);
	}
	return found;
}

int publish_exec_records(struct lineage *l, const char *options, const struct wanted *w,
			 enum publish_result *ret_result, struct why *why)
{
	char *zone;
	size_t i;
	int rc = 0;

	if (!*options)
		return why_set(why, DP_EINVAL, "publish = exec lacks its command");
	for (i = 0; i < w->want_count && rc == 0; i++) {
		zone = record_guess_zone(&w->want[i]);
		if (!seen(w, i, zone))
			rc = run_zone(l, options, w, zone, why);
		free(zone);
	}
	if (rc == 0)
		*ret_result = PUBLISH_DONE;
	return rc;
}
