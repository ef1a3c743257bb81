/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/mark.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"

#define LIKE_MIN 16 /* octets at both ends that are equal by chance never */

const char *mark_word(enum mark mark)
{
	static const char *const words[] = { "wanted", "wrong", "too many", "foreign" };

	return words[mark];
}

/* Digits that are typed, lost or doubled leave the two ends as they were. */
static bool looks_like(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b), same = 0, from = 0, i;
	size_t shorter = a_len < b_len ? a_len : b_len;

	for (i = 0; i < shorter; i++)
		same += a[i] == b[i];
	if (a_len == b_len && same > a_len / 2)
		return true;
	while (from < shorter && a[from] == b[from])
		from++;
	for (i = 0; i < shorter - from && a[a_len - 1 - i] == b[b_len - 1 - i]; i++)
		;
	return from + i >= LIKE_MIN;
}

/* Behind the three numbers; a record without data has none, and no blank. */
static const char *skip_parameters(const char *text)
{
	size_t i;

	for (i = 0; i < 3; i++) {
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return text;
}

/* Another usage of the same data was meant as ours, too; data of another length needs
 * more than the parameters, which all share. */
static bool was_meant(const struct tlsa *rr, const struct tlsa *wanted)
{
	char *a, *b;
	bool like;

	if (rr->len == wanted->len && rr->len && !memcmp(rr->data, wanted->data, rr->len))
		return true;
	if (!tlsa_same_parameters(rr, wanted))
		return false;
	a = tlsa_to_text(rr);
	b = tlsa_to_text(wanted);
	like = looks_like(skip_parameters(a), skip_parameters(b));
	free(a);
	free(b);
	return like;
}

enum mark mark_of(const struct mark_sets *sets, const char *owner, const struct tlsa *rr,
		  const struct tlsa **ret_meant)
{
	size_t i;

	*ret_meant = NULL;
	if (record_is_among(owner, rr, sets->want, sets->want_count))
		return MARK_WANTED;
	if (record_is_among(owner, rr, sets->dead, sets->dead_count))
		return MARK_TOO_MANY;
	for (i = 0; i < sets->want_count; i++)
		if (!strcmp(sets->want[i].owner, owner) &&
		    was_meant(rr, &sets->want[i].rr)) {
			*ret_meant = &sets->want[i].rr;
			return MARK_WRONG;
		}
	return MARK_FOREIGN;
}

/* Where they are of different lengths, only the first place is known. */
char *mark_difference(const struct tlsa *have, const struct tlsa *meant)
{
	char *a = tlsa_to_text(have), *b = tlsa_to_text(meant), *line;
	size_t a_len = strlen(a), b_len = strlen(b), i, last = 0;

	line = mem_zero(a_len + 2);
	memset(line, ' ', a_len + 1);
	for (i = 0; i <= a_len && i <= b_len; i++) {
		if (a[i] == b[i])
			continue;
		line[i] = '^';
		last = i;
		if (a_len != b_len)
			break;
	}
	line[last + 1] = '\0';
	free(a);
	free(b);
	return line;
}
