/* SPDX-License-Identifier: BSD-2-Clause */
/* The DNS providers that are known. */
#ifndef SETUP_PROVIDERS_H
#define SETUP_PROVIDERS_H

#include <stddef.h>

struct provider;

/* NULL: there is none of that name. */
const struct provider *providers_find(const char *name);
/* The index'th; NULL behind the last. */
const struct provider *providers_at(size_t index);
/* Whose name server that is, by its name in lower case without a final dot; NULL:
 * nobody's that is known. */
const struct provider *providers_of_server(const char *server);

#endif
