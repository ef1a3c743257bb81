/* SPDX-License-Identifier: BSD-2-Clause */
/* What a timer says only once, and again each day for as long as it holds. */
#ifndef SETUP_REMINDER_H
#define SETUP_REMINDER_H

#include <stdbool.h>
#include <time.h>

/* Borrowed fields of the state: what holds, and when it was said last. */
struct reminder {
	char **text; /* owned by the state; NULL: nothing */
	time_t *said_at;
};

/* Whether text (NULL: nothing) is to be said now: it is news, or wasn't said for a day,
 * or a person asks. Notes it; ret_changed: the state is to be saved. */
bool reminder_say(const struct reminder *reminder, const char *text, bool to_person,
		  time_t now, bool *ret_changed);

#endif
