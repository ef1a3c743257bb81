/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/fleet.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cmd/channel.h"
#include "cmd/parcel.h"

/*
 * A worker that probes nothing: a host is answered at once, "slowN" after N ms, "never"
 * never; "dieN" ends the process each time, "once" only the first time, "twice" the first
 * two times; at "stuckN" and
 * "lostN" it does nothing any more. As the real one it has so many in flight, and gives
 * back the others.
 */
struct fake {
	struct loop *loop;
	struct channel *channel;
	int jobs, in_flight;
	size_t count, next;
	struct {
		char text[200];
		uint32_t slot;
		struct fake *fake;
		struct loop_timer *timer;
		bool done;
	} item[1000];
};

static void begin_more(struct fake *f);

static void answer(struct fake *f, uint32_t slot, const char *text)
{
	parcel_send(f->channel, &(struct parcel){ .kind = PARCEL_RESULT,
						  .slot = slot,
						  .state = STATE_OK,
						  .text = text });
}

static void on_time(void *arg)
{
	struct fake *f = ((void **)arg)[0];
	size_t i = (size_t)(uintptr_t)((void **)arg)[1];

	free(arg);
	f->item[i].done = true;
	answer(f, f->item[i].slot, f->item[i].text);
	f->in_flight--;
	begin_more(f);
}

/* How often it was asked before, by whichever process. */
static long count_mark(void)
{
	FILE *mark = fopen("test_fleet.mark", "a");
	long before;

	assert_non_null(mark);
	(void)fseek(mark, 0, SEEK_END);
	before = ftell(mark);
	fputc('x', mark);
	fclose(mark);
	return before;
}

static void begin(struct fake *f, size_t i)
{
	const char *text = f->item[i].text;
	void **arg = malloc(2 * sizeof(*arg));
	FILE *mark;

	if (!strncmp(text, "die", 3))
		raise(SIGKILL);
	if (!strncmp(text, "stuck", 5)) /* it says whom it worked for */
		loop_set_owner(f->loop, f->item[i].slot);
	while (!strncmp(text, "stuck", 5) || !strncmp(text, "lost", 4))
		pause();
	if (!strncmp(text, "once", 4) && access("test_fleet.mark", F_OK) < 0) {
		mark = fopen("test_fleet.mark", "w");
		fclose(mark);
		_exit(7);
	}
	if (!strncmp(text, "twice", 5) && count_mark() < 2)
		_exit(7);
	f->in_flight++;
	if (!strncmp(text, "never", 5)) {
		free(arg);
		return;
	}
	arg[0] = f;
	arg[1] = (void *)(uintptr_t)i;
	loop_timer_new(f->loop, strncmp(text, "slow", 4) ? 0 : strtol(text + 4, NULL, 10),
		       on_time, arg);
}

static void begin_more(struct fake *f)
{
	while (f->next < f->count && f->in_flight < f->jobs)
		begin(f, f->next++);
}

static void give_back(struct fake *f)
{
	for (; f->next < f->count; f->count--)
		parcel_send(f->channel,
			    &(struct parcel){ .kind = PARCEL_BACK,
					      .slot = f->item[f->count - 1].slot });
}

static bool on_parcel(void *arg, const void *data, size_t len)
{
	struct fake *f = arg;
	struct parcel parcel;
	size_t i;

	assert_true(parcel_read(data, len, &parcel));
	if (parcel.kind == PARCEL_TARGET) {
		snprintf(f->item[f->count].text, sizeof(f->item[0].text), "%s",
			 parcel.text);
		f->item[f->count++].slot = parcel.slot;
		begin_more(f);
		return true;
	}
	give_back(f);
	for (i = 0; parcel.kind == PARCEL_STOP && i < f->next; i++)
		if (!f->item[i].done && strncmp(f->item[i].text, "never", 5))
			answer(f, f->item[i].slot, "stopped");
	return true;
}

static void on_closed(void *arg)
{
	(void)arg;
	_exit(0);
}

