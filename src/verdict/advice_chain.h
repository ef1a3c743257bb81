/* SPDX-License-Identifier: BSD-2-Clause */
/* Advice where a chain was seen that doesn't satisfy the records. */
#ifndef VERDICT_ADVICE_CHAIN_H
#define VERDICT_ADVICE_CHAIN_H

#include <stdbool.h>

struct advice_context;

void advice_chain_mismatch(const struct advice_context *c);
/* True, and told, where the server knows the alias, but not the name that it leads to. */
bool advice_chain_alias(const struct advice_context *c);
void advice_chain_name_mismatch(const struct advice_context *c);
void advice_chain_expired(const struct advice_context *c);
void advice_chain_pkix_failed(const struct advice_context *c);

#endif
