/* SPDX-License-Identifier: BSD-2-Clause */
/* Preloaded into a program: a library that doesn't come to an end in the handshake that
 * has the number STUCK_AT. */
#include <gnutls/gnutls.h>
#include <stdlib.h>

void gnutls_handshake_set_timeout(gnutls_session_t session, unsigned int ms)
{
	static long begun;
	const char *at = getenv("STUCK_AT");

	(void)session;
	(void)ms;
	if (at && ++begun == strtol(at, NULL, 10))
		for (;;)
			begun = begun + 0;
}
