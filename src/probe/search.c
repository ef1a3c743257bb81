/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/search.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "base/why.h"

#define CPU_MAX_S 60

struct search {
	search_fn *fn;
	void *arg;
	pid_t child;	    /* owned: killed and waited for */
	int fd;		    /* owned; the child's answer, one byte */
	struct loop_io *io; /* owned */
};

/* NUL bytes would end the text early: they are no part of what a pattern can mean. */
static enum search_result match_text(const regex_t *regex, const char *text, size_t len)
{
	char *copy = mem_text_n(text, len);
	size_t i;
	int rc;

	for (i = 0; i < len; i++)
		if (!copy[i])
			copy[i] = ' ';
	rc = regexec(regex, copy, 0, NULL, 0);
	free(copy);
	if (rc == 0)
		return SEARCH_FOUND;
	return rc == REG_NOMATCH ? SEARCH_ABSENT : SEARCH_FAILED;
}

/* A pattern may take for ever: no longer than anybody waits, whatever became of who
 * asked. And it is a stranger's text that is searched, for which a pipe is enough. */
static void bound_search(void)
{
	const struct rlimit cpu = { .rlim_cur = CPU_MAX_S, .rlim_max = CPU_MAX_S + 1 };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setrlimit(RLIMIT_CPU, &cpu);
	sandbox_enter_pipe();
}

static void on_readable(void *arg, bool readable, bool writable)
{
	struct search *s = arg;
	unsigned char byte = SEARCH_FAILED;
	ssize_t n;

	(void)readable;
	(void)writable;
	n = read(s->fd, &byte, 1);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	loop_io_want(s->io, false, false);
	s->fn(s->arg, n == 1 ? (enum search_result)byte : SEARCH_FAILED);
}

int search_new(struct loop *loop, const regex_t *regex, const char *text, size_t len,
	       search_fn *fn, void *arg, struct search **ret_search, struct why *why)
{
	struct search *s;
	unsigned char byte;
	int ends[2], failed;
	pid_t child;

	if (pipe(ends) < 0)
		return why_errno(why, errno, "can't search the page");
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	child = fork();
	if (child == 0) {
		bound_search();
		byte = (unsigned char)match_text(regex, text, len);
		_exit(write(ends[1], &byte, 1) == 1 ? 0 : 1);
	}
	failed = errno;
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return why_errno(why, failed, "can't search the page");
	}
	s = mem_zero(sizeof(*s));
	*s = (struct search){ .fn = fn, .arg = arg, .child = child, .fd = ends[0] };
	s->io = loop_io_new(loop, s->fd, on_readable, s);
	loop_io_want(s->io, true, false);
	*ret_search = s;
	return 0;
}

void search_free(struct search *s)
{
	if (!s)
		return;
	loop_io_free(s->io);
	close(s->fd);
	(void)kill(s->child, SIGKILL);
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		;
	free(s);
}
