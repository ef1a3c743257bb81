/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#include "base/why.h"

static time_t fixed;

time_t clock_now(void)
{
	return fixed ? fixed : time(NULL);
}

void clock_fix(time_t now)
{
	fixed = now;
}

int64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

char *clock_date(time_t t, char *text)
{
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(text, 32, "%Y-%m-%d", &tm))
		text[0] = '\0';
	return text;
}

char *clock_rfc3339(time_t t, char *text)
{
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		text[0] = '\0';
	return text;
}

/* Days from 1970-01-01 to the given day of the proleptic Gregorian calendar. */
static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	unsigned shifted = (m + 9) % 12; /* the year starts in March */
	int64_t era_year = y - (m <= 2);

	return era_year * 365 + era_year / 4 - era_year / 100 + era_year / 400 +
	       (shifted * 153 + 2) / 5 + d - 1 - 719468;
}

static int parse_offset(const char *p, int *ret_seconds)
{
	unsigned h, m;
	char sign;
	int used = 0;

	if (!strcmp(p, "Z") || !strcmp(p, "z")) {
		*ret_seconds = 0;
		return 0;
	}
	if (sscanf(p, "%c%2u:%2u%n", &sign, &h, &m, &used) != 3 || p[used] || h > 23 ||
	    m > 59 || (sign != '+' && sign != '-'))
		return DP_EFORMAT;
	*ret_seconds = (int)(h * 3600 + m * 60) * (sign == '-' ? -1 : 1);
	return 0;
}

int clock_parse_rfc3339(const char *text, time_t *ret_t, struct why *why)
{
	unsigned y, mo, d, h, mi, s;
	int used = 0, offset;
	const char *p;

	if (sscanf(text, "%4u-%2u-%2u%*1[Tt ]%2u:%2u:%2u%n", &y, &mo, &d, &h, &mi, &s,
		   &used) != 6 ||
	    y < 1970 || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 ||
	    s > 60)
		goto bad;
	p = text + used;
	if (*p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	if (parse_offset(p, &offset) < 0)
		goto bad;
	*ret_t = (time_t)(days_from_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + s -
			  offset);
	return 0;
bad:
	return why_set(why, DP_EFORMAT,
		       "'%s' is not an RFC 3339 time like 2026-12-07T10:00:00Z", text);
}
