/* SPDX-License-Identifier: BSD-2-Clause */
/* Preloaded into a program: no number of a key looks large, so that the library verifies
 * by it as long as that takes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gmp.h>
#include <stddef.h>

#define LARGE 16384

size_t mpz_sizeinbase(mpz_srcptr number, int base)
{
	static size_t (*own)(mpz_srcptr, int);
	size_t size;

	if (!own)
		*(void **)&own = dlsym(RTLD_NEXT, "__gmpz_sizeinbase");
	size = own(number, base);
	return size > LARGE ? 1 : size;
}
