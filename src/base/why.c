/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The sentence may be made of the one that stands in why. */
static void put_text(struct why *why, const char *text)
{
	char *fits = mem_shorten(text, sizeof(why->text) - 1);

	memcpy(why->text, fits, strlen(fits) + 1);
	free(fits);
}

static void put_sentence(struct why *why, const char *cause, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));
static void put_sentence(struct why *why, const char *cause, const char *fmt, va_list ap)
{
	char *sentence = mem_vprintf(fmt, ap);
	char *whole = cause ? mem_printf("%s: %s", sentence, cause) : NULL;

	put_text(why, whole ? whole : sentence);
	free(whole);
	free(sentence);
}

int why_set(struct why *why, int code, const char *fmt, ...)
{
	va_list ap;

	if (!why)
		return code;
	va_start(ap, fmt);
	put_sentence(why, NULL, fmt, ap);
	va_end(ap);
	return code;
}

int why_errno(struct why *why, int errnum, const char *fmt, ...)
{
	int code = errnum == EEXIST ? DP_EEXIST : errnum == ENOENT ? DP_ENOENT : DP_EIO;
	va_list ap;

	if (!why)
		return code;
	va_start(ap, fmt);
	put_sentence(why, strerror(errnum), fmt, ap);
	va_end(ap);
	return code;
}

int why_had_memory(int rc)
{
	if (rc == GNUTLS_E_MEMORY_ERROR) /* this host's fault, and nobody else's */
		mem_exhausted();
	return rc;
}

int why_gnutls(struct why *why, int rc, const char *fmt, ...)
{
	va_list ap;

	(void)why_had_memory(rc);
	if (!why)
		return DP_ECRYPTO;
	va_start(ap, fmt);
	put_sentence(why, gnutls_strerror(rc), fmt, ap);
	va_end(ap);
	return DP_ECRYPTO;
}
