/* SPDX-License-Identifier: BSD-2-Clause */
/* Preloaded into a program: a library that is taken over by the first certificate that a
 * process with all its rights parses. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnutls/x509.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A process that has only a pipe isn't told whether it is confined: the call fails. */
static void mind_rights(void)
{
	static const char words[] = "a certificate was parsed outside any sandbox\n";

	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0)
		return;
	_exit(write(STDERR_FILENO, words, sizeof(words) - 1) < 0 ? 98 : 99);
}

int gnutls_x509_crt_import(gnutls_x509_crt_t crt, const gnutls_datum_t *data,
			   gnutls_x509_crt_fmt_t format)
{
	static int (*import)(gnutls_x509_crt_t, const gnutls_datum_t *,
			     gnutls_x509_crt_fmt_t);

	mind_rights();
	if (!import)
		import = (int (*)(gnutls_x509_crt_t, const gnutls_datum_t *,
				  gnutls_x509_crt_fmt_t))dlsym(RTLD_NEXT,
							       "gnutls_x509_crt_import");
	return import(crt, data, format);
}
