/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/apart.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "base/why.h"

#define MEMORY_MAX ((rlim_t)1 << 30) /* addresses; libraries take a part of them */
#define HEAD_MAX 1024		     /* octets beside the facts: a code and a sentence */
#define NO_MEMORY 3		     /* exit status of mem_exhausted() */
#define PIPE_FD STDIN_FILENO	     /* where the child has its end */
#define CALL_CLOSE_RANGE 436
#define FDS_MAX 65536 /* for a kernel that doesn't have it */

/* --- the child ---------------------------------------------------------------------- */

static rlim_t lower_of(rlim_t a, rlim_t b)
{
	return a < b ? a : b;
}

/* A lower one that is there stays. */
static void lower_limit(int resource, rlim_t soft, rlim_t hard)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0)
		return;
	limit.rlim_cur = lower_of(limit.rlim_cur, soft);
	limit.rlim_max = lower_of(limit.rlim_max, hard);
	(void)setrlimit(resource, &limit);
}

/* Signals do to it what they do to any program: a handler of its parent's would speak
 * for that one. */
static void forget_handlers(void)
{
	static const int signals[] = { SIGINT,	SIGTERM, SIGHUP,  SIGALRM, SIGXCPU,
				       SIGSEGV, SIGBUS,	 SIGABRT, SIGFPE,  SIGILL };
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		(void)signal(signals[i], SIG_DFL);
}

/* A file, a lock or a connection of the parent's is none of its business. */
static void keep_pipe(int fd)
{
	long last = sysconf(_SC_OPEN_MAX), i;
	int first = sandbox_built() == SANDBOX_WIDE ? STDERR_FILENO + 1 : STDOUT_FILENO;

	(void)dup2(fd, PIPE_FD);
	(void)close(STDOUT_FILENO);
	if (syscall(CALL_CLOSE_RANGE, first, ~0U, 0) == 0)
		return;
	for (i = first; i < FDS_MAX && i < last; i++)
		(void)close((int)i);
}

static void give_up_rights(int fd, const struct apart_bounds *bounds)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	forget_handlers();
	mem_set_last_words(NULL);
	keep_pipe(fd);
	lower_limit(RLIMIT_CORE, 0, 0);
	lower_limit(RLIMIT_CPU, bounds->cpu_s, bounds->cpu_s + 1);
	if (sandbox_built() != SANDBOX_WIDE) /* a sanitizer has terabytes of them */
		lower_limit(RLIMIT_AS, MEMORY_MAX, MEMORY_MAX);
	sandbox_enter_pipe();
}

static bool write_all(int fd, const char *p, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* A code, and then the facts or the sentence. */
static _Noreturn void be_child(apart_fn *fn, const void *arg, int fd,
			       const struct apart_bounds *bounds)
{
	struct why why = { "" };
	struct buf facts, answer;
	int rc;

	give_up_rights(fd, bounds);
	buf_init(&facts, bounds->octets);
	rc = fn(arg, &facts, &why);
	if (rc == 0 && facts.overflow)
		rc = why_set(&why, DP_ELIMIT, "it is larger than is allowed");
	buf_init(&answer, bounds->octets + HEAD_MAX);
	fields_put_number(&answer, rc);
	if (rc == 0)
		buf_add(&answer, buf_str(&facts), facts.len);
	else
		fields_put_text(&answer, why.text);
	_exit(write_all(PIPE_FD, buf_str(&answer), answer.len) ? 0 : 1);
}

/* --- the parent --------------------------------------------------------------------- */

/* Until fd is at its end. */
static int read_all(int fd, int64_t until_ms, struct buf *b, struct why *why)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char octets[16384];
	int64_t left_ms;
	ssize_t n = 1;

	while (n) {
		left_ms = until_ms - clock_ms();
		if (left_ms <= 0)
			return why_set(
				why, DP_EIO,
				"reading it did not end in time: nothing of it is used");
		n = poll(&p, 1, (int)left_ms);
		if (n == 0 || (n < 0 && errno == EINTR)) {
			n = 1;
			continue;
		}
		n = n < 0 ? n : read(fd, octets, sizeof(octets));
		if (n < 0)
			return why_errno(why, errno, "what was found can't be read");
		if (n && !buf_add(b, octets, (size_t)n))
			return why_set(why, DP_ELIMIT,
				       "the process that reads it sent more than it may: "
				       "nothing of it is used");
	}
	return 0;
}

