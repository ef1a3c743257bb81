/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cutoff.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define GRACE_S 2 /* less than any scheduler waits before SIGKILL */

static const char *last_line;
static size_t last_len;
static bool line_is_result;
static volatile sig_atomic_t counting;
static struct sigaction before;

/* poll() promises room for PIPE_BUF bytes, more than the line has. */
static bool put_last_line(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT &&
	       write(fd, last_line, last_len) > 0;
}

static void on_alarm(int number)
{
	(void)number;
	if (!line_is_result || !put_last_line(STDOUT_FILENO))
		(void)put_last_line(STDERR_FILENO);
	_exit(3);
}

static void on_term(int number)
{
	if (!counting)
		alarm(GRACE_S);
	counting = 1; /* further signals don't put it off */
	if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
		before.sa_handler(number);
}

void cutoff_arm(const char *line, bool is_result)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	last_line = line;
	last_len = strlen(line);
	line_is_result = is_result;
	counting = 0;
	(void)sigfillset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);
	action.sa_handler = on_term;
	(void)sigaction(SIGTERM, &action, &before);
}

void cutoff_clear(void)
{
	struct sigaction none = { .sa_handler = SIG_DFL };

	if (!last_line)
		return;
	(void)sigaction(SIGTERM, &before, NULL);
	alarm(0);
	(void)sigaction(SIGALRM, &none, NULL);
	last_line = NULL;
}
