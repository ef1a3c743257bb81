/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/pace.h"

/* What a target asks as long as too few are known: a host in a zone of its own (A, AAAA,
 * TLSA, DS and DNSKEY). */
#define ASKS 5.0
#define FEW 20 /* targets */
/* what a timer may be late, and is made up for */
#define LATE_MS 100

static double mean_asked(uint64_t asked, uint64_t ended)
{
	double mean = ended ? (double)asked / (double)ended : ASKS;

	return ended < FEW && mean < ASKS ? ASKS : mean;
}

int64_t pace_wait_ms(const struct pace *p, int64_t now_ms)
{
	double wait = p->next_ms - (double)now_ms;

	return p->per_s > 0 && wait > 0 ? (int64_t)wait + 1 : 0;
}

/* Time in which none could begin isn't made up for. */
void pace_begin(struct pace *p, int64_t now_ms, uint64_t asked, uint64_t ended)
{
	double now = (double)now_ms, from = p->next_ms > now - LATE_MS ? p->next_ms : now;

	if (p->per_s > 0)
		p->next_ms = from + mean_asked(asked, ended) * 1000 / p->per_s;
}
