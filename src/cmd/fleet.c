/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/fleet.h"

#include <signal.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cmd/channel.h"
#include "cmd/held.h"
#include "cmd/lane.h"
#include "cmd/parcel.h"
#include "cmd/shard.h"

/* A worker has more targets at hand than it may have in flight, as many again, so that
 * it doesn't run dry while the next ones in the list are another's. */
#define WINDOW_SPARE 256
#define DEATHS_MAX 16 /* in a row, without a result between them */
#define STOP_MS 1500

struct fleet {
	const struct fleet_conf *conf; /* borrowed */
	struct lane *lane;	       /* owned; conf->workers, and FLEET_ALONE more for
					suspects, one at a time each */
	struct loop_pulse *pulse;      /* owned, shared with the workers; a lane each */
	struct loop_timer *look;       /* owned; NULL: no worker holds anything */
	struct held_table table;       /* of what is held */
	struct held_list
		suspects;     /* a worker died while it had them; not handed out yet */
	struct run_item next; /* taken from the input, for a lane that is full */
	bool has_next;
	bool ended; /* the input has ended */
	bool drained, paused, busy, told;
	char *stopped; /* owned; what is told of the items left; NULL: not stopped */
	int deaths;    /* since the last result */
	struct loop_timer *deadline; /* owned; when a stop has to be done */
};

/*
 * Workers
 */
static int count_lanes(const struct fleet *f)
{
	return f->conf->workers + FLEET_ALONE;
}

static bool on_parcel(void *arg, const void *data, size_t len);
static void on_closed(void *arg);

/* False where there is no worker, and none can be made. */
static bool hire_worker(struct lane *lane)
{
	struct fleet *f = lane->owner;
	struct lane_conf conf = { .loop = f->conf->loop,
				  .all = f->lane,
				  .count = count_lanes(f),
				  .work = f->conf->work,
				  .arg = f->conf->arg,
				  .message = on_parcel,
				  .closed = on_closed };

	if (!lane_hire(lane, &conf))
		return false;
	channel_pause(lane->channel, f->paused);
	return true;
}

/* As lane_bury(). */
static char *bury_worker(struct lane *lane)
{
	struct fleet *f = lane->owner;
	char *how = lane_bury(lane);

	if (f->conf->buried)
		f->conf->buried(f->conf->arg, lane->number);
	return how;
}

static void look_again(struct fleet *f);

static void on_look(void *arg)
{
	struct fleet *f = arg;
	int n;

	for (n = 0; n < count_lanes(f); n++)
		if (lane_is_stuck(&f->lane[n]))
			kill(f->lane[n].pid, SIGKILL);
	look_again(f);
}

static void look_again(struct fleet *f)
{
	loop_timer_free(f->look);
	f->look = NULL;
	if (f->table.unused_count < f->table.slots)
		f->look = loop_timer_new(f->conf->loop, LANE_LOOK_MS, on_look, f);
}

/* False likewise. */
static bool give_item(struct lane *lane, struct held *h)
{
	struct fleet *f = lane->owner;

	if (!lane->channel && !hire_worker(lane))
		return false;
	lane_give(lane, h);
	if (!f->look)
		look_again(f);
	return true;
}

/*
 * The ends of items
 */
static void lose_item(struct fleet *f, struct held *h, const char *reason)
{
	f->conf->unprobed(f->conf->arg, &h->item, reason);
	held_free(&f->table, h);
}

static void give_back(struct fleet *f, struct held *h)
{
	held_free(&f->table, h);
	f->conf->returned(f->conf->arg);
}

