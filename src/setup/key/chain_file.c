/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/chain_file.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"

#define FILE_MAX (16 << 20)

int chain_file_read(const char *path, struct chain *ret_chain, struct why *why)
{
	struct why inner = { "" };
	char *data = NULL;
	size_t len = 0;
	int rc = file_read(path, FILE_MAX, &data, &len, why);

	if (rc < 0)
		return rc;
	rc = chain_from_file(data, len, ret_chain, &inner);
	mem_wipe(data, len); /* a private key may stand in the same file */
	free(data);
	return rc < 0 ? why_set(why, rc, "%s: %s", path, inner.text) : 0;
}
