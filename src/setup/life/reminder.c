/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/reminder.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define AGAIN_S (86400 - 600) /* a daily timer doesn't run to the second */

bool reminder_say(const struct reminder *r, const char *text, bool to_person, time_t now,
		  bool *ret_changed)
{
	bool same = text ? *r->text && !strcmp(text, *r->text) : !*r->text;
	bool recent = *r->said_at && now >= *r->said_at && now - *r->said_at < AGAIN_S;
	bool say = text && (to_person || !same || !recent);

	*ret_changed = !same || say;
	if (!same) {
		free(*r->text);
		*r->text = mem_text(text);
	}
	if (say)
		*r->said_at = now;
	return say;
}
