/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/world/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/world/complaint.h"
#include "setup/world/env.h"

#define COMMAND_MAX 65536 /* Linux takes twice as much in one argument */
#define LOOK_MS 10000	  /* for sh to find a program */
#define TICK_MS                                                                          \
	100 /* how late we see the end of a command that leaves a child behind           \
	     */

char *command_quote(const char *text)
{
	struct buf b;
	char *quoted;

	buf_init(&b, 4 * strlen(text) + 3);
	buf_text(&b, "'");
	for (; *text; text++)
		if (*text == '\'')
			buf_text(&b, "'\\''");
		else
			buf_add(&b, text, 1);
	buf_text(&b, "'");
	quoted = mem_text(buf_str(&b));
	buf_clear(&b);
	return quoted;
}

static const struct command_word *
find_word(const char *at, const struct command_word *words, size_t count)
{
	size_t i, len;

	for (i = 0; i < count; i++) {
		len = strlen(words[i].name);
		if (!strncmp(at + 1, words[i].name, len) && at[len + 1] == '}')
			return &words[i];
	}
	return NULL;
}

static void add_word(struct buf *b, const struct command_word *word)
{
	char *quoted;
	size_t i;

	for (i = 0; i < word->count; i++) {
		quoted = command_quote(word->value[i]);
		buf_text(b, i ? " " : "");
		buf_text(b, quoted);
		free(quoted);
	}
}

char *command_fill(const char *text, const struct command_word *words, size_t count)
{
	const struct command_word *word;
	struct buf b;
	char *filled;

	buf_init(&b, COMMAND_MAX);
	while (*text) {
		word = *text == '{' ? find_word(text, words, count) : NULL;
		if (word) {
			add_word(&b, word);
			text += strlen(word->name) + 2;
		} else {
			buf_add(&b, text++, 1);
		}
	}
	filled = b.overflow ? NULL : mem_text(buf_str(&b));
	buf_clear(&b);
	return filled;
}

int command_has(const char *text, const char *name)
{
	const struct command_word word = { .name = name };

	for (; *text; text++)
		if (*text == '{' && find_word(text, &word, 1))
			return 1;
	return 0;
}

/* Whether the word at text, len octets, gives a variable a value. */
static bool is_assignment(const char *text, size_t len)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_";
	size_t letters = strspn(text, name);

	return letters && letters < len && text[letters] == '=';
}

char *command_program(const char *text)
{
	static const char blanks[] = " \t\n", special[] = "$`\\\"'(){}[]*?~!#&|;<>";
	size_t len;

	for (;;) {
		text += strspn(text, blanks);
		len = strcspn(text, blanks);
		if (strcspn(text, special) < len)
			len = strcspn(text, special);
		if (!len || (text[len] && !strchr(blanks, text[len]) &&
			     !strchr("&|;<>", text[len])))
			return NULL;
		if (!is_assignment(text, len))
			return mem_text_n(text, len);
		text += len;
	}
}

/* dash finds a file with a '/' in its name that nobody may run, too. */
bool command_is_found(const char *program)
{
	char *quoted = command_quote(program);
	char *text = mem_printf("command -v -- %s >/dev/null", quoted);
	const struct env_command look = { .text = text, .timeout_ms = LOOK_MS };
	bool found = command_run(&look, NULL) == 0 &&
		     (!strchr(program, '/') || access(program, X_OK) == 0);

	free(text);
	free(quoted);
	return found;
}

int command_check(struct env *env, const char *text, struct why *why)
{
	char *program = command_program(text);
	const char *path = getenv("PATH");
	int rc = 0;

	if (program && env->has_program && !env->has_program(env->arg, program))
		rc = why_set(
			why, DP_ENOENT, "there is no program %s to run%s%s (PATH is %s)",
			program, strcmp(program, text) != 0 ? " for " : "",
			strcmp(program, text) != 0 ? text : "", path ? path : "not set");
	free(program);
	return rc;
}

/* A running command, and the ends of its pipes that are ours. */
struct child {
	pid_t pid;
	int in, out, err; /* -1 closed */
	const char *rest; /* of the input */
	size_t rest_len;
	struct buf output, transcript; /* what it says on either stream is in both */
	bool ended;
	int status;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static _Noreturn void exec_shell(const char *text, int in, int out, int err)
{
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	(void)setpgid(0, 0);
	(void)signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", text, (char *)NULL);
	_exit(127);
}

static int make_pipe(int fd[2])
{
	if (pipe(fd) < 0)
		return -1;
	(void)fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	return 0;
}

static int start_child(const char *text, struct child *c)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	int failed;

