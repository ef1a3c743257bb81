/* SPDX-License-Identifier: BSD-2-Clause */
/* DNSSEC status of an RRset or of a proof of absence (RFC 4033 section 5). */
#ifndef VERDICT_SECURITY_H
#define VERDICT_SECURITY_H

enum security {
	SECURITY_INDETERMINATE,
	SECURITY_INSECURE,
	SECURITY_BOGUS,
	SECURITY_SECURE
};

const char *security_name(enum security security); /* "secure" */

#endif