static void lose_all(struct fleet *f, struct held_list *list, const char *reason)
{
	struct held *h;

	while ((h = held_take_first(list)))
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
	struct fleet *f = lane->owner;
	struct parcel parcel;
	struct held *h;

	if (!parcel_read(data, len, &parcel) || parcel.slot >= f->table.slots)
		return false;
	h = held_find(&f->table, parcel.slot);
	if (!h || h->lane != lane)
		return !lane->held.count; /* of an item that was given up */
	if (parcel.kind != PARCEL_RESULT && parcel.kind != PARCEL_BACK)
		return false;
	held_unlink(&lane->held, h);
	if (parcel.kind == PARCEL_BACK) {
		give_back(f, h);
	} else {
		f->deaths = 0;
		f->conf->result(f->conf->arg, &parcel);
		held_free(&f->table, h);
	}
	fleet_more(f);
	return true;
}

/* It goes to a worker of its own, once. */
static void suspect_held(struct fleet *f, struct held *h, const char *how)
{
	char *reason;

	h->lane = NULL;
	if (!h->deaths++) {
		held_append(&f->suspects, h);
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
	struct fleet *f = lane->owner;
	const struct held *culprit = lane_culprit(lane, &f->table);
	struct held_list left = lane->held;
	size_t begun = culprit ? 0 : (size_t)lane->jobs;
	struct held *h;

	lane->held = (struct held_list){ 0 };
	while ((h = held_take_first(&left))) {
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
	struct fleet *f = lane->owner;
	char *how = bury_worker(lane);

	if (lane->held.count)
		log_warn("a worker process ended (%s); its %zu targets go to another",
			 how, lane->held.count);
	if (f->stopped)
		lose_all(f, &lane->held, f->stopped);
	else if (lane->held.count && !lane->lone && ++f->deaths > DEATHS_MAX)
		give_up(f, "no worker process lasts long enough to give a result");
	else
		sort_out(lane, how);
	free(how);
	fleet_more(f);
}

/*
 * The flow
 */
static size_t window_of(const struct fleet_conf *conf)
{
	return 2 * (size_t)conf->jobs + (size_t)conf->parked + WINDOW_SPARE;
}

static void init_lane(struct fleet *f, int n)
{
	bool lone = n >= f->conf->workers;

	f->lane[n] = (struct lane){ .owner = f,
				    .number = n,
				    .lone = lone,
				    .jobs = lone ? 1 : f->conf->jobs + f->conf->parked,
				    .window = lone ? 1 : window_of(f->conf),
				    .pulse = &f->pulse[n] };
}

struct fleet *fleet_new(const struct fleet_conf *conf)
{
	struct fleet *f = mem_zero(sizeof(*f));
	int n;

	f->conf = conf;
	f->lane = mem_array((size_t)count_lanes(f), sizeof(*f->lane));
	f->pulse = mem_shared((size_t)count_lanes(f) * sizeof(*f->pulse));
	for (n = 0; n < count_lanes(f); n++)
		init_lane(f, n);
	/* a dead worker's suspects wait beside what the next one holds */
	held_table_init(&f->table,
			(size_t)conf->workers * 2 * window_of(conf) + FLEET_ALONE);
	return f;
}

static struct lane *lane_for(struct fleet *f, const struct run_item *item)
{
	return &f->lane[shard_lane(item->target.host, f->conf->workers)];
}

/* Hands the next item out; false where it has to wait for its lane. */
static bool hand_out(struct fleet *f)
{
	struct lane *lane = lane_for(f, &f->next);
	struct held *h;

	if (lane->held.count >= lane->window || !f->table.unused_count)
		return false;
	h = held_new(&f->table, &f->next);
	f->has_next = false;
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

	while (!lane->held.count && !f->stopped && (h = held_take_first(&f->suspects)))
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
	return f->ended && !f->has_next && f->table.unused_count == f->table.slots;
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
	int n;

	if (!f)
		return;
	for (n = 0; n < count_lanes(f); n++)
		if (f->lane[n].pid)
			free(bury_worker(&f->lane[n]));
	held_table_clear(&f->table);
	if (f->has_next)
		run_item_clear(&f->next);
	loop_timer_free(f->deadline);
	loop_timer_free(f->look);
	mem_shared_free(f->pulse, (size_t)count_lanes(f) * sizeof(*f->pulse));
	free(f->stopped);
	free(f->lane);
	free(f);
}
