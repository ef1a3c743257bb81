/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cutoff.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define GRACE_MS 2000 /* less than any scheduler waits before SIGKILL */

#define STATUS "DANE UNKNOWN - "

/* What a stop by SIGTERM found: both begin with what a plugin owes. */
static const char unread[] =
	STATUS "stopped by SIGTERM while standard output wasn't read\n";
static const char busy[] =
	STATUS "stopped by SIGTERM while the check stood still: it waits for its "
	       "input, or computes\n";

static bool armed, owes_status;
static const char *late; /* NULL: there is no limit */
static volatile sig_atomic_t counting;
static struct sigaction before;

static bool takes_more(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT;
}

/* poll() promises room for PIPE_BUF bytes; what is longer may wait, and then a second
 * SIGTERM ends it. */
static bool put_text(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n = 0;

	if (!takes_more(fd))
		return false;
	for (; len && (n = write(fd, text, len)) > 0; len -= (size_t)n)
		text += n;
	return n > 0;
}

static void tell_stop(void)
{
	const char *line = takes_more(STDOUT_FILENO) ? busy : unread;

	if (!owes_status)
		line += strlen(STATUS);
	if (!owes_status || !put_text(STDOUT_FILENO, line))
		(void)put_text(STDERR_FILENO, line);
}

static void on_alarm(int number)
{
	(void)number;
	if (counting)
		tell_stop();
	else if (late)
		(void)put_text(STDOUT_FILENO, late);
	_exit(3);
}

static void set_timer(int64_t ms)
{
	const struct itimerval timer = {
		.it_value = { .tv_sec = (time_t)(ms / 1000),
			      .tv_usec = (suseconds_t)(ms % 1000 * 1000) }
	};

	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_term(int number)
{
	if (!counting)
		set_timer(GRACE_MS);
	counting = 1; /* further signals don't put it off */
	if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
		before.sa_handler(number);
}

void cutoff_arm(bool owes_status_line)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	armed = true;
	owes_status = owes_status_line;
	counting = 0;
	(void)sigfillset(&action.sa_mask);
	(void)sigaction(SIGALRM, &action, NULL);
	action.sa_handler = on_term;
	(void)sigaction(SIGTERM, &action, &before);
}

void cutoff_limit(int64_t ms, const char *result)
{
	sigset_t term, was;

	if (!armed)
		return;
	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &term, &was);
	if (!counting) {
		set_timer(0);
		late = result;
		set_timer(ms);
	}
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
}

void cutoff_clear(void)
{
	struct sigaction none = { .sa_handler = SIG_DFL };

	if (!armed)
		return;
	(void)sigaction(SIGTERM, &before, NULL);
	set_timer(0);
	(void)sigaction(SIGALRM, &none, NULL);
	armed = false;
	late = NULL;
}
