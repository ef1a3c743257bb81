/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/processors.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"

#define PROCESSORS_MAX 256
#define FILE_MAX 65536
#define PERIOD_US 100000 /* that of cpu.max where it says none */

/* The text of a file below root, on the heap; NULL where it can't be had. */
static char *read_below(const char *root, const char *dir, const char *name)
{
	char *path = mem_printf("%s%s/%s", root, dir, name), *text = NULL;
	size_t len;

	if (file_read(path, FILE_MAX, &text, &len, NULL) < 0)
		text = NULL;
	free(path);
	return text;
}

/* The number that text begins with; -1: it begins with none. */
static long leading_number(const char *text)
{
	size_t len = strspn(text, "0123456789");
	char *digits = mem_text_n(text, len);
	int64_t number = -1;

	if (number_parse(digits, 0, 1000000000000, &number, NULL) < 0)
		number = -1;
	free(digits);
	return (long)number;
}

/* Of "Cpus_allowed_list:\t0-3,8"; 0: it isn't told. */
static long count_allowed(const char *root)
{
	static const char title[] = "Cpus_allowed_list:";
	char *text = read_below(root, "/proc/self", "status");
	const char *at = text ? strstr(text, title) : NULL;
	long count = 0, first, last;

	if (at) {
		at += sizeof(title) - 1;
		at += strspn(at, " \t");
	}
	while (at && (first = leading_number(at)) >= 0) {
		at += strspn(at, "0123456789");
		last = *at == '-' ? leading_number(at + 1) : first;
		count += last >= first ? last - first + 1 : 0;
		at += strspn(at, "-0123456789");
		at += *at == ',';
	}
	free(text);
	return count;
}

/* Processors for that much time a period; 0: any number. */
static long share_of(long quota_us, long period_us)
{
	if (quota_us <= 0 || period_us <= 0)
		return 0;
	return (quota_us + period_us - 1) / period_us;
}

/* "max 100000", "150000 100000" */
static long share_of_v2(const char *root, const char *dir)
{
	char *text = read_below(root, dir, "cpu.max");
	long quota = text ? leading_number(text) : -1, period = PERIOD_US, share;
	const char *behind = text ? strchr(text, ' ') : NULL;

	if (behind)
		period = leading_number(behind + 1);
	share = share_of(quota, period);
	free(text);
	return share;
}

static long share_of_v1(const char *root, const char *dir)
{
	char *quota = read_below(root, dir, "cpu.cfs_quota_us");
	char *period = read_below(root, dir, "cpu.cfs_period_us");
	long share = quota && period
			     ? share_of(leading_number(quota), leading_number(period))
			     : 0;

	free(quota);
	free(period);
	return share;
}

/* The least of what a cgroup and those above it have; 0: no limit. Inside a container
 * the path may be that of outside: then what is mounted is the container's own. */
static long least_share(const char *root, const char *mount, const char *cgroup,
			long (*share)(const char *root, const char *dir))
{
	char *path = mem_printf("%s%s", mount, cgroup), *end;
	long least = 0, one;

	for (;;) {
		one = share(root, path);
		if (one && (!least || one < least))
			least = one;
		end = strrchr(path, '/');
		if (strlen(path) <= strlen(mount) || !end)
			break;
		*end = '\0';
	}
	free(path);
	return least;
}

static bool has_word(const char *list, size_t len, const char *word)
{
	const char *end = list + len;
	size_t n;

	for (; list < end; list += n + 1) {
		n = strcspn(list, ",:");
		if (n == strlen(word) && !strncmp(list, word, n))
			return true;
	}
	return false;
}

/* A line of /proc/self/cgroup: "0::/a/b", or "4:cpu,cpuacct:/a/b". */
static long share_of_line(const char *root, const char *line, size_t len)
{
	const char *end = line + len;
	const char *names = memchr(line, ':', len);
	const char *path =
		names ? memchr(names + 1, ':', (size_t)(end - names - 1)) : NULL;
	long share = 0;
	char *cgroup;

	if (!path)
		return 0;
	cgroup = mem_text_n(path + 1, (size_t)(end - path - 1));
	if (path == names + 1)
		share = least_share(root, "/sys/fs/cgroup", cgroup, share_of_v2);
	else if (has_word(names + 1, (size_t)(path - names - 1), "cpu"))
		share = least_share(root, "/sys/fs/cgroup/cpu", cgroup, share_of_v1);
	free(cgroup);
	return share;
}

static long count_quota(const char *root)
{
	char *text = read_below(root, "/proc/self", "cgroup");
	long least = 0, one;
	const char *line;
	size_t len;

	for (line = text; line && *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		one = share_of_line(root, line, len);
		if (one && (!least || one < least))
			least = one;
	}
	free(text);
	return least;
}

int processors_count(const char *root)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	const long limits[] = { PROCESSORS_MAX, count_allowed(root), count_quota(root) };
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (limits[i] && limits[i] < n)
			n = limits[i];
	return n < 1 ? 1 : (int)n;
}
