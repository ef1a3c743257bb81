/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/processors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

/* A tree of files: "PATH=TEXT" each. A machine with one processor tells nothing. */
#define FILES 6

static const struct {
	const char *name, *file[FILES];
	int most; /* that may come out; what the machine has, where it is less */
} rows[] = {
	{ "nothing is told", { NULL }, 256 },
	{ "one of the mask",
	  { "proc/self/status=Name:\tx\nCpus_allowed_list:\t1\n" },
	  1 },
	{ "two of the mask",
	  { "proc/self/status=Cpus_allowed_list:\t0,7\nMems:\t0\n" },
	  2 },
	{ "a span of the mask", { "proc/self/status=Cpus_allowed_list:\t4-4\n" }, 1 },
	{ "a wide mask", { "proc/self/status=Cpus_allowed_list:\t0-511\n" }, 256 },
	{ "a quota",
	  { "proc/self/cgroup=0::/\n", "sys/fs/cgroup/cpu.max=100000 100000\n" },
	  1 },
	{ "a part of one",
	  { "proc/self/cgroup=0::/\n", "sys/fs/cgroup/cpu.max=20000 100000\n" },
	  1 },
	{ "one and a half are two",
	  { "proc/self/cgroup=0::/\n", "sys/fs/cgroup/cpu.max=150000 100000\n" },
	  2 },
	{ "no quota",
	  { "proc/self/cgroup=0::/\n", "sys/fs/cgroup/cpu.max=max 100000\n" },
	  256 },
	{ "that of the one above",
	  { "proc/self/cgroup=0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max=max 100000\n",
	    "sys/fs/cgroup/a/cpu.max=50000 50000\n" },
	  1 },
	{ "the path of outside a container",
	  { "proc/self/cgroup=0::/outside/x\n", "sys/fs/cgroup/cpu.max=100000 100000\n" },
	  1 },
	{ "the older kind",
	  { "proc/self/cgroup=5:memory:/m\n4:cpu,cpuacct:/c\n1:name=systemd:/\n",
	    "sys/fs/cgroup/cpu/c/cpu.cfs_quota_us=100000\n",
	    "sys/fs/cgroup/cpu/c/cpu.cfs_period_us=100000\n" },
	  1 },
	{ "the older kind without a quota",
	  { "proc/self/cgroup=4:cpuacct,cpu:/\n",
	    "sys/fs/cgroup/cpu/cpu.cfs_quota_us=-1\n",
	    "sys/fs/cgroup/cpu/cpu.cfs_period_us=100000\n" },
	  256 },
	{ "garbage",
	  { "proc/self/status=Cpus_allowed_list:\tx\n", "proc/self/cgroup=0::\n::\n:\nx",
	    "sys/fs/cgroup/cpu.max=\n" },
	  256 },
	{ "no time at all",
	  { "proc/self/cgroup=0::/\n", "sys/fs/cgroup/cpu.max=5 0\n" },
	  256 },
};

static void write_below(const char *root, const char *file)
{
	size_t len = strcspn(file, "=");
	char *path = mem_printf("%s/%.*s", root, (int)len, file), *slash;
	FILE *out;

	for (slash = strchr(path + strlen(root) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(file + len + 1, out);
	fclose(out);
	free(path);
}

static void test_processors_count_rows(void **state)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t i, k;
	int wanted;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char root[] = "/tmp/processors.XXXXXX", *command;

		assert_non_null(mkdtemp(root));
		for (k = 0; k < FILES && rows[i].file[k]; k++)
			write_below(root, rows[i].file[k]);
		wanted = online < rows[i].most ? (int)online : rows[i].most;
		if (processors_count(root) != wanted)
			fail_msg("%s: %d, not %d", rows[i].name, processors_count(root),
				 wanted);
		command = mem_printf("rm -rf %s", root);
		assert_int_equal(system(command), 0);
		free(command);
	}
}

static void test_processors_of_this_machine(void **state)
{
	(void)state;
	assert_in_range(processors_count(""), 1, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processors_count_rows),
		cmocka_unit_test(test_processors_of_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
