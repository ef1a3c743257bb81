/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/perf.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "verdict/facts.h"
#include "verdict/signature.h"
#include "verdict/verdict.h"

/* "22.5:" alarms below; "" where the limit isn't known. */
static void range_below(double limit_s, double unit_s, char *text, size_t size)
{
	size_t len;

	text[0] = '\0';
	if (limit_s < 0)
		return;
	snprintf(text, size - 1, "%.2f", limit_s / unit_s);
	len = strlen(text);
	while (text[len - 1] == '0')
		len--;
	len -= text[len - 1] == '.';
	memcpy(text + len, ":", 2);
}

static void range_above(const struct threshold *t, char *text, size_t size)
{
	text[0] = '\0';
	if (t->given)
		snprintf(text, size, "%.10g", t->value);
}

static double whole_life(const struct facts_cert *c)
{
	return c->not_before == -1 ? -1 : difftime(c->not_after, c->not_before);
}

/* Seconds; -1: a share of a life that isn't known. */
static double limit_of(const struct threshold *t, const struct facts_cert *c)
{
	double whole = whole_life(c);

	return whole < 0 && t->is_share ? -1 : threshold_seconds(t, whole);
}

/* The leaf that comes first under its own warning, since a 6-day certificate with 5 days
 * left is better off than a 90-day one with 20. */
static const struct facts_cert *most_urgent(const struct facts_endpoint *e, size_t count,
					    const struct threshold *warn)
{
	const struct facts_cert *found = NULL;
	double slack, least = 0;
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < e[i].peer_count; k++) {
			const struct facts_peer *p = &e[i].peer[k];
			const struct facts_cert *c = p->chain;

			if (!p->chain_count || c->not_after == -1)
				continue;
			slack = (double)c->not_after -
				(warn->is_share && c->not_before == -1
					 ? 0
					 : threshold_seconds(warn, whole_life(c)));
			if (!found || slack < least) {
				found = c;
				least = slack;
			}
		}
	}
	return found;
}

static bool cert_days(const struct facts_endpoint *e, size_t count,
		      const struct verdict_conf *conf, time_t now, struct perf *ret)
{
	const struct facts_cert *c = most_urgent(e, count, &conf->warn_expiry);

	if (!c)
		return false;
	*ret = (struct perf){ .label = "cert_days",
			      .value = difftime(c->not_after, now) / 86400,
			      .uom = "",
			      .min = 0,
			      .max = NAN,
			      .decimals = 1 };
	range_below(limit_of(&conf->warn_expiry, c), 86400, ret->warn, sizeof(ret->warn));
	range_below(limit_of(&conf->crit_expiry, c), 86400, ret->crit, sizeof(ret->crit));
	return true;
}

static bool rrsig_hours(const struct facts_target *t, const struct verdict_conf *conf,
			time_t now, struct perf *ret)
{
	struct signature worst;

	if (!signature_find_worst(t, conf, now, &worst))
		return false;
	*ret = (struct perf){ .label = "rrsig_hours",
			      .value = worst.left_s / 3600,
			      .uom = "",
			      .min = 0,
			      .max = NAN,
			      .decimals = 1 };
	range_below(worst.warn_s, 3600, ret->warn, sizeof(ret->warn));
	range_below(worst.crit_s, 3600, ret->crit, sizeof(ret->crit));
	return true;
}

static bool whole_time(const struct facts_target *t, const struct verdict_conf *conf,
		       struct perf *ret)
{
	if (t->total_ms < 0)
		return false;
	*ret = (struct perf){ .label = "time",
			      .value = (double)t->total_ms / 1000,
			      .uom = "s",
			      .min = 0,
			      .max = t->timeout_ms > 0 ? (double)t->timeout_ms / 1000
						       : NAN,
			      .decimals = 3 };
	range_above(&conf->warn_time, ret->warn, sizeof(ret->warn));
	range_above(&conf->crit_time, ret->crit, sizeof(ret->crit));
	return true;
}

static bool peers_matched(const struct facts_endpoint *e, size_t count, struct perf *ret)
{
	size_t i, k, tried = 0, matched = 0;

	for (i = 0; i < count; i++) {
		for (k = 0; k < e[i].peer_count; k++) {
			const struct facts_peer *p = &e[i].peer[k];

			tried += !facts_peer_excused(&e[i], p);
			matched += p->has_match && p->match.code == MATCH_OK;
		}
	}
	if (!tried)
		return false;
	*ret = (struct perf){ .label = "peers_matched",
			      .value = (double)matched,
			      .uom = "",
			      .min = 0,
			      .max = (double)tried };
	snprintf(ret->warn, sizeof(ret->warn), "%zu:", tried);
	snprintf(ret->crit, sizeof(ret->crit), "%zu:", tried);
	return true;
}

size_t perf_collect(const struct facts_target *t, const struct verdict_conf *conf,
		    time_t now, struct perf ret_perf[PERF_MAX])
{
	size_t n = 0;

	n += cert_days(t->endpoint, t->endpoint_count, conf, now, &ret_perf[n]);
	n += rrsig_hours(t, conf, now, &ret_perf[n]);
	n += whole_time(t, conf, &ret_perf[n]);
	n += peers_matched(t->endpoint, t->endpoint_count, &ret_perf[n]);
	return n;
}

size_t perf_collect_endpoint(const struct facts_endpoint *e,
			     const struct verdict_conf *conf, time_t now,
			     struct perf ret_perf[PERF_ENDPOINT_MAX])
{
	size_t n = 0;

	n += cert_days(e, 1, conf, now, &ret_perf[n]);
	n += peers_matched(e, 1, &ret_perf[n]);
	return n;
}
