/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/fleet.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fnv.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cmd/channel.h"
#include "cmd/parcel.h"

/* A worker has more targets at hand than it may have in flight, as many again, so that
 * it doesn't run dry while the next ones in the list are another's. */
#define WINDOW(jobs) (2 * (size_t)(jobs) + 256)
#define DEATHS_MAX 16 /* in a row, without a result between them */
#define STOP_MS 1500
/* A worker whose loop hasn't turned at so many looks in a row is stuck: two seconds, and
 * as long as a turn may take. What this process stood still for isn't counted. */
#define LOOK_MS 250
#define LOOKS_MAX 10

/* An item that a worker has. */
struct held {
	struct run_item item; /* owned */
	struct lane *lane;    /* where it is; NULL: it waits for a lone worker */
	int deaths;	      /* of workers that had begun it */
	struct held *before, *next;
};

struct list {
	struct held *first, *last;
	size_t count;
};

/* A worker, or the place of one. The last lanes are for suspects, one at a time. */
struct lane {
	struct fleet *fleet; /* borrowed */
	int number;
	pid_t pid;		  /* 0: there is none */
	struct channel *channel;  /* owned; NULL likewise */
	struct list held;	  /* in the order in which it got them */
	struct loop_pulse *pulse; /* borrowed; of its loop */
	uint32_t turns;		  /* at the last look */
	int still;		  /* looks at which there were no more */
};

struct fleet {
	const struct fleet_conf *conf; /* borrowed */
	struct lane *lane;	       /* owned; conf->workers and FLEET_ALONE more */
	struct loop_pulse *pulse;      /* owned, shared with the workers; a lane each */
	struct loop_timer *look;       /* owned; NULL: no worker holds anything */
	struct held **slot;	       /* owned; of what is held, NULL: free */
	uint32_t *unused;	       /* owned; slots */
	size_t slots, unused_count;
	struct list suspects; /* a worker died while it had them; not handed out yet */
	struct run_item next; /* taken from the input, for a lane that is full */
	bool has_next;
	bool ended; /* the input has ended */
	bool drained, paused, busy, told;
	char *stopped; /* owned; what is told of the items left; NULL: not stopped */
	int deaths;    /* since the last result */
	struct loop_timer *deadline; /* owned; when a stop has to be done */
};

/*
 * Lists
 */
static void append_held(struct list *list, struct held *h)
{
	h->before = list->last;
	h->next = NULL;
	if (list->last)
		list->last->next = h;
	else
		list->first = h;
	list->last = h;
	list->count++;
}

static void unlink_held(struct list *list, struct held *h)
{
	if (h->before)
		h->before->next = h->next;
	else
		list->first = h->next;
	if (h->next)
		h->next->before = h->before;
	else
		list->last = h->before;
	list->count--;
}

static struct held *take_first(struct list *list)
{
	struct held *h = list->first;

	if (!h)
		return NULL;
	list->first = h->next;
	if (list->first)
		list->first->before = NULL;
	else
		list->last = NULL;
	list->count--;
	return h;
}

static void give_tag(struct fleet *f, struct held *h)
{
	h->item.tag = f->unused[--f->unused_count];
	f->slot[h->item.tag] = h;
}

/* Frees an item that has had its result. */
static void release_held(struct fleet *f, struct held *h)
{
	f->slot[h->item.tag] = NULL;
	f->unused[f->unused_count++] = h->item.tag;
	run_item_clear(&h->item);
	free(h);
}

/*
 * Workers
 */
static int count_lanes(const struct fleet *f)
{
	return f->conf->workers + FLEET_ALONE;
}

static bool is_lone(const struct lane *lane)
{
	return lane->number >= lane->fleet->conf->workers;
}

static int jobs_of(const struct lane *lane)
{
	return is_lone(lane) ? 1 : lane->fleet->conf->jobs;
}

static size_t window_of(const struct lane *lane)
{
	return is_lone(lane) ? 1 : WINDOW(lane->fleet->conf->jobs);
}

/* Leaves signals to the parent, which tells its workers, and closes what isn't this
 * worker's. */