/* Whether it came to its own end. */
static int judge_end(int status, struct why *why)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		return why_set(why, DP_EIO,
			       "reading it took too long: nothing of it is used");
	if (WIFSIGNALED(status))
		return why_set(why, DP_EIO,
			       "the process that reads it was ended by signal %d (%s), "
			       "perhaps because of a bug: nothing of it is used",
			       WTERMSIG(status), strsignal(WTERMSIG(status)));
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_MEMORY)
		return why_set(
			why, DP_EIO,
			"there was not enough memory to read it: nothing of it is used");
	return why_set(why, DP_EIO,
		       "the process that reads it failed: nothing of it is used");
}

/* Takes the code off. */
static int take_answer(struct buf *answer, struct why *why)
{
	struct fields f;
	char *text;
	int rc;

	fields_begin(&f, answer);
	rc = (int)fields_number(&f, DP_ELATER, 0);
	if (!f.bad && rc == 0) {
		buf_drop(answer, answer->len - f.len);
		return 0;
	}
	text = fields_text(&f, sizeof(why->text) - 1);
	if (!fields_end(&f) || !*text)
		rc = why_set(why, DP_EIO,
			     "the process that reads it gave no valid answer: nothing of "
			     "it is used");
	else
		why_set(why, rc, "%s", text);
	free(text);
	return rc;
}

static int wait_for(pid_t child, int *ret_status)
{
	pid_t pid;

	do
		pid = waitpid(child, ret_status, 0);
	while (pid < 0 && errno == EINTR);
	return pid == child ? 0 : -1;
}

static int hear_child(pid_t child, int fd, const struct apart_bounds *bounds,
		      struct buf *b, struct why *why)
{
	int rc = read_all(fd, clock_ms() + bounds->deadline_ms, b, why), status = 0;

	if (rc < 0)
		(void)kill(child, SIGKILL);
	if (wait_for(child, &status) < 0 && rc == 0)
		rc = why_errno(why, errno, "it is not known how the reading ended");
	if (rc == 0)
		rc = judge_end(status, why);
	return rc < 0 ? rc : take_answer(b, why);
}

static int run_child(apart_fn *fn, const void *arg, const struct apart_bounds *bounds,
		     struct buf *ret_facts, struct why *why)
{
	int ends[2], failed, rc;
	pid_t child;

	if (pipe(ends) < 0)
		return why_errno(why, errno, "it can't be read in a process of its own");
	child = fork();
	if (child == 0)
		be_child(fn, arg, ends[1], bounds);
	failed = errno;
	close(ends[1]);
	if (child < 0)
		rc = why_errno(why, failed, "it can't be read in a process of its own");
	else
		rc = hear_child(child, ends[0], bounds, ret_facts, why);
	close(ends[0]);
	return rc;
}

int apart_run(apart_fn *fn, const void *arg, const struct apart_bounds *bounds,
	      struct buf *ret_facts, struct why *why)
{
	const struct sigaction normal = { .sa_handler = SIG_DFL };
	struct sigaction before;
	struct why unheard;
	int rc;

	buf_init(ret_facts, bounds->octets + HEAD_MAX);
	/* If whoever started us has left SIGCHLD ignored, nobody can be waited for. */
	(void)sigaction(SIGCHLD, &normal, &before);
	rc = run_child(fn, arg, bounds, ret_facts, why ? why : &unheard);
	(void)sigaction(SIGCHLD, &before, NULL);
	return rc;
}
