/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/renewal.h"

#define HOUR_S 3600
#define DAY_S 86400
#define SHORT_LIFE_S (10 * DAY_S)

static int64_t left_s(const struct renewal_facts *facts)
{
	int64_t life_s = (int64_t)(facts->not_after - facts->not_before);

	if (facts->percent)
		return life_s * facts->percent / 100;
	if (facts->left_s)
		return facts->left_s < life_s ? facts->left_s : life_s / 2;
	return life_s < SHORT_LIFE_S ? life_s / 2 : life_s / 3;
}

static time_t first_time(time_t a, time_t b)
{
	return a < b ? a : b;
}

time_t renewal_time(const struct renewal_facts *facts)
{
	time_t at = facts->not_after - (time_t)left_s(facts);
	time_t last_tenth =
		facts->not_after - (facts->not_after - facts->not_before) / 10;

	if (!facts->ari_at)
		return at;
	if (facts->percent || facts->left_s)
		return first_time(facts->ari_at, at);
	return first_time(facts->ari_at, last_tenth);
}

int64_t renewal_backoff_s(int64_t failures)
{
	int64_t wait_s = HOUR_S;

	while (failures-- > 1 && wait_s < DAY_S)
		wait_s *= 2;
	return wait_s < DAY_S ? wait_s : DAY_S;
}
