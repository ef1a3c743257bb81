/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX 40 /* longer ones are no slips of the finger */

void nearest_init(struct nearest *n, const char *word)
{
	*n = (struct nearest){ .word = word };
}

static size_t smaller_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance of two words of at most WORD_MAX characters. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1], i, j;

	for (i = 0; i <= a_len; i++)
		d[i][0] = i;
	for (j = 0; j <= b_len; j++)
		d[0][j] = j;
	for (i = 1; i <= a_len; i++)
		for (j = 1; j <= b_len; j++) {
			d[i][j] = smaller_of(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
					     smaller_of(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = smaller_of(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[a_len][b_len];
}

void nearest_offer(struct nearest *n, const char *known)
{
	size_t len = strlen(n->word), known_len = strlen(known), edits;

	if (!len || len > WORD_MAX || known_len > WORD_MAX)
		return;
	edits = edit_distance(n->word, len, known, known_len);
	if (edits > (len < 3 ? 1 : len / 3) || (n->best && edits >= n->edits))
		return;
	n->best = known;
	n->edits = edits;
}
