/* SPDX-License-Identifier: BSD-2-Clause */
/* Where to connect to for an endpoint, and for which keys to ask there. */
#ifndef PROBE_CHOICE_H
#define PROBE_CHOICE_H

#include <stdbool.h>

#include "verdict/facts.h"

struct address_result;
struct probe_conf;

typedef void choice_fn(void *arg, const char *address, int port, enum facts_keys keys);

/* Whether --connect-to names addresses for this host and port. */
bool choice_is_given(const struct probe_conf *conf, const char *host, int port);
/* Calls add for each address, of --connect-to or else those found, and for each kind of
 * keys that --auth wants there. */
void choice_make(const struct probe_conf *conf, const char *host, int port,
		 const struct address_result *found, choice_fn *add, void *arg);

#endif
