/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/title.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "verdict/facts.h"

char *title_of(const struct facts_target *t)
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

const char *title_colour(enum state state)
{
	static const char *const colours[] = {
		[STATE_OK] = "32",
		[STATE_WARNING] = "33",
		[STATE_CRITICAL] = "31",
		[STATE_UNKNOWN] = "35",
	};

	return colours[state];
}
