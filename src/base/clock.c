/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/clock.h"

#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/why.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define BOOT_ID_MAX 256

static time_t fixed;
static bool turns; /* a loop does */
static int64_t turned_ms, stood_still_ms;
static int64_t skipped_ms, worked_us;

time_t clock_now(void)
{
	return fixed ? fixed : time(NULL);
}

void clock_fix(time_t now)
{
	fixed = now;
}

static int64_t monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 + worked_us;
}

void clock_work(int64_t us)
{
	worked_us += us;
}

void clock_skip(int64_t ms)
{
	skipped_ms += ms;
}

/* What to leave out if the loop turned now. */
static int64_t excess_ms(void)
{
	int64_t since = turns ? monotonic_ms() - turned_ms : 0;

	return since > CLOCK_TURN_MS ? since - CLOCK_TURN_MS : 0;
}

int64_t clock_ms(void)
{
	return monotonic_ms() - stood_still_ms - excess_ms() + skipped_ms;
}

void clock_turn(void)
{
	stood_still_ms += excess_ms();
	turned_ms = monotonic_ms();
	turns = true;
}

void clock_run_free(void)
{
	stood_still_ms += excess_ms();
	turns = false;
}

int64_t clock_stood_still_ms(void)
{
	return stood_still_ms + excess_ms();
}

int64_t clock_uptime_s(char **ret_boot)
{
	struct timespec ts;
	size_t len;

	*ret_boot = NULL;
	(void)file_read(BOOT_ID, BOOT_ID_MAX, ret_boot, &len, NULL);
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec;
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

/* A number of exactly so many digits, then moves on; -1 for anything else. */
static int take_digits(const char **p, size_t count)
{
	int value = 0;

	while (count--) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (*(*p)++ - '0');
	}
	return value;
}

/* Three numbers of two digits (the first of so many), a separator between them. */
static bool take_three(const char **p, size_t first_digits, char separator, int *n)
{
	int i;

	for (i = 0; i < 3; i++) {
		n[i] = take_digits(p, i ? 2 : first_digits);
		if (n[i] < 0 || (i < 2 && *(*p)++ != separator))
			return false;
	}
	return true;
}

static int days_in_month(int y, int m)
{
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	if (m == 2)
		return leap ? 29 : 28;
	return m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

/* "Z" or "+05:30", and nothing behind it. */
static bool take_offset(const char *p, int *ret_seconds)
{
	int sign = *p == '-' ? -1 : 1, h, m;

	*ret_seconds = 0;
	if (!strcmp(p, "Z") || !strcmp(p, "z"))
		return true;
	if (*p != '+' && *p != '-')
		return false;
	p++;
	h = take_digits(&p, 2);
	if (h < 0 || h > 23 || *p++ != ':')
		return false;
	m = take_digits(&p, 2);
	if (m < 0 || m > 59 || *p)
		return false;
	*ret_seconds = sign * (h * 3600 + m * 60);
	return true;
}

static bool take_time(const char *p, time_t *ret_t)
{
	int date[3], at[3], offset;
	size_t fraction;

	if (!take_three(&p, 4, '-', date) || date[0] < 1970 || date[1] < 1 ||
	    date[1] > 12 || date[2] < 1 || date[2] > days_in_month(date[0], date[1]))
		return false;
	if (!*p || !strchr("Tt ", *p++))
		return false;
	if (!take_three(&p, 2, ':', at) || at[0] > 23 || at[1] > 59 || at[2] > 60)
		return false;
	if (*p == '.') {
		fraction = strspn(p + 1, "0123456789");
		if (!fraction)
			return false;
		p += 1 + fraction;
	}
	if (!take_offset(p, &offset))
		return false;
	*ret_t = (time_t)(days_from_civil(date[0], (unsigned)date[1], (unsigned)date[2]) *
				  86400 +
			  at[0] * 3600 + at[1] * 60 + at[2] - offset);
	return true;
}

int clock_parse_rfc3339(const char *text, time_t *ret_t, struct why *why)
{
	if (take_time(text, ret_t))
		return 0;
	return why_set(why, DP_EFORMAT,
		       "'%s' is not an RFC 3339 time like 2026-12-07T10:00:00Z", text);
}
