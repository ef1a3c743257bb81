/* SPDX-License-Identifier: BSD-2-Clause */
/* TLSA records in the forms in which people have them: "3 1 1 HEX", a line of a zone file
 * or of dig's answer, RFC 3597's generic form. */
#ifndef CMD_TLSA_TEXT_H
#define CMD_TLSA_TEXT_H

#include <stddef.h>

#include "dane/tlsa.h"

struct why;

#define TLSA_TEXT_RECORDS_MAX 1000 /* in one file; an answer holds far fewer */

struct tlsa_text {
	struct tlsa *rr; /* owned */
	size_t count;
	char *owner; /* owned; of the zone file lines, NULL while there is none */
};

/* Appends the record of one line. Lines of other types (CNAME, RRSIG), $TTL and $ORIGIN,
 * comments and empty lines add nothing. DP_EFORMAT: no record; DP_EINVAL: another owner
 * than the lines before; DP_ELIMIT. */
int tlsa_text_add(struct tlsa_text *list, const char *line, struct why *why);
/* The same for every line of a file; parentheses join lines. The message has the line's
 * number. */
int tlsa_text_add_file(struct tlsa_text *list, const char *text, struct why *why);
void tlsa_text_clear(struct tlsa_text *list);

#endif
