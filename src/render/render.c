/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "render/json.h"
#include "render/junit.h"
#include "render/nagios.h"
#include "render/prometheus.h"
#include "render/tap.h"
#include "render/text.h"
#include "verdict/facts.h"

const struct renderer *render_find(const char *name)
{
	static const struct renderer *(*const table[])(void) = {
		text_renderer,	nagios_renderer, json_array_renderer, json_lines_renderer,
		junit_renderer, tap_renderer,	 prometheus_renderer,
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcmp(table[i]()->name, name))
			return table[i]();
	return NULL;
}

const char *render_names(void)
{
	return "text, nagios, json, ndjson, junit, tap, prometheus";
}

char *render_target_name(const struct facts_target *t)
{
	const char *given = t->target ? t->target : "";
	const char *scheme_end = t->normalized ? strstr(t->normalized, "://") : NULL;
	char *whole, *safe;

	/* "example.com:25" says nowhere else that it was taken for SMTP */
	if (scheme_end && !strstr(given, "://"))
		whole = mem_printf("%.*s%s", (int)(scheme_end - t->normalized) + 3,
				   t->normalized, given);
	else
		whole = mem_text(given);
	safe = log_escape(whole, strlen(whole));
	free(whole);
	return safe;
}

bool render_flushed(FILE *out)
{
	return fflush(out) == 0 && !ferror(out);
}
