/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/chain_file.h"

#include <stdlib.h>

#include "base/file.h"
#include "dane/chain.h"

#define PEM_MAX (1 << 20)

int chain_file_read(const char *path, struct chain *ret_chain, struct why *why)
{
	char *text = NULL;
	size_t len;
	int rc = file_read(path, PEM_MAX, &text, &len, why);

	if (rc == 0)
		rc = chain_from_file(text, len, ret_chain, why);
	free(text);
	return rc;
}
