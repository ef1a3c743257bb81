/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/threshold.h"

#include <stddef.h>
#include <string.h>

#include "base/why.h"

#define DIGITS_MAX 9 /* no threshold is longer than a thousand million seconds */

static const struct {
	const char *name;
	double seconds;
} units[] = {
	{ "ms", 0.001 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 },
};

/* Digits with at most one point; the first byte behind them, NULL when there are none. By
 * hand, since strtod takes signs, hexadecimal, "inf" and the locale's comma. */
static const char *read_number(const char *text, double *ret_value)
{
	double value = 0, place = 1;
	const char *p = text;
	size_t digits = 0;
	bool point = false;

	for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		if (++digits > DIGITS_MAX)
			return NULL;
		value = value * 10 + (*p - '0');
		if (point)
			place *= 10;
	}
	*ret_value = value / place;
	return digits && p[-1] != '.' && *text != '.' ? p : NULL;
}

int threshold_parse(const char *text, bool allow_share, struct threshold *ret_threshold,
		    struct why *why)
{
	struct threshold t = { .given = true };
	const char *unit = read_number(text, &t.value);
	size_t i;

	if (unit && allow_share && !strcmp(unit, "%") && t.value <= 100) {
		t.is_share = true;
		*ret_threshold = t;
		return 0;
	}
	for (i = 0; unit && i < sizeof(units) / sizeof(*units); i++) {
		if (!strcmp(unit, units[i].name)) {
			t.value *= units[i].seconds;
			*ret_threshold = t;
			return 0;
		}
	}
	if (unit && !*unit)
		return why_set(why, DP_EINVAL, "'%s' has no unit: ms, s, m, h%s", text,
			       allow_share ? ", d or % of the whole" : " or d");
	return why_set(why, DP_EINVAL,
		       "'%s' is not a number with a unit out of ms s m h d%s", text,
		       allow_share ? " %" : "");
}

double threshold_seconds(const struct threshold *t, double whole_s)
{
	return t->is_share ? whole_s * t->value / 100 : t->value;
}

void threshold_order(const struct threshold *warn, const struct threshold *crit,
		     struct threshold_limits *limits)
{
	if (limits->warn_s < 0 || limits->crit_s < 0 || limits->warn_s >= limits->crit_s)
		return;
	if (warn->given && !crit->given)
		limits->crit_s = limits->warn_s;
	else if (crit->given && !warn->given)
		limits->warn_s = limits->crit_s;
}

static double limit_of(const struct threshold *t, double whole_s)
{
	return whole_s < 0 && t->is_share ? -1 : threshold_seconds(t, whole_s);
}

struct threshold_limits threshold_limits(const struct threshold *warn,
					 const struct threshold *crit, double whole_s)
{
	struct threshold_limits limits = { limit_of(warn, whole_s),
					   limit_of(crit, whole_s) };

	threshold_order(warn, crit, &limits);
	return limits;
}

int threshold_check_pair(const char *name, const struct threshold *warn,
			 const struct threshold *crit, bool rising, struct why *why)
{
	bool inverted;

	if (!warn->given || !crit->given || warn->is_share != crit->is_share)
		return 0;
	inverted = rising ? warn->value > crit->value : warn->value < crit->value;
	if (!inverted)
		return 0;
	return why_set(
		why, DP_EINVAL,
		"--warn-%s and --crit-%s are the wrong way round: the check would be "
		"CRITICAL before it is WARNING; the warning takes the %s value",
		name, name, rising ? "smaller" : "larger");
}
