/* SPDX-License-Identifier: BSD-2-Clause */
/* What to do about a failure whose words say all that is known. */
#ifndef VERDICT_REMEDY_H
#define VERDICT_REMEDY_H

#include "verdict/code.h"

/* A constant, by the code, the scheme of the service ("smtp"; NULL unknown) and what the
 * error hints at; NULL: there is nothing to do. */
const char *remedy_for(enum code code, const char *service, const char *error);

#endif
