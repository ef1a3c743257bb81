/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/confine.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sandbox.h"

static const char complaint[] =
	"daneprobe: stopped by the sandbox: a system call that no check makes. A server "
	"may "
	"have sent what takes a program over; --no-sandbox runs without this guard\n";

static const char *last_result; /* NULL: none is owed */

static void put_text(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		return;
}

static void on_refusal(int number)
{
	(void)number;
	if (last_result)
		put_text(STDOUT_FILENO, last_result);
	put_text(STDERR_FILENO, complaint);
	_exit(3);
}

void confine_enter(const char *const *files, size_t count)
{
	const struct sandbox_conf conf = { .files = files, .file_count = count };
	const struct sigaction action = { .sa_handler = on_refusal };
	char *given_up;

	(void)sigaction(SIGSYS, &action, NULL);
	given_up = sandbox_enter(&conf);
	log_debug("sandbox: %s", given_up);
	free(given_up);
}

void confine_set_result(const char *text)
{
	last_result = text;
}
