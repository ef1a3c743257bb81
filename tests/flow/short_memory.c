/* SPDX-License-Identifier: BSD-2-Clause */
/* Preloaded into a program, whose wish number FAIL_AT for memory isn't granted, counted
 * from its main() on, or with FAIL_INSIDE from its sandbox on (libseccomp makes thousands
 * of wishes for the filter, and the sandbox does without where one isn't granted). glibc
 * only. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef int main_fn(int argc, char **argv, char **environment);
typedef void hook_fn(void);
typedef int start_fn(main_fn *program, int argc, char **argv, hook_fn *init,
		     hook_fn *fini, hook_fn *loader_fini, void *stack_end);

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *data, size_t size);
start_fn __libc_start_main;

static main_fn *program_main;
static long left; /* wishes up to the one that isn't granted; 0: none */

static void count_from_here(void)
{
	const char *at = getenv("FAIL_AT");

	left = at ? strtol(at, NULL, 10) : 0;
}

int seccomp_load(void *filter);

int seccomp_load(void *filter)
{
	void *found = dlsym(RTLD_NEXT, "seccomp_load");
	int (*real)(void *filter);
	int rc;

	memcpy(&real, &found, sizeof(real));
	rc = real(filter);
	if (getenv("FAIL_INSIDE"))
		count_from_here();
	return rc;
}

static int run_main(int argc, char **argv, char **environment)
{
	if (!getenv("FAIL_INSIDE"))
		count_from_here();
	return program_main(argc, argv, environment);
}

int __libc_start_main(main_fn *program, int argc, char **argv, hook_fn *init,
		      hook_fn *fini, hook_fn *loader_fini, void *stack_end)
{
	void *found = dlsym(RTLD_NEXT, "__libc_start_main");
	start_fn *real;

	memcpy(&real, &found, sizeof(real));
	program_main = program;
	return real(run_main, argc, argv, init, fini, loader_fini, stack_end);
}

static int is_refused(void)
{
	if (!left || --left)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *data, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(data, size);
}
