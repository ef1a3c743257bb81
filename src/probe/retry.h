/* SPDX-License-Identifier: BSD-2-Clause */
/* Which results may be others soon, though nobody changes anything. */
#ifndef PROBE_RETRY_H
#define PROBE_RETRY_H

#include <stdbool.h>

struct facts_target;

/* No answer from DNS or from a server, or a connection that failed on its way; but not
 * where its addresses are known to answer nobody. What a server said or showed, and what
 * DNS answered, stands. */
bool retry_may_help(const struct facts_target *facts);

#endif