/* The test's side */
struct flock {
	struct loop *loop;
	struct fleet *fleet;
	struct fleet_conf conf;
	const char *const *list;
	size_t next, returned, results, unprobed;
	bool later; /* the input has no end */
	int done;
	char said[100][300]; /* "text" or "text: reason" */
	size_t said_count;
	int lanes[100]; /* that a result said it came from; by pid */
};

static void work(void *arg, int fd, int lane, struct loop_pulse *pulse)
{
	struct flock *k = arg;
	struct fake *f = calloc(1, sizeof(*f));
	struct channel_conf conf = {
		.fd = fd, .message = on_parcel, .closed = on_closed, .arg = f
	};

	f->jobs = lane >= k->conf.workers ? 1 : k->conf.jobs;
	f->loop = conf.loop = loop_new();
	loop_set_pulse(f->loop, pulse);
	f->channel = channel_new(&conf);
	loop_run(f->loop);
	_exit(9);
}

static enum run_step next_item(void *arg, struct run_item *ret_item)
{
	struct flock *k = arg;

	assert_false(ret_item->good); /* it comes empty, as from run.c */
	assert_null(ret_item->text);
	if (!k->list[k->next])
		return k->later ? RUN_LATER : RUN_END;
	ret_item->text = mem_text(k->list[k->next++]);
	ret_item->line = (long)k->next;
	ret_item->good = strncmp(ret_item->text, "bad", 3) != 0;
	if (ret_item->good)
		assert_int_equal(
			target_parse(ret_item->text, &ret_item->target, &ret_item->why),
			0);
	return RUN_ITEM;
}

static void say(struct flock *k, const char *text, const char *reason)
{
	snprintf(k->said[k->said_count++], sizeof(k->said[0]), "%s%s%s", text,
		 reason ? ": " : "", reason ? reason : "");
}

static void on_result(void *arg, const struct parcel *result)
{
	struct flock *k = arg;

	k->results++;
	assert_int_equal(result->state, STATE_OK);
	say(k, result->text, NULL);
}

static void on_unprobed(void *arg, const struct run_item *item, const char *reason)
{
	struct flock *k = arg;

	k->unprobed++;
	assert_int_equal(item->good, reason != NULL);
	say(k, item->text, reason ? reason : "bad");
}

static void on_returned(void *arg)
{
	((struct flock *)arg)->returned++;
}

static void on_done(void *arg)
{
	struct flock *k = arg;

	k->done++;
	loop_stop(k->loop);
}

static void gather(struct flock *k, int workers, int jobs, const char *const *list)
{
	*k = (struct flock){ .loop = loop_new(), .list = list };
	k->conf = (struct fleet_conf){ .loop = k->loop,
				       .workers = workers,
				       .jobs = jobs,
				       .work = work,
				       .next = next_item,
				       .result = on_result,
				       .unprobed = on_unprobed,
				       .returned = on_returned,
				       .done = on_done,
				       .arg = k };
	k->fleet = fleet_new(&k->conf);
}

static void run_for(struct flock *k, int64_t ms)
{
	struct loop_timer *end =
		loop_timer_new(k->loop, ms, (loop_fn *)loop_stop, k->loop);

	loop_run(k->loop);
	loop_timer_free(end);
}

static void disperse(struct flock *k)
{
	fleet_free(k->fleet);
	loop_free(k->loop);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
}

static size_t times_said(const struct flock *k, const char *text)
{
	size_t i, n = 0;

	for (i = 0; i < k->said_count; i++)
		n += strstr(k->said[i], text) != NULL;
	return n;
}

static void must_be_done(struct flock *k, size_t results, size_t unprobed)
{
	size_t i;

	if (!k->done)
		run_for(k, 5000);
	for (i = 0; i < k->said_count; i++)
		print_message("# %s\n", k->said[i]);
	assert_int_equal(k->done, 1);
	assert_int_equal(k->results, results);
	assert_int_equal(k->unprobed, unprobed);
}

