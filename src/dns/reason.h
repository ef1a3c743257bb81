/* SPDX-License-Identifier: BSD-2-Clause */
/* Why libunbound calls an answer bogus, in its words. */
#ifndef DNS_REASON_H
#define DNS_REASON_H

/* A copy of why_bogus, on the heap. What was found out about another answer and is
 * remembered is told as it was told then. */
char *reason_of_bogus(const char *why_bogus);

#endif
