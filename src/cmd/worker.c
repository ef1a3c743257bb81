/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/worker.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/channel.h"
#include "cmd/check_opts.h"
#include "cmd/cmd.h"
#include "cmd/engine.h"
#include "cmd/jobs.h"
#include "cmd/parcel.h"
#include "probe/run.h"
#include "render/json.h"
#include "verdict/facts.h"

/* A target that isn't begun yet. */
struct queued {
	struct run_item item;
	struct queued *next;
};

struct worker {
	struct channel *channel; /* owned, as the others */
	struct run *run;
	struct run_conf conf;
	struct queued *first, **end;
};

static enum run_step next_queued(void *arg, struct run_item *ret_item)
{
	struct worker *w = arg;
	struct queued *q = w->first;

	if (!q)
		return RUN_LATER;
	w->first = q->next;
	if (!w->first)
		w->end = &w->first;
	*ret_item = q->item;
	free(q);
	return RUN_ITEM;
}

static void send_result(void *arg, uint32_t slot, struct facts_target *facts)
{
	struct worker *w = arg;
	char *line = json_line(facts);

	parcel_send(w->channel, &(struct parcel){ .kind = PARCEL_RESULT,
						  .slot = slot,
						  .state = facts->state,
						  .code = facts->code,
						  .text = line });
	free(line);
	facts_target_free(facts);
}

static void take_target(struct worker *w, const struct parcel *parcel)
{
	struct queued *q = mem_zero(sizeof(*q));
	struct run_item *item = &q->item;

	item->text = mem_text(parcel->text);
	item->line = (long)parcel->line;
	item->tag = parcel->slot;
	item->good = target_parse(item->text, &item->target, &item->why) == 0;
	*w->end = q;
	w->end = &q->next;
	run_more(w->run);
}

static void give_back(struct worker *w)
{
	struct run_item item;

	while (next_queued(w, &item) == RUN_ITEM) {
		parcel_send(w->channel,
			    &(struct parcel){ .kind = PARCEL_BACK, .slot = item.tag });
		run_item_clear(&item);
	}
}

static bool on_parcel(void *arg, const void *data, size_t len)
{
	struct worker *w = arg;
	struct parcel parcel;

	if (!parcel_read(data, len, &parcel))
		return false;
	switch (parcel.kind) {
	case PARCEL_TARGET:
		take_target(w, &parcel);
		return true;
	case PARCEL_DRAIN:
		give_back(w);
		return true;
	case PARCEL_STOP:
		give_back(w);
		w->conf.stopped_by = parcel.text;
		run_stop(w->run);
		w->conf.stopped_by = NULL;
		return true;
	case PARCEL_RESULT:
	case PARCEL_BACK:
		break;
	}
	return false;
}

/* Nobody wants what is in flight any more. */
static void on_closed(void *arg)
{
	(void)arg;
	_exit(CMD_DONE);
}

_Noreturn void worker_run(int fd, struct engine *engine, int jobs,
			  const struct engine_shared *shared, struct loop_pulse *pulse)
{
	struct worker w = { .end = &w.first };
	struct channel_conf channel = {
		.fd = fd, .message = on_parcel, .closed = on_closed, .arg = &w
	};
	struct why why;

	log_set_before(NULL, NULL); /* the line of progress is the parent's */
	engine->loop = NULL;
	engine->upstream = NULL;
	if (engine_start(engine, &why) < 0) {
		log_error("%s", why.text);
		_exit(CMD_USAGE);
	}
	loop_set_pulse(engine->loop, pulse);
	engine_share(engine, shared);
	w.conf = (struct run_conf){ .probe = &engine->probe,
				    .jobs = jobs,
				    .parked = jobs_parked(jobs, jobs_raise_files()),
				    .retries = engine->opts->retries,
				    .dns_rate = engine_dns_rate(engine),
				    .next = next_queued,
				    .emit = send_result,
				    .arg = &w };
	w.run = run_new(&w.conf);
	channel.loop = engine->loop;
	w.channel = channel_new(&channel);
	for (;;) /* a stop by others than on_closed() doesn't end it */
		loop_run(engine->loop);
}
