/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/text_file.h"

#define CHUNK 65536

/* The bytes of -f, as they come. */
struct input {
	int fd;	      /* owned unless it's stdin; -1 none */
	bool plain;   /* a file or folder: reading it never waits */
	off_t size;   /* of a plain file; 0: of none */
	off_t behind; /* the offset in the file of what follows data */
	size_t at, len;
	bool over;
	int failed; /* errno; 0: reading didn't fail */
	char data[CHUNK];
	struct text_file_filter filter;
};

struct source {
	const char *const *args; /* borrowed */
	size_t count, next;
	const char *file_name; /* borrowed */
	struct input input;
	char line[TARGET_TEXT_MAX + 2]; /* of it, without the blanks before it */
	size_t line_len;
	bool in_line; /* the line isn't whole yet */
	long line_number;
	bool told;		  /* it was told that the file can't be read on */
	bool ended;		  /* nothing is left */
	source_wanted_fn *wanted; /* NULL: all targets are wanted */
	void *wanted_arg;
	struct loop_io *watch; /* owned; NULL none */
	source_ready_fn *ready;
	void *ready_arg;
};

/* A pipe that has no writer yet is opened all the same, and has nothing to read yet. */
static int open_input(struct input *in, const char *file, struct why *why)
{
	struct stat st;

	in->fd = strcmp(file, "-") ? open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
				   : STDIN_FILENO;
	if (in->fd < 0)
		return why_errno(why, errno, "can't open %s", file);
	if (fstat(in->fd, &st) == 0) {
		in->plain = S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
		in->size = S_ISREG(st.st_mode) ? st.st_size : 0;
	}
	return 0;
}

int source_new(const char *const *args, size_t count, const char *file,
	       struct source **ret_source, struct why *why)
{
	struct source *s = mem_zero(sizeof(*s));
	int rc;

	s->args = args;
	s->count = count;
	s->file_name = file;
	s->input.fd = -1;
	rc = file ? open_input(&s->input, file, why) : 0;
	if (rc < 0)
		free(s);
	else
		*ret_source = s;
	return rc;
}

void source_want(struct source *s, source_wanted_fn *fn, void *arg)
{
	s->wanted = fn;
	s->wanted_arg = arg;
}

double source_share(const struct source *s)
{
	const struct input *in = &s->input;
	off_t at = in->behind - (off_t)(in->len - in->at);

	if (s->ended)
		return 1;
	if (!in->size)
		return -1;
	return at < in->size ? (double)at / (double)in->size : 1;
}

bool source_ended(const struct source *s)
{
	return s->ended && !s->told;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	loop_io_free(s->watch);
	if (s->input.fd > STDIN_FILENO)
		close(s->input.fd);
	free(s);
}

int source_rewind(struct source *s, struct why *why)
{
	struct input *in = &s->input;

	s->next = 0;
	s->line_number = 0;
	s->in_line = s->told = s->ended = false;
	if (in->fd >= 0 && lseek(in->fd, 0, SEEK_SET) < 0)
		return why_errno(why, errno,
				 "--wait reads the targets again for each attempt, and "
				 "%s can't be read twice",
				 s->file_name);
	in->at = in->len = 0;
	in->behind = 0;
	in->over = false;
	in->failed = 0;
	in->filter = (struct text_file_filter){ 0 };
	return 0;
}

static void on_readable(void *arg, bool readable, bool writable)
{
	struct source *s = arg;

	(void)readable;
	(void)writable;
	loop_io_want(s->watch, false, false);
	s->ready(s->ready_arg);
}

void source_watch(struct source *s, struct loop *loop, source_ready_fn *fn, void *arg)
{
	loop_io_free(s->watch);
	s->watch = NULL;
	s->ready = fn;
	s->ready_arg = arg;
	if (fn && s->input.fd >= 0 && !s->input.plain)
		s->watch = loop_io_new(loop, s->input.fd, on_readable, s);
}

static bool wait_readable(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, timeout_ms) > 0;
}

void source_wait(const struct source *s)
{
	(void)wait_readable(s->input.fd, -1);
}

/*
 * Lines
 */
/* RUN_ITEM: data has bytes. */
static enum run_step refill_data(struct input *in)
{
	ssize_t n;

