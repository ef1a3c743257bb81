/* SPDX-License-Identifier: BSD-2-Clause */
/* Advice where the records themselves are the trouble: none, unusable, not signed, bogus,
 * or not to be had. */
#ifndef VERDICT_ADVICE_DNS_H
#define VERDICT_ADVICE_DNS_H

struct advice_context;

void advice_dns_unusable(const struct advice_context *c);
void advice_dns_no_tlsa(const struct advice_context *c);
void advice_dns_insecure(const struct advice_context *c);
void advice_dns_bogus(const struct advice_context *c);
void advice_dns_unanswered(const struct advice_context *c);

#endif
