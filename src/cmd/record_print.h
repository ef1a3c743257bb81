/* SPDX-License-Identifier: BSD-2-Clause */
/* Prints records on stdout, in the format asked for. They are held back until the end:
 * half an answer would be taken for a whole one. */
#ifndef CMD_RECORD_PRINT_H
#define CMD_RECORD_PRINT_H

#include <stdbool.h>
#include <stdio.h>

struct record;
struct why;

/* In the order of their words. */
enum record_format {
	RECORD_ZONE,
	RECORD_FORM,
	RECORD_GENERIC,
	RECORD_NSUPDATE,
	RECORD_JSON
};

#define RECORD_FORMATS "zone|form|generic|nsupdate|json"

struct record_print {
	enum record_format format;
	char *zone; /* owned; A-labels, NULL: not given */
	bool begun;
	FILE *out;
	char *text; /* owned, as it is written */
	size_t len;
};

/* zone: as typed, or NULL. Undo with record_print_end(), also after a failure. */
int record_print_begin(struct record_print *print, enum record_format format,
		       const char *zone, struct why *why);
int record_print_one(struct record_print *print, const struct record *record,
		     struct why *why);
/* Prints what was held back if show is set. */
void record_print_end(struct record_print *print, bool show);

#endif
