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

static void take_limits(struct perf *p, const struct threshold_limits *limits,
			double unit_s)
{
	range_below(limits->warn_s, unit_s, p->warn, sizeof(p->warn));
	range_below(limits->crit_s, unit_s, p->crit, sizeof(p->crit));
	p->warn_at = limits->warn_s / unit_s;
	p->crit_at = limits->crit_s / unit_s;
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

static struct threshold_limits limits_of(const struct verdict_conf *conf,
					 const struct facts_cert *c)
{
	return threshold_limits(&conf->warn_expiry, &conf->crit_expiry, whole_life(c));
}

/* The leaf that comes first under its own warning, since a 6-day certificate with 5 days
 * left is better off than a 90-day one with 20. */
static const struct facts_cert *most_urgent(const struct facts_endpoint *e, size_t count,
					    const struct verdict_conf *conf)
{
	const struct facts_cert *found = NULL;
	double slack, warn_s, least = 0;
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < e[i].peer_count; k++) {
			const struct facts_peer *p = &e[i].peer[k];
			const struct facts_cert *c = p->chain;

			if (!p->chain_count || c->not_after == -1)
				continue;
			warn_s = limits_of(conf, c).warn_s;
			slack = (double)c->not_after - (warn_s < 0 ? 0 : warn_s);
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
	const struct facts_cert *c = most_urgent(e, count, conf);
	struct threshold_limits limits;

	if (!c)
		return false;
	limits = limits_of(conf, c);
	*ret = (struct perf){ .label = "cert_days",
			      .value = difftime(c->not_after, now) / 86400,
			      .uom = "",
			      .min = 0,
			      .max = NAN,
			      .decimals = 1 };
	take_limits(ret, &limits, 86400);
	return true;
}

static bool rrsig_hours(const struct facts_target *t, const struct verdict_conf *conf,
			time_t now, struct perf *ret)
{
	struct threshold_limits limits;
	struct signature worst;

	if (!signature_find_worst(t, conf, now, &worst))
		return false;
	*ret = (struct perf){ .label = "rrsig_hours",
			      .value = worst.left_s / 3600,
			      .uom = "",
			      .min = 0,
			      .max = NAN,
			      .decimals = 1 };
	limits = (struct threshold_limits){ worst.warn_s, worst.crit_s };
	take_limits(ret, &limits, 3600);
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

/* Whether there is such a range. */
static bool limit_value(const char *label, const char *range, double at, struct perf *ret)
{
	if (!*range)
		return false;
	*ret = (struct perf){ .label = label,
			      .value = at,
			      .uom = "",
			      .min = NAN,
			      .max = NAN,
			      .decimals = 2 };
	return true;
}

size_t perf_collect(const struct facts_target *t, const struct verdict_conf *conf,
		    time_t now, struct perf ret_perf[PERF_MAX])
{
	struct perf days = { .label = NULL }, hours = { .label = NULL };
	size_t n = 0;

	if (cert_days(t->endpoint, t->endpoint_count, conf, now, &days))
		ret_perf[n++] = days;
	if (rrsig_hours(t, conf, now, &hours))
		ret_perf[n++] = hours;
	n += whole_time(t, conf, &ret_perf[n]);
	n += peers_matched(t->endpoint, t->endpoint_count, &ret_perf[n]);
	n += limit_value("cert_days_warn", days.warn, days.warn_at, &ret_perf[n]);
	n += limit_value("cert_days_crit", days.crit, days.crit_at, &ret_perf[n]);
	n += limit_value("rrsig_hours_warn", hours.warn, hours.warn_at, &ret_perf[n]);
	n += limit_value("rrsig_hours_crit", hours.crit, hours.crit_at, &ret_perf[n]);
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
