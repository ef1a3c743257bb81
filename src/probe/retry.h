/* SPDX-License-Identifier: BSD-2-Clause */
/* Which results may soon be different, though nobody changes anything. */
#ifndef PROBE_RETRY_H
#define PROBE_RETRY_H

#include <stdbool.h>

struct facts_target;

/* Whether a retry may help: where DNS or a server gave no answer, or a connection
 * failed on its way; but not where the addresses are known to answer nobody. What a
 * server said or showed, and what DNS answered, stands. */
bool retry_may_help(const struct facts_target *facts);

#endif
