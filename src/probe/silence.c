/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/silence.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fnv.h"
#include "base/mem.h"

/* How many are known. Two that fall on the same place drop each other. */
#define SILENT 1024
#define SILENT_MS 60000
/* in a row before the silence counts: the network may fail once */
#define SILENT_TIMES 2

struct silence {
	char *key;  /* owned; NULL: none */
	char *text; /* owned */
	enum peer_status status;
	int times;
	int64_t last_ms;
};

struct silence_book {
	struct silence silent[SILENT];
};

static char *silence_key(const char *address, int port)
{
	return mem_printf("%s %d", address, port);
}

/* The place for a key, whatever is there now. */
static struct silence *silence_at(struct silence_book *all, const char *key)
{
	return &all->silent[fnv_text(key) % SILENT];
}

static bool is_of(const struct silence *s, const char *key)
{
	return s->key && !strcmp(s->key, key);
}

static void forget_silence(struct silence *s)
{
	free(s->key);
	free(s->text);
	*s = (struct silence){ 0 };
}

bool silence_find(struct silence_book *all, const char *address, int port,
		  enum peer_status *ret_status, char **ret_text)
{
	char *key = silence_key(address, port);
	const struct silence *s = silence_at(all, key);
	int64_t ago_ms = clock_ms() - s->last_ms;
	bool known = is_of(s, key) && s->times >= SILENT_TIMES && ago_ms < SILENT_MS;

	free(key);
	if (!known)
		return false;
	*ret_status = s->status;
	*ret_text = mem_printf("%s (seen %lld s ago, for another target; not asked again "
			       "so soon)",
			       s->text, (long long)(ago_ms / 1000));
	return true;
}

bool silence_note(struct silence_book *all, const char *address, int port,
		  enum peer_status status, const char *text)
{
	char *key = silence_key(address, port);
	struct silence *s = silence_at(all, key);
	int times = is_of(s, key) ? s->times + 1 : 1;

	forget_silence(s);
	*s = (struct silence){ .key = key,
			       .text = mem_text(text),
			       .status = status,
			       .times = times,
			       .last_ms = clock_ms() };
	return times >= SILENT_TIMES;
}

void silence_end(struct silence_book *all, const char *address, int port)
{
	char *key = silence_key(address, port);
	struct silence *s = silence_at(all, key);

	if (is_of(s, key))
		forget_silence(s);
	free(key);
}

struct silence_book *silence_book_new(void)
{
	return mem_zero(sizeof(struct silence_book));
}

void silence_book_free(struct silence_book *all)
{
	size_t i;

	if (!all)
		return;
	for (i = 0; i < SILENT; i++)
		forget_silence(&all->silent[i]);
	free(all);
}
