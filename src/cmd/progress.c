/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/progress.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cmd/counts.h"

#define STEP_MS 500
#define LINE_MAX_BYTES 400
#define USUAL_COLUMNS 80
#define LONGEST_S (1000 * 3600) /* a guess of more says nothing */

#define START_OF_LINE "\r\033[K" /* and erases what follows */

struct progress {
	struct loop *loop; /* borrowed */
	FILE *stream;	   /* borrowed */
	progress_ask_fn *ask;
	void *arg;		  /* for ask */
	struct loop_timer *timer; /* owned */
	int64_t began_ms;
	bool drawn;
};

static void add_left(struct buf *b, double seconds)
{
	int64_t s = (int64_t)(seconds + 0.5);

	if (seconds > LONGEST_S)
		return;
	if (s >= 3600)
		buf_printf(b, ", %" PRId64 ":%02d:%02d left", s / 3600,
			   (int)(s / 60 % 60), (int)(s % 60));
	else
		buf_printf(b, ", %d:%02d left", (int)(s / 60), (int)(s % 60));
}

static void add_states(struct buf *b, const struct counts *counts)
{
	static const enum state order[] = { STATE_OK, STATE_WARNING, STATE_CRITICAL,
					    STATE_UNKNOWN };
	const char *before = ";";
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(*order); i++) {
		n = counts_of_state(counts, order[i]);
		if (!n)
			continue;
		buf_printf(b, "%s %" PRIu64 " %s", before, n, state_name(order[i]));
		before = ",";
	}
}

char *progress_line(const struct progress_numbers *n, int64_t elapsed_ms, size_t columns)
{
	double rate = elapsed_ms > 0 ? (double)n->fresh * 1000 / (double)elapsed_ms : 0;
	double total = n->share > 0 ? (double)n->taken / n->share : 0;
	struct buf b;
	char *line;

	buf_init(&b, LINE_MAX_BYTES);
	buf_printf(&b, "%" PRIu64, n->done);
	if (total > 0)
		buf_printf(&b, " of %s%.0f", n->share < 1 ? "~" : "", total);
	if (rate > 0) {
		buf_printf(&b, rate < 10 ? ", %.1f/s" : ", %.0f/s", rate);
		if (total > (double)n->done)
			add_left(&b, (total - (double)n->done) / rate);
	}
	add_states(&b, n->counts);
	line = mem_text_n(buf_str(&b), b.len < columns ? b.len : columns);
	buf_clear(&b);
	return line;
}

/* One column less than there are: some terminals wrap after the last one. */
static size_t columns_of(FILE *stream)
{
	struct winsize size;

	if (ioctl(fileno(stream), TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return USUAL_COLUMNS - 1;
	return size.ws_col - 1u;
}

static void draw_line(struct progress *p)
{
	struct progress_numbers n = { 0 };
	char *line;

	p->ask(p->arg, &n);
	line = progress_line(&n, clock_ms() - p->began_ms, columns_of(p->stream));
	fprintf(p->stream, START_OF_LINE "%s", line);
	fflush(p->stream);
	free(line);
	p->drawn = true;
}

static void on_step(void *arg)
{
	struct progress *p = arg;

	loop_timer_free(p->timer);
	p->timer = loop_timer_new(p->loop, STEP_MS, on_step, p);
	draw_line(p);
}

static void before_log(void *arg)
{
	progress_erase(arg);
}

struct progress *progress_new(struct loop *loop, FILE *stream, progress_ask_fn *ask,
			      void *arg)
{
	const char *terminal = getenv("TERM");
	struct progress *p;

	if (!isatty(fileno(stream)) || !terminal || !strcmp(terminal, "dumb"))
		return NULL;
	p = mem_zero(sizeof(*p));
	p->loop = loop;
	p->stream = stream;
	p->ask = ask;
	p->arg = arg;
	p->began_ms = clock_ms();
	p->timer = loop_timer_new(loop, STEP_MS, on_step, p);
	log_set_before(before_log, p);
	return p;
}

void progress_erase(struct progress *p)
{
	if (!p || !p->drawn)
		return;
	fputs(START_OF_LINE, p->stream);
	fflush(p->stream);
	p->drawn = false;
}

void progress_free(struct progress *p)
{
	if (!p)
		return;
	log_set_before(NULL, NULL);
	loop_timer_free(p->timer);
	progress_erase(p);
	free(p);
}
