/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/crash.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/sandbox.h"

#define STACK_BYTES 16384 /* for a stack that ran over */

static const char forbidden[] =
	"daneprobe: stopped by the sandbox: a system call that no check makes. A server "
	"may "
	"have sent what takes a program over; --no-sandbox runs without this guard\n";
static const char fault[] =
	"daneprobe: crashed, perhaps because of too little memory (ulimit -v)\n";

static const char *sandbox_result, *fault_result; /* NULL: none is owed */
static pid_t owner;
static bool keeps_core;

static void put_text(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return;
}

static void on_end(int number)
{
	const char *result = number == SIGSYS ? sandbox_result : fault_result;
	bool is_ours = getpid() == owner;

	if (is_ours && result)
		put_text(STDOUT_FILENO, result);
	if (is_ours)
		put_text(STDERR_FILENO, number == SIGSYS ? forbidden : fault);
	if (is_ours && !keeps_core)
		_exit(3);
	(void)signal(number, SIG_DFL); /* it comes again, with its usual effect */
	(void)raise(number);
}

void crash_guard(void)
{
	static const int faults[] = { SIGSYS, SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };
	static char space[STACK_BYTES];
	const stack_t stack = { .ss_sp = space, .ss_size = sizeof(space) };
	const struct sigaction action = { .sa_handler = on_end, .sa_flags = SA_ONSTACK };
	size_t i, count = sizeof(faults) / sizeof(*faults);

	owner = getpid();
	if (sandbox_built() == SANDBOX_WIDE)
		count = 1;
	else
		(void)sigaltstack(&stack, NULL);
	for (i = 0; i < count; i++)
		(void)sigaction(faults[i], &action, NULL);
}

void crash_keep_core(void)
{
	keeps_core = true;
}

void crash_set_results(const char *by_sandbox, const char *by_fault)
{
	sandbox_result = by_sandbox;
	fault_result = by_fault;
}
