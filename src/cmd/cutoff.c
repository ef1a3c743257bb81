/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cutoff.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/loop.h"

#define GRACE_MS 2000 /* less than any scheduler waits before SIGKILL */

/* As a fleet looks at its workers: a loop that hasn't turned at so many looks in a row.
 */
#define LOOK_MS 250
#define LOOKS_MAX 10

#define STATUS "DANE UNKNOWN - "

/* What a stop by SIGTERM found: both begin with what a plugin owes. */
static const char unread[] =
	STATUS "stopped by SIGTERM while standard output wasn't read\n";
static const char busy[] =
	STATUS "stopped by SIGTERM while the check stood still: it waits for its "
	       "input, or computes\n";

static bool armed, owes_status;
static const char *late;		 /* NULL: there is no limit */
static const struct loop_pulse *watched; /* NULL: no loop is looked at */
static const char *before_number;
static uint32_t turns; /* at the last look */
static int still;      /* looks at which there were no more */
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

/* "DANE UNKNOWN - BEFORE 17 took too long ...", put together without stdio. */
static void tell_stuck(uint32_t number)
{
	char digits[12], text[300] = "", *d = digits + sizeof(digits);
	const char *part[4] = { owes_status ? STATUS : "daneprobe: ", before_number, "",
				" keeps a library busy without end: the list stops here, "
				"since all others wait for it\n" };
	size_t i, len = 0;

	*--d = '\0';
	do
		*--d = (char)('0' + number % 10);
	while (number /= 10);
	part[2] = d;
	for (i = 0; i < sizeof(part) / sizeof(*part); i++) {
		while (*part[i] && len + 1 < sizeof(text))
			text[len++] = *part[i]++;
		text[len] = '\0';
	}
	if (!owes_status || !put_text(STDOUT_FILENO, text))
		(void)put_text(STDERR_FILENO, text);
}

/* A process that was stopped has missed its looks, and gets one of them. */
static bool is_stuck(void)
{
	still = turns == watched->turns ? still + 1 : 0;
	turns = watched->turns;
	return still >= LOOKS_MAX;
}

static void on_alarm(int number)
{
	(void)number;
	if (!counting && watched && !is_stuck())
		return;
	if (counting)
		tell_stop();
	else if (watched)
		tell_stuck(watched->owner);
	else if (late)
		(void)put_text(STDOUT_FILENO, late);
	_exit(3);
}

static void set_timer(int64_t ms, bool again)
{
	const struct timeval value = { .tv_sec = (time_t)(ms / 1000),
				       .tv_usec = (suseconds_t)(ms % 1000 * 1000) };
	struct itimerval timer = { .it_value = value };

	if (again)
		timer.it_interval = value;

	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_term(int number)
{
	if (!counting)
		set_timer(GRACE_MS, false);
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

/* What a signal of ours reads isn't changed under it. */
static void hold_signals(sigset_t *ret_was)
{
	sigset_t ours;

	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGTERM);
	(void)sigaddset(&ours, SIGALRM);
	(void)sigprocmask(SIG_BLOCK, &ours, ret_was);
}

void cutoff_limit(int64_t ms, const char *result)
{
	sigset_t was;

	if (!armed)
		return;
	hold_signals(&was);
	if (!counting) {
		late = result;
		set_timer(ms, false);
	}
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
}

void cutoff_watch(const struct loop_pulse *pulse, const char *words)
{
	sigset_t was;

	if (!armed)
		return;
	hold_signals(&was);
	watched = pulse;
	before_number = words;
	still = 0;
	if (!counting)
		set_timer(pulse ? LOOK_MS : 0, true);
	(void)sigprocmask(SIG_SETMASK, &was, NULL);
}

void cutoff_clear(void)
{
	struct sigaction none = { .sa_handler = SIG_DFL };

	if (!armed)
		return;
	(void)sigaction(SIGTERM, &before, NULL);
	set_timer(0, false);
	(void)sigaction(SIGALRM, &none, NULL);
	armed = false;
	late = NULL;
	watched = NULL;
}