static void be_worker(struct fleet *f, struct lane *lane, int fd)
{
	static const int ours[] = { SIGINT, SIGTERM, SIGALRM };
	sigset_t none;
	size_t i;
	int n;

	/* one that is stuck doesn't see its socket closed */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		signal(ours[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (n = 0; n < count_lanes(f); n++)
		if (f->lane[n].channel)
			close(channel_fd(f->lane[n].channel));
	f->conf->work(f->conf->arg, fd, lane->number, lane->pulse);
	_exit(1);
}

static bool on_parcel(void *arg, const void *data, size_t len);
static void on_closed(void *arg);

/* False, after saying so, where the system has no process or socket left. */
static bool hire_worker(struct lane *lane)
{
	struct fleet *f = lane->fleet;
	struct channel_conf conf = { .loop = f->conf->loop,
				     .message = on_parcel,
				     .closed = on_closed,
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
		be_worker(f, lane, fd[1]);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fd[1]);
	if (lane->pid < 0) {
		lane->pid = 0;
		close(fd[0]);
		log_error("no worker process can be made: %s", strerror(failed));
		return false;
	}
	conf.fd = fd[0];
	lane->channel = channel_new(&conf);
	channel_pause(lane->channel, f->paused);
	return true;
}

/* Reaps a dead worker. Returns what is known of its end, as a part of a sentence, on
 * the heap. */
static char *bury_worker(struct lane *lane)
{
	int status = 0, lane_number = lane->number;
	struct fleet *f = lane->fleet;

	kill(lane->pid, SIGKILL); /* a worker that only closed its socket ends, too */
	while (waitpid(lane->pid, &status, 0) < 0 && errno == EINTR)
		;
	lane->pid = 0;
	channel_free(lane->channel);
	lane->channel = NULL;
	if (f->conf->buried)
		f->conf->buried(f->conf->arg, lane_number);
	if (lane->still >= LOOKS_MAX)
		return mem_text("it was stuck for two seconds");
	if (WIFSIGNALED(status))
		return mem_printf("killed by signal %d", WTERMSIG(status));
	return mem_printf("exit status %d", WEXITSTATUS(status));
}

static void look_again(struct fleet *f);

/* One that has nothing to do, or whose end is known already, isn't looked at. */
static bool is_stuck(struct lane *lane)
{
	uint32_t turns = lane->pulse->turns;
	bool moves = turns != lane->turns || !lane->pid || !lane->held.count;

	lane->turns = turns;
	lane->still = moves ? 0 : lane->still + 1;
	return lane->still == LOOKS_MAX;
}

static void on_look(void *arg)
{
	struct fleet *f = arg;
	int n;

	for (n = 0; n < count_lanes(f); n++)
		if (is_stuck(&f->lane[n]))
			kill(f->lane[n].pid, SIGKILL);
	look_again(f);
}

static void look_again(struct fleet *f)
{
	loop_timer_free(f->look);
	f->look = NULL;
	if (f->unused_count < f->slots)
		f->look = loop_timer_new(f->conf->loop, LOOK_MS, on_look, f);
}

static void send_item(struct lane *lane, const struct held *h)
{
	parcel_send(lane->channel, &(struct parcel){ .kind = PARCEL_TARGET,
						     .slot = h->item.tag,
						     .line = h->item.line,
						     .text = h->item.text });
}

/* False where there is no worker, and none can be made. */
static bool give_item(struct lane *lane, struct held *h)
{
	if (!lane->channel && !hire_worker(lane))
		return false;
	h->lane = lane;
	append_held(&lane->held, h);
	send_item(lane, h);
	if (!lane->fleet->look)
		look_again(lane->fleet);
	return true;
}

/*
 * The ends of items
 */
static void lose_item(struct fleet *f, struct held *h, const char *reason)
{
	f->conf->unprobed(f->conf->arg, &h->item, reason);
	release_held(f, h);
}

static void give_back(struct fleet *f, struct held *h)
{
	release_held(f, h);
	f->conf->returned(f->conf->arg);
}

static void lose_all(struct fleet *f, struct list *list, const char *reason)
{
	struct held *h;

	while ((h = take_first(list)))
		lose_item(f, h, reason);
}

/* Drops an item that was never handed out. */
static void drop_next(struct fleet *f)
{
	if (!f->has_next)
		return;
	f->has_next = false;
	run_item_clear(&f->next);
	f->conf->returned(f->conf->arg);
}

/* Nothing can go on: all that is held is lost, and the workers that are left end. */
static void give_up(struct fleet *f, const char *reason)
{
	int n;

	f->ended = true;
	drop_next(f);
	lose_all(f, &f->suspects, reason);
	for (n = 0; n < count_lanes(f); n++) {
		lose_all(f, &f->lane[n].held, reason);
		if (f->lane[n].pid)
			kill(f->lane[n].pid, SIGKILL);
	}
}

static bool on_parcel(void *arg, const void *data, size_t len)
{
	struct lane *lane = arg;
	struct fleet *f = lane->fleet;
	struct parcel parcel;
	struct held *h;

	if (!parcel_read(data, len, &parcel) || parcel.slot >= f->slots)
		return false;
	h = f->slot[parcel.slot];
	if (!h || h->lane != lane)
		return !lane->held.count; /* of an item that was given up */
	if (parcel.kind != PARCEL_RESULT && parcel.kind != PARCEL_BACK)
		return false;
	unlink_held(&lane->held, h);
	if (parcel.kind == PARCEL_BACK) {
		give_back(f, h);
	} else {
		f->deaths = 0;
		f->conf->result(f->conf->arg, &parcel);
		release_held(f, h);
	}
	fleet_more(f);
	return true;
}

/* Whom the worker worked for as it ended; NULL: nobody knows. */
static struct held *culprit_of(const struct lane *lane)
{
	uint32_t tag = lane->pulse->owner;
	struct held *h = tag < lane->fleet->slots ? lane->fleet->slot[tag] : NULL;

	return h && h->lane == lane ? h : NULL;
}

/* It goes to a worker of its own, once. */
static void suspect_held(struct fleet *f, struct held *h, const char *how)
{
	char *reason;

	h->lane = NULL;
	if (!h->deaths++) {
		append_held(&f->suspects, h);
		return;
	}
	reason = mem_printf("the process that checked it ended (%s), as did another "
			    "before",
			    how);
	lose_item(f, h, reason);
	free(reason);
}

/* A worker begins its items in order, so only the first ones can have done harm, and of
 * them the one that it worked for. */
static void sort_out(struct lane *lane, const char *how)
{
	const struct held *culprit = culprit_of(lane);
	struct list left = lane->held;
	struct fleet *f = lane->fleet;
	size_t begun = culprit ? 0 : (size_t)jobs_of(lane);
	struct held *h;

	lane->held = (struct list){ 0 };
	while ((h = take_first(&left))) {
		if (begun || h == culprit)
			suspect_held(f, h, how);
		else if (f->drained)
			give_back(f, h);
		else if (!give_item(lane, h))
			lose_item(f, h, "no further worker process can be made");
		begun -= begun > 0;
	}
}

static void on_closed(void *arg)
{
	struct lane *lane = arg;
	struct fleet *f = lane->fleet;
	char *how = bury_worker(lane);

	if (lane->held.count)
		log_warn("a worker process ended (%s); its %zu targets go to another",
			 how, lane->held.count);
	if (f->stopped)
		lose_all(f, &lane->held, f->stopped);
	else if (lane->held.count && !is_lone(lane) && ++f->deaths > DEATHS_MAX)
		give_up(f, "no worker process lasts long enough to give a result");
	else
		sort_out(lane, how);
	free(how);
	fleet_more(f);
}

/*
 * The flow
 */
struct fleet *fleet_new(const struct fleet_conf *conf)
{
	struct fleet *f = mem_zero(sizeof(*f));
	int n;

	f->conf = conf;
	f->lane = mem_array((size_t)count_lanes(f), sizeof(*f->lane));
	f->pulse = mem_shared((size_t)count_lanes(f) * sizeof(*f->pulse));
	for (n = 0; n < count_lanes(f); n++)
		f->lane[n] =
			(struct lane){ .fleet = f, .number = n, .pulse = &f->pulse[n] };
	/* a dead worker's suspects wait beside what the next one holds */
	f->slots = (size_t)conf->workers * 2 * WINDOW(conf->jobs) + FLEET_ALONE;
	f->slot = mem_array(f->slots, sizeof(*f->slot));
	f->unused = mem_array(f->slots, sizeof(*f->unused));
	for (f->unused_count = 0; f->unused_count < f->slots; f->unused_count++)
		f->unused[f->unused_count] = (uint32_t)(f->slots - 1 - f->unused_count);
	return f;
}

static struct lane *lane_for(struct fleet *f, const struct run_item *item)
{
	return &f->lane[fnv_text(item->target.host) % (unsigned)f->conf->workers];
}

/* Hands the next item out; false where it has to wait for its lane. */
static bool hand_out(struct fleet *f)
{
	struct lane *lane = lane_for(f, &f->next);
	struct held *h;

	if (lane->held.count >= window_of(lane) || !f->unused_count)
		return false;
	h = mem_zero(sizeof(*h));
	h->item = f->next;
	f->has_next = false;
	give_tag(f, h);
	if (!give_item(lane, h)) {
		lose_item(f, h, "no worker process can be made");
		give_up(f, "no worker process can be made");
	}
	return true;
}

static void take_items(struct fleet *f)
{
	enum run_step step;

	while (!f->ended && !f->paused) {
		if (!f->has_next) {
			f->next = (struct run_item){ 0 };
			step = f->conf->next(f->conf->arg, &f->next);
			f->ended = step == RUN_END;
			if (step != RUN_ITEM)
				return;
			if (!f->next.good) {
				f->conf->unprobed(f->conf->arg, &f->next, NULL);
				run_item_clear(&f->next);
				continue;
			}
			f->has_next = true;
		}
		if (!hand_out(f))
			return;
	}
}

static void try_suspects_of(struct fleet *f, struct lane *lane)
{
	struct held *h;

	while (!lane->held.count && !f->stopped && (h = take_first(&f->suspects)))
		if (!give_item(lane, h))
			lose_item(f, h, "no further worker process can be made");
}

static void try_suspects(struct fleet *f)
{
	int n;

	for (n = f->conf->workers; n < count_lanes(f); n++)
		try_suspects_of(f, &f->lane[n]);
}

static bool is_over(const struct fleet *f)
{
	return f->ended && !f->has_next && f->unused_count == f->slots;
}

void fleet_more(struct fleet *f)
{
	if (f->busy)
		return;
	f->busy = true;
	take_items(f);
	try_suspects(f);
	f->busy = false;
	if (!is_over(f) || f->told)
		return;
	f->told = true;
	f->conf->done(f->conf->arg);
}

static void tell_workers(struct fleet *f, const struct parcel *parcel)
{
	int n;

	for (n = 0; n < count_lanes(f); n++)
		if (f->lane[n].channel)
			parcel_send(f->lane[n].channel, parcel);
}

static void pause_workers(struct fleet *f)
{
	int n;

	for (n = 0; n < count_lanes(f); n++)
		if (f->lane[n].channel)
			channel_pause(f->lane[n].channel, f->paused);
}

void fleet_pause(struct fleet *f, bool pause)
{
	if (f->paused == pause)
		return;
	f->paused = pause;
	pause_workers(f);
	if (!pause)
		fleet_more(f);
}

static void begin_no_more(struct fleet *f)
{
	f->ended = f->drained = true;
	drop_next(f);
}

void fleet_drain(struct fleet *f)
{
	begin_no_more(f);
	tell_workers(f, &(struct parcel){ .kind = PARCEL_DRAIN });
	fleet_more(f);
}

static void on_drain_deadline(void *arg)
{
	struct fleet *f = arg;

	give_up(f, f->stopped);
	fleet_more(f);
}

void fleet_stop(struct fleet *f, const char *by)
{
	if (f->stopped)
		return;
	begin_no_more(f);
	f->stopped = mem_printf("%s ended the check before all was known", by);
	lose_all(f, &f->suspects, f->stopped);
	tell_workers(f, &(struct parcel){ .kind = PARCEL_STOP, .text = by });
	f->deadline = loop_timer_new(f->conf->loop, STOP_MS, on_drain_deadline, f);
	fleet_more(f);
}

void fleet_free(struct fleet *f)
{
	struct held *h;
	size_t i;
	int n;

	if (!f)
		return;
	for (n = 0; n < count_lanes(f); n++)
		if (f->lane[n].pid)
			free(bury_worker(&f->lane[n]));
	for (i = 0; i < f->slots; i++) {
		h = f->slot[i];
		if (h)
			release_held(f, h);
	}
	if (f->has_next)
		run_item_clear(&f->next);
	loop_timer_free(f->deadline);
	loop_timer_free(f->look);
	mem_shared_free(f->pulse, (size_t)count_lanes(f) * sizeof(*f->pulse));
	free(f->stopped);
	free(f->lane);
	free(f->slot);
	free(f->unused);
	free(f);
}
