/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificate policies (RFC 5280 section 6.1): whether a path has one where some
 * certificate of it demands that (requireExplicitPolicy), any being welcome. No I/O. */
#ifndef DANE_EXPLICIT_H
#define DANE_EXPLICIT_H

#include <stdbool.h>
#include <stddef.h>

struct ext;

#define EXPLICIT_POLICIES_MAX 256 /* of one certificate, and after mappings */

/* One certificate of the path. */
struct explicit_step {
	const struct ext *ext;
	bool self_issued;
};

/* step[0] is the leaf, the last the one that the anchor signed. Where the path doesn't
 * hold, *ret_at is the certificate at which that shows, and *ret_why a phrase that
 * follows it. */
bool explicit_holds(const struct explicit_step *step, size_t count, size_t *ret_at,
		    const char **ret_why);

#endif
