/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/key/chain_file.h"

#include "base/file.h"

#define FILE_MAX (16 << 20)

int chain_file_read(const char *path, char **ret_data, size_t *ret_len, struct why *why)
{
	return file_read(path, FILE_MAX, ret_data, ret_len, why);
}