static void test_fleet_each_item_has_one_result(void **state)
{
	static const char *const list[] = { "a.example", "b.example",
					    "bad",	 "slow50.example",
					    "a.example", "c.example",
					    NULL };
	static const char *const none[] = { NULL }, *const bad[] = { "bad", "bad2",
								     NULL };
	struct flock k;

	(void)state;
	gather(&k, 2, 4, list);
	fleet_more(k.fleet);
	must_be_done(&k, 5, 1);
	assert_int_equal(times_said(&k, "a.example"), 2);
	assert_int_equal(times_said(&k, "slow50.example"), 1);
	disperse(&k);
	gather(&k, 2, 4, none);
	fleet_more(k.fleet);
	assert_int_equal(k.done, 1);
	disperse(&k);
	gather(&k, 2, 4, bad);
	fleet_more(k.fleet);
	assert_int_equal(k.done, 1);
	assert_int_equal(k.unprobed, 2);
	disperse(&k);
	fleet_free(NULL);
}

/* The guilty ones are found, all others are done, and nothing twice. */
static void test_fleet_outlives_its_workers(void **state)
{
	static const char *const list[] = {
		"a.example",	  "die1.example",   "b.example", "c.example",
		"slow20.example", "die2.example",   "d.example", "e.example",
		"f.example",	  "slow40.example", NULL
	};
	int workers, jobs;
	struct flock k;

	(void)state;
	for (workers = 1; workers <= 3; workers++) {
		for (jobs = 1; jobs <= 4; jobs += 3) {
			gather(&k, workers, jobs, list);
			fleet_more(k.fleet);
			must_be_done(&k, 8, 2);
			assert_int_equal(times_said(&k, "die1.example: "), 1);
			assert_int_equal(times_said(&k, "die2.example: "), 1);
			assert_int_equal(times_said(&k, "killed by signal 9"), 2);
			disperse(&k);
		}
	}
}

/* What harms only once, or a process that was killed for nothing, costs no result. */
static void test_fleet_tries_once_more(void **state)
{
	static const char *const list[] = { "a.example", "b.example", "once.example",
					    "c.example", NULL };
	struct flock k;
	int jobs;

	(void)state;
	for (jobs = 1; jobs <= 4; jobs++) {
		unlink("test_fleet.mark");
		gather(&k, 1, jobs, list);
		fleet_more(k.fleet);
		must_be_done(&k, 4, 0);
		assert_int_equal(access("test_fleet.mark", F_OK), 0);
		disperse(&k);
	}
	unlink("test_fleet.mark");
}

/* Two processes are enough: whoever would be good at the third try is given up. */
static void test_fleet_gives_an_item_two_processes(void **state)
{
	static const char *const list[] = { "a.example", "twice.example", "b.example",
					    NULL };
	struct flock k;

	(void)state;
	unlink("test_fleet.mark");
	gather(&k, 1, 1, list);
	fleet_more(k.fleet);
	must_be_done(&k, 2, 1);
	assert_int_equal(
		times_said(&k, "twice.example: the process that checked it ended"), 1);
	assert_int_equal(times_said(&k, "as did another before"), 1);
	disperse(&k);
	unlink("test_fleet.mark");
}

/* Whose loop stands still is ended, and costs the others nothing. */
static void test_fleet_ends_a_worker_that_is_stuck(void **state)
{
	static const char *const list[] = { "a.example",       "stuck1.example",
					    "slow100.example", "b.example",
					    "stuck2.example",  NULL };
	struct flock k;

	(void)state;
	gather(&k, 1, 3, list);
	fleet_more(k.fleet);
	run_for(&k, 9000);
	assert_int_equal(times_said(&k, "stuck1.example: the process"), 1);
	assert_int_equal(times_said(&k, "stuck2.example: the process"), 1);
	assert_int_equal(times_said(&k, "did not react for two seconds"), 2);
	must_be_done(&k, 3, 2);
	disperse(&k);
}

/* Also where nobody knows for whom it worked. */
static void test_fleet_finds_who_got_it_stuck(void **state)
{
	static const char *const list[] = { "a.example", "lost1.example", "slow2.example",
					    "b.example", "c.example",	  NULL };
	struct flock k;

	(void)state;
	gather(&k, 1, 3, list);
	fleet_more(k.fleet);
	run_for(&k, 9000);
	must_be_done(&k, 4, 1);
	assert_int_equal(times_said(&k, "lost1.example: the process"), 1);
	disperse(&k);
}