	if (in->at < in->len)
		return RUN_ITEM;
	if (in->fd < 0 || in->over || in->failed)
		return RUN_END;
	do {
		if (!in->plain && !wait_readable(in->fd, 0))
			return RUN_LATER;
		n = read(in->fd, in->data, sizeof(in->data));
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return RUN_LATER;
	in->failed = n < 0 ? errno : 0;
	in->over = n == 0;
	in->at = 0;
	in->len = n > 0 ? (size_t)n : 0;
	in->behind += (off_t)in->len;
	return n > 0 ? RUN_ITEM : RUN_END;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* No more of the line is kept than fits: what is longer is no target anyway. */
static void add_to_line(struct source *s, char c)
{
	if (!s->line_len && is_blank(c))
		return;
	if (s->line_len < TARGET_TEXT_MAX + 1)
		s->line[s->line_len++] = c ? c : '\1'; /* refused, as a NUL is to be */
}

/* A comment behind a target begins at a blank: a "#" within one is its own. */
static void cut_comment(struct source *s)
{
	size_t i;

	for (i = 1; i < s->line_len; i++)
		if (s->line[i] == '#' && is_blank(s->line[i - 1]))
			s->line_len = i;
}

static void end_line(struct source *s)
{
	cut_comment(s);
	while (s->line_len && is_blank(s->line[s->line_len - 1]))
		s->line_len--;
	s->line[s->line_len] = '\0';
	s->line_len = 0;
	s->line_number++;
	s->in_line = false;
}

/* Takes octets into the line; returns whether it is whole now. */
static bool take_octets(struct source *s, const char *octets, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		s->in_line = true;
		if (octets[i] == '\n') {
			end_line(s);
			return true;
		}
		add_to_line(s, octets[i]);
	}
	return false;
}

/* Reads on to the end of the line; the last line may lack one. */
static enum run_step read_line(struct source *s)
{
	struct input *in = &s->input;
	char octets[TEXT_FILE_STEP_MAX];
	enum run_step step;
	size_t n;

	while ((step = refill_data(in)) == RUN_ITEM) {
		n = text_file_step(&in->filter, in->data[in->at++], octets);
		if (in->filter.is_utf16)
			return RUN_END;
		if (take_octets(s, octets, n))
			return RUN_ITEM;
	}
	if (step == RUN_END)
		(void)take_octets(s, octets, text_file_end(&in->filter, octets));
	if (step == RUN_LATER || !s->in_line)
		return step;
	end_line(s);
	return RUN_ITEM;
}

static enum run_step next_line(struct source *s)
{
	enum run_step step;

	do
		step = read_line(s);
	while (step == RUN_ITEM && (!s->line[0] || s->line[0] == '#'));
	return step;
}

/* A list that can't be read to its end is no list of good targets. */
static enum run_step tell_failure(struct source *s, struct run_item *ret_item)
{
	const struct input *in = &s->input;

	if ((!in->failed && !in->filter.is_utf16) || s->told)
		return RUN_END;
	s->told = true;
	ret_item->text = mem_text(s->file_name);
	ret_item->line = s->line_number + 1;
	if (in->filter.is_utf16)
		text_file_refuse_utf16(s->file_name, &ret_item->why);
	else
		why_errno(&ret_item->why, in->failed, "can't read %s", s->file_name);
	return RUN_ITEM;
}

/* Takes whatever comes next, wanted or not. */
static enum run_step next_any(struct source *s, struct run_item *ret_item)
{
	const char *text = s->line;
	enum run_step step;

	if (s->next < s->count) {
		text = s->args[s->next++];
	} else {
		step = next_line(s);
		if (step == RUN_END)
			return tell_failure(s, ret_item);
		if (step == RUN_LATER)
			return step;
		ret_item->line = s->line_number;
	}
	ret_item->text = mem_text(text);
	ret_item->good =
		target_parse(ret_item->text, &ret_item->target, &ret_item->why) == 0;
	return RUN_ITEM;
}

enum run_step source_next(struct source *s, struct run_item *ret_item)
{
	enum run_step step;

	while ((step = next_any(s, ret_item)) == RUN_ITEM) {
		if (!s->wanted || s->told || s->wanted(s->wanted_arg, ret_item))
			return step;
		run_item_clear(ret_item);
	}
	s->ended = step == RUN_END;
	if (step == RUN_LATER && s->watch)
		loop_io_want(s->watch, true, false);
	return step;
}