	c->pid = -1;
	if (make_pipe(in) == 0 && make_pipe(out) == 0 && make_pipe(err) == 0)
		c->pid = fork();
	failed = errno;
	if (c->pid == 0)
		exec_shell(text, in[0], out[1], err[1]);
	close_fd(&in[0]);
	close_fd(&out[1]);
	close_fd(&err[1]);
	c->in = in[1];
	c->out = out[0];
	c->err = err[0];
	errno = failed;
	if (c->pid < 0)
		return -1;
	(void)fcntl(c->in, F_SETFL, O_NONBLOCK);
	(void)fcntl(c->out, F_SETFL, O_NONBLOCK);
	(void)fcntl(c->err, F_SETFL, O_NONBLOCK);
	return 0;
}

static void feed_child(struct child *c)
{
	ssize_t n = 0;

	if (c->rest_len)
		n = write(c->in, c->rest, c->rest_len);
	if (n > 0) {
		c->rest += n;
		c->rest_len -= (size_t)n;
	}
	if (!c->rest_len || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&c->in);
}

static void add_chunk(const char *chunk, size_t len, struct buf *to,
		      struct buf *transcript)
{
	if (to)
		(void)buf_add(to, chunk, len);
	(void)buf_add(transcript, chunk, len);
}

/* Takes what is there. Where it is too much, the first part is kept. */
static void drain_pipe(int *fd, struct buf *to, struct buf *transcript)
{
	char chunk[4096];
	ssize_t n;

	while (*fd >= 0) {
		n = read(*fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			close_fd(fd);
		else
			add_chunk(chunk, (size_t)n, to, transcript);
	}
}

static void wait_for_more(struct child *c)
{
	struct pollfd fds[3] = { { c->in, POLLOUT, 0 },
				 { c->out, POLLIN, 0 },
				 { c->err, POLLIN, 0 } };

	(void)poll(fds, 3, TICK_MS);
	if (c->in >= 0 && fds[0].revents)
		feed_child(c);
	c->ended = waitpid(c->pid, &c->status, WNOHANG) == c->pid;
	drain_pipe(&c->out, &c->output, &c->transcript);
	drain_pipe(&c->err, NULL, &c->transcript);
}

static void await_child(struct child *c, int64_t timeout_ms, bool *ret_late)
{
	int64_t deadline = clock_ms() + timeout_ms;

	*ret_late = false;
	while (!c->ended) {
		wait_for_more(c);
		if (c->ended || *ret_late || clock_ms() < deadline)
			continue;
		*ret_late = true;
		(void)kill(-c->pid, SIGKILL);
		(void)kill(c->pid, SIGKILL);
	}
}

static int judge_exit(const struct child *c, const struct env_command *command, bool late,
		      struct why *why)
{
	char *called = command->name ? mem_text(command->name)
				     : mem_printf("'%s'", command->text);
	char *complaint = NULL;
	int rc = DP_EIO;

	if (late) {
		why_set(why, rc, "%s took longer than %lld s", called,
			(long long)(command->timeout_ms / 1000));
	} else if (WIFSIGNALED(c->status)) {
		why_set(why, rc, "%s was ended by signal %d", called,
			WTERMSIG(c->status));
	} else if (WEXITSTATUS(c->status) == 0) {
		rc = 0;
	} else {
		complaint = complaint_find(buf_str(&c->transcript));
		why_set(why, rc, "%s failed with exit status %d%s%s", called,
			WEXITSTATUS(c->status), *complaint ? ": " : "", complaint);
	}
	free(complaint);
	free(called);
	return rc;
}

int command_run(const struct env_command *command, struct why *why)
{
	struct child c = { .in = -1, .out = -1, .err = -1 };
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	struct sigaction normal = { .sa_handler = SIG_DFL }, before_child;
	bool late = false;
	int rc;

	buf_init(&c.output, ENV_OUTPUT_MAX);
	buf_init(&c.transcript, ENV_OUTPUT_MAX);
	c.rest = command->input ? command->input : "";
	c.rest_len = strlen(c.rest);
	/* A command that doesn't read its input must not end us. */
	(void)sigaction(SIGPIPE, &ignore, &before);
	/* If whoever started us has left SIGCHLD ignored, nobody can be waited for. */
	(void)sigaction(SIGCHLD, &normal, &before_child);
	rc = start_child(command->text, &c);
	if (rc < 0) {
		rc = why_errno(why, errno, "can't run '%s'", command->text);
	} else {
		await_child(&c, command->timeout_ms, &late);
		rc = judge_exit(&c, command, late, why);
	}
	(void)sigaction(SIGPIPE, &before, NULL);
	(void)sigaction(SIGCHLD, &before_child, NULL);
	close_fd(&c.in);
	close_fd(&c.out);
	close_fd(&c.err);
	if (rc == 0 && command->output)
		(void)buf_add(command->output, c.output.data, c.output.len);
	if (command->transcript)
		(void)buf_add(command->transcript, c.transcript.data, c.transcript.len);
	buf_clear(&c.output);
	buf_clear(&c.transcript);
	return rc;
}