static void die_at_once(void *arg, int fd, int lane, struct loop_pulse *pulse)
{
	(void)pulse;
	(void)arg;
	(void)fd;
	(void)lane;
	_exit(3);
}

static void test_fleet_gives_up_where_no_worker_lasts(void **state)
{
	static const char *const list[] = { "a.example", "b.example", "c.example",
					    "d.example", NULL };
	struct flock k;

	(void)state;
	gather(&k, 2, 1, list);
	k.conf.work = die_at_once;
	fleet_more(k.fleet);
	must_be_done(&k, 0, 4);
	assert_int_equal(times_said(&k, "exit status 3"), 4);
	disperse(&k);
}

static void test_fleet_drain_returns_what_is_not_begun(void **state)
{
	static const char *const list[] = { "slow300.example", "slow301.example",
					    "a.example", "b.example", NULL };
	struct flock k;

	(void)state;
	gather(&k, 1, 2, list);
	k.later = true;
	fleet_more(k.fleet);
	run_for(&k, 100);
	assert_int_equal(k.results, 0);
	fleet_drain(k.fleet);
	must_be_done(&k, 2, 0);
	assert_int_equal(k.returned, 2);
	disperse(&k);
}

static void test_fleet_stop_tells_what_is_in_flight(void **state)
{
	static const char *const list[] = { "slow9000.example", "never.example",
					    "a.example", NULL };
	struct flock k;

	(void)state;
	gather(&k, 1, 2, list);
	fleet_more(k.fleet);
	run_for(&k, 100);
	fleet_stop(k.fleet, "SIGX");
	fleet_stop(k.fleet, "SIGY");
	must_be_done(&k, 1, 1); /* by itself, and by the deadline */
	assert_int_equal(times_said(&k, "stopped"), 1);
	assert_int_equal(times_said(&k, "never.example: SIGX ended the check"), 1);
	assert_int_equal(k.returned, 1);
	disperse(&k);
}

static void test_fleet_pause_takes_nothing(void **state)
{
	static const char *const list[] = { "a.example", "b.example", NULL };
	struct flock k;

	(void)state;
	gather(&k, 2, 1, list);
	fleet_pause(k.fleet, true);
	fleet_more(k.fleet);
	assert_int_equal(k.next, 0);
	fleet_pause(k.fleet, false);
	assert_int_equal(k.next, 2);
	fleet_pause(k.fleet, true);
	run_for(&k, 100);
	assert_int_equal(k.results, 0);
	fleet_pause(k.fleet, false);
	must_be_done(&k, 2, 0);
	disperse(&k);
}

/* A worker that doesn't get on holds so many, not the list. */
static void test_fleet_holds_no_more_than_its_window(void **state)
{
	static const char *list[2001];
	struct flock k;
	size_t i;

	(void)state;
	for (i = 0; i < 2000; i++)
		list[i] = "never.example";
	gather(&k, 3, 4, list);
	fleet_more(k.fleet);
	run_for(&k, 50);
	assert_in_range(k.next, 5, 300);
	disperse(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fleet_each_item_has_one_result),
		cmocka_unit_test(test_fleet_outlives_its_workers),
		cmocka_unit_test(test_fleet_tries_once_more),
		cmocka_unit_test(test_fleet_gives_an_item_two_processes),
		cmocka_unit_test(test_fleet_ends_a_worker_that_is_stuck),
		cmocka_unit_test(test_fleet_finds_who_got_it_stuck),
		cmocka_unit_test(test_fleet_gives_up_where_no_worker_lasts),
		cmocka_unit_test(test_fleet_drain_returns_what_is_not_begun),
		cmocka_unit_test(test_fleet_stop_tells_what_is_in_flight),
		cmocka_unit_test(test_fleet_pause_takes_nothing),
		cmocka_unit_test(test_fleet_holds_no_more_than_its_window),
	};

	signal(SIGPIPE, SIG_IGN);
	log_set_level(-1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
