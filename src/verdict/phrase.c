/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/phrase.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/same.h"
#include "verdict/facts.h"

static char *count_of(int64_t n, const char *unit)
{
	return mem_printf("%lld %s%s", (long long)n, unit, n == 1 ? "" : "s");
}

char *phrase_span(double seconds)
{
	int64_t s = seconds > 0 ? (int64_t)seconds : 0;

	if (s >= 2 * 86400)
		return count_of(s / 86400, "day");
	if (s >= 2 * 3600)
		return count_of(s / 3600, "hour");
	if (s >= 120)
		return count_of(s / 60, "minute");
	return count_of(s, "second");
}

char *phrase_digest(const char *hex)
{
	size_t len = strlen(hex);

	if (len <= 19)
		return mem_text(hex);
	return mem_printf("%.8s...%s", hex, hex + len - 8);
}

char *phrase_peer(const struct facts_peer *p)
{
	const char *address = p->address ? p->address : "?";

	return strchr(address, ':') ? mem_printf("[%s]:%d", address, p->port)
				    : mem_printf("%s:%d", address, p->port);
}

bool phrase_same_place(const struct facts_peer *a, const struct facts_peer *b)
{
	return a->port == b->port && a->address && b->address &&
	       !strcmp(a->address, b->address);
}

size_t phrase_addresses(const struct facts_endpoint *e, size_t *ret_matched)
{
	bool first, matches;
	size_t i, k, count = 0, matched = 0;

	for (i = 0; i < e->peer_count; i++) {
		if (facts_peer_excused(e, &e->peer[i]))
			continue;
		first = matches = true;
		for (k = 0; k < e->peer_count; k++) {
			if (!phrase_same_place(&e->peer[i], &e->peer[k]) && k != i)
				continue;
			first = first && k >= i;
			matches = matches && e->peer[k].code == CODE_MATCH;
		}
		count += first;
		matched += first && matches;
	}
	if (ret_matched)
		*ret_matched = matched;
	return count;
}

const char *phrase_reason(const char *reason)
{
	const char *end = strstr(reason, ">: ");

	if (!strncmp(reason, "validation failure <", 20) && end)
		return end + 3;
	return reason;
}

/* The case of a name is never changed: not of hosts, of schemes, of records. */
static bool begins_with_name(const char *text, const struct facts_target *t)
{
	size_t len = strcspn(text, " "), i;

	if (strspn(text, "abcdefghijklmnopqrstuvwxyz'-") != len)
		return true;
	if (t->target && same_word(text, len, t->target))
		return true;
	for (i = 0; i < t->endpoint_count; i++)
		if (t->endpoint[i].host && same_word(text, len, t->endpoint[i].host))
			return true;
	return false;
}

char *phrase_sentence(char *take_text, const struct facts_target *t)
{
	size_t len = take_text ? strlen(take_text) : 0;
	char *text;

	if (!len)
		return take_text;
	text = take_text;
	if (!begins_with_name(text, t))
		text[0] = (char)(text[0] - 'a' + 'A');
	if (strchr(".!?:", text[len - 1]))
		return text;
	text = mem_printf("%s.", take_text);
	free(take_text);
	return text;
}
