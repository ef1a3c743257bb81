/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/matrix.h"

#include <stdlib.h>

#include "base/mem.h"

void matrix_free(struct matrix *m)
{
	size_t i, k;

	if (!m)
		return;
	for (i = 0; i < m->row_count; i++)
		free(m->row[i].cell);
	free(m->row);
	for (i = 0; i < m->client_count; i++) {
		free(m->client[i].name);
		for (k = 0; k < m->client[i].place_count; k++)
			free(m->client[i].place[k]);
		free(m->client[i].place);
	}
	free(m->client);
	free(m->text);
	free(m->brief);
	free(m);
}

const char *matrix_verdict_name(enum matrix_verdict verdict)
{
	static const char *const names[] = {
		[MATRIX_MATCH] = "match",	[MATRIX_NAME_MISMATCH] = "name-mismatch",
		[MATRIX_EXPIRED] = "expired",	[MATRIX_PKIX_FAILED] = "pkix-failed",
		[MATRIX_MISMATCH] = "mismatch", [MATRIX_SUPERSEDED] = "superseded",
		[MATRIX_UNUSABLE] = "unusable",
	};

	return names[verdict];
}
