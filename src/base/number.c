/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/number.h"

#include <stddef.h>
#include <string.h>

#include "base/why.h"

#define DIGITS_MAX 15 /* so that neither int64_t nor double loses anything */
#define TIME_MAX_MS (3650LL * 86400 * 1000)

/* Value of n digits; DIGITS_MAX bounds n. */
static int64_t digits_value(const char *p, size_t n)
{
	int64_t value = 0;

	while (n--)
		value = value * 10 + (*p++ - '0');
	return value;
}

int number_parse(const char *text, int64_t min, int64_t max, int64_t *ret_value,
		 struct why *why)
{
	size_t n = strspn(text, "0123456789");
	int64_t value;

	if (!n || text[n])
		return why_set(why, DP_EINVAL, "'%s' is not a number", text);
	value = n > DIGITS_MAX ? INT64_MAX : digits_value(text, n);
	if (value < min || value > max)
		return why_set(why, DP_EINVAL, "%s is not between %lld and %lld", text,
			       (long long)min, (long long)max);
	*ret_value = value;
	return 0;
}

static int64_t unit_ms(const char *unit)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {
		{ "ms", 1 },	  { "s", 1000 },     { "m", 60000 },
		{ "h", 3600000 }, { "d", 86400000 },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(unit, units[i].name))
			return units[i].ms;
	return 0;
}

int number_parse_time(const char *text, bool unit_needed, int64_t *ret_ms,
		      struct why *why)
{
	size_t whole = strspn(text, "0123456789"), part = 0;
	const char *unit = text + whole;
	int64_t ms;
	double value;

	if (*unit == '.') {
		part = strspn(unit + 1, "0123456789");
		unit += 1 + part;
		if (!part)
			whole = 0;
	}
	if (!whole || whole > DIGITS_MAX || part > 6)
		return why_set(why, DP_EINVAL, "'%s' is not a time like 90s, 5m or 250ms",
			       text);
	if (!*unit && unit_needed)
		return why_set(why, DP_EINVAL,
			       "'%s' has no unit: write %ss, or ms, m, h, d", text, text);
	ms = unit_ms(*unit ? unit : "s");
	if (!ms)
		return why_set(why, DP_EINVAL, "unit '%s' is none of ms, s, m, h, d",
			       unit);
	value = (double)digits_value(text, whole);
	if (part) {
		double scale = 1;
		size_t i;

		for (i = 0; i < part; i++)
			scale *= 10;
		value += (double)digits_value(text + whole + 1, part) / scale;
	}
	value *= (double)ms;
	if (value > (double)TIME_MAX_MS)
		return why_set(why, DP_EINVAL, "%s is longer than ten years", text);
	*ret_ms = (int64_t)(value + 0.5);
	return 0;
}
