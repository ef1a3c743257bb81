/* SPDX-License-Identifier: BSD-2-Clause */
/* A file with a certificate signing request. */
#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "setup/key/csr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *file;
	char path[64];
	struct csr_names names;
	gnutls_datum_t der, public;

	if (!file)
		file = tmpfile();
	if (!file || ftruncate(fileno(file), 0) < 0 ||
	    pwrite(fileno(file), data, size, 0) != (ssize_t)size)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fileno(file));
	if (csr_load(path, &der, &public, NULL) == 0) {
		gnutls_free(der.data);
		gnutls_free(public.data);
	}
	if (csr_read_names(path, &names, NULL) == 0)
		csr_names_clear(&names);
	return 0;
}
