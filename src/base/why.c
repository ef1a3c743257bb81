/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/why.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void append_cause(struct why *why, const char *cause)
{
	size_t len = strlen(why->text);

	snprintf(why->text + len, sizeof(why->text) - len, ": %s", cause);
}

int why_set(struct why *why, int code, const char *fmt, ...)
{
	va_list ap;

	if (!why)
		return code;
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
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
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	append_cause(why, strerror(errnum));
	return code;
}

int why_gnutls(struct why *why, int rc, const char *fmt, ...)
{
	va_list ap;

	if (!why)
		return DP_ECRYPTO;
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	append_cause(why, gnutls_strerror(rc));
	return DP_ECRYPTO;
}
