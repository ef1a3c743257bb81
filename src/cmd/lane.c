/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/lane.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cmd/channel.h"
#include "cmd/parcel.h"

/* A worker whose loop hasn't turned at so many looks in a row is stuck: two seconds, and
 * as long as a turn may take. What this process stood still for isn't counted. */
#define LOOKS_MAX 10

/* Leaves signals to the parent, which tells its workers, and closes what isn't this
 * worker's. */
static void be_worker(const struct lane *lane, const struct lane_conf *conf, int fd)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGALRM };
	sigset_t none;
	size_t i;
	int n;

	/* one that is stuck doesn't see its socket closed */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGSYS, SIG_DFL); /* the parent sees what the sandbox ended */
	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		signal(ours[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (n = 0; n < conf->count; n++)
		if (conf->all[n].channel)
			close(channel_fd(conf->all[n].channel));
	conf->work(conf->arg, fd, lane->number, lane->pulse);
	_exit(1);
}

bool lane_hire(struct lane *lane, const struct lane_conf *conf)
{
	struct channel_conf channel = { .loop = conf->loop,
					.message = conf->message,
					.closed = conf->closed,
					.arg = lane };
	sigset_t all, before;
	int fd[2], failed;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) < 0) {
		log_error("no socket for a worker process: %s", strerror(errno));
		return false;
	}
	lane->pulse->owner = LOOP_NOBODY;
	lane->still = 0;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	lane->pid = fork();
	failed = errno;
	if (lane->pid == 0) {
		close(fd[0]);
		be_worker(lane, conf, fd[1]);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fd[1]);
	if (lane->pid < 0) {
		lane->pid = 0;
		close(fd[0]);
		log_error("no worker process can be made: %s", strerror(failed));
		return false;
	}
	channel.fd = fd[0];
	lane->channel = channel_new(&channel);
	return true;
}

char *lane_bury(struct lane *lane)
{
	int status = 0;

	kill(lane->pid, SIGKILL); /* a worker that only closed its socket ends, too */
	while (waitpid(lane->pid, &status, 0) < 0 && errno == EINTR)
		;
	lane->pid = 0;
	channel_free(lane->channel);
	lane->channel = NULL;
	if (lane->still >= LOOKS_MAX)
		return mem_text("it did not react for two seconds");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return mem_text(
			"the sandbox stopped it at a system call that no check "
			"makes: a server may have sent what takes a program over");
	if (WIFSIGNALED(status))
		return mem_printf("killed by signal %d", WTERMSIG(status));
	return mem_printf("exit status %d", WEXITSTATUS(status));
}

void lane_give(struct lane *lane, struct held *h)
{
	h->lane = lane;
	held_append(&lane->held, h);
	parcel_send(lane->channel, &(struct parcel){ .kind = PARCEL_TARGET,
						     .slot = h->item.tag,
						     .line = h->item.line,
						     .text = h->item.text });
}

/* One that has nothing to do, or whose end is known already, isn't looked at. */
bool lane_is_stuck(struct lane *lane)
{
	uint32_t turns = lane->pulse->turns;
	bool moves = turns != lane->turns || !lane->pid || !lane->held.count;

	lane->turns = turns;
	lane->still = moves ? 0 : lane->still + 1;
	return lane->still == LOOKS_MAX;
}

struct held *lane_culprit(const struct lane *lane, const struct held_table *table)
{
	struct held *h = held_find(table, lane->pulse->owner);

	return h && h->lane == lane ? h : NULL;
}
