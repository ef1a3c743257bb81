/* SPDX-License-Identifier: BSD-2-Clause */
/* A file with a private key. */
#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "setup/key/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *file;
	char path[64];
	struct key *key;
	gnutls_datum_t der;

	if (!file)
		file = tmpfile();
	if (!file || ftruncate(fileno(file), 0) < 0 ||
	    pwrite(fileno(file), data, size, 0) != (ssize_t)size)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	if (key_load(path, &key, NULL) == 0) {
		if (key_public(key, &der, NULL) == 0)
			gnutls_free(der.data);
		key_free(key);
	}
	return 0;
}
