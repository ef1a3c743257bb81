/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/security.h"

const char *security_name(enum security security)
{
	static const char *const names[] = {
		[SECURITY_INDETERMINATE] = "indeterminate",
		[SECURITY_INSECURE] = "insecure",
		[SECURITY_BOGUS] = "bogus",
		[SECURITY_SECURE] = "secure",
	};

	return names[security];
}
