/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/render.h"

#include <string.h>

#include "render/json.h"
#include "render/junit.h"
#include "render/nagios.h"
#include "render/prometheus.h"
#include "render/tap.h"
#include "render/text.h"

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

bool render_flushed(FILE *out)
{
	return fflush(out) == 0 && !ferror(out);
}
