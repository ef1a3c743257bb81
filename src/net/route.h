/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether this host has a way to an address at all. */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include <stdbool.h>

/* Asks the kernel's routing table; sends no packet. Where that is in doubt, the answer
 * is yes. */
bool route_exists(const char *address);

#endif
