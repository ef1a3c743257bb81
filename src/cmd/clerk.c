/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/clerk.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"

#define FILE_MODE 0644

struct clerk {
	const char *path; /* borrowed */
	pid_t pid;	  /* owned: waited for */
	int fd;		  /* owned; the text goes out, what failed comes back */
};

/* Reads to the end; more than max is none of ours. */
static ssize_t read_whole(int fd, char *text, size_t max)
{
	size_t len = 0;
	ssize_t n;

	while (len < max) {
		n = read(fd, text + len, max - len);
		if (n == 0)
			return (ssize_t)len;
		if (n < 0 && errno != EINTR)
			return -1;
		len += n > 0 ? (size_t)n : 0;
	}
	return -1;
}

static void write_whole(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len; text += n, len -= (size_t)n) {
		n = send(fd, text, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return;
	}
}

/* Waits for the text, or for the end of who would send it, whatever ends that. */
static _Noreturn void be_clerk(const char *path, int fd)
{
	static const int not_ours[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };
	char text[CLERK_TEXT_MAX + 1];
	struct why why;
	ssize_t len;
	size_t i;

	for (i = 0; i < sizeof(not_ours) / sizeof(*not_ours); i++)
		(void)signal(not_ours[i], SIG_IGN);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	len = read_whole(fd, text, sizeof(text));
	if (len > 0 &&
	    file_replace(NULL, path, FILE_ACCESS(FILE_MODE), text, (size_t)len, &why) < 0)
		write_whole(fd, why.text, strlen(why.text));
	_exit(len < 0);
}

int clerk_new(const char *path, struct clerk **ret_clerk, struct why *why)
{
	struct clerk *c;
	int end[2], failed;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end) < 0)
		return why_errno(why, errno, "no process to write %s", path);
	pid = fork();
	failed = errno;
	if (pid == 0) {
		close(end[0]);
		be_clerk(path, end[1]);
	}
	close(end[1]);
	if (pid < 0) {
		close(end[0]);
		return why_errno(why, failed, "no process to write %s", path);
	}
	c = mem_zero(sizeof(*c));
	*c = (struct clerk){ .path = path, .pid = pid, .fd = end[0] };
	*ret_clerk = c;
	return 0;
}

/* Returns whether it did all that it was told. */
static int wait_for(struct clerk *c)
{
	int status = -1;

	if (c->pid <= 0)
		return 0;
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int clerk_write(struct clerk *c, const void *text, size_t len, struct why *why)
{
	char answer[sizeof(why->text)];
	ssize_t n;

	write_whole(c->fd, text, len);
	(void)shutdown(c->fd, SHUT_WR);
	n = read_whole(c->fd, answer, sizeof(answer));
	if (n > 0)
		return why_set(why, DP_EIO, "%.*s", (int)n, answer);
	if (n < 0 || !wait_for(c))
		return why_set(why, DP_EIO, "the process that should write %s has ended",
			       c->path);
	return 0;
}

void clerk_free(struct clerk *c)
{
	if (!c)
		return;
	close(c->fd);
	(void)wait_for(c);
	free(c);
}
