/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/nameserver.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dns/answer.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"

/* The questions for one server: A, AAAA. */
struct pair {
	struct nameserver_search *search; /* borrowed, for callbacks */
	size_t index;
	bool done[2];
	char *address[2][NAMESERVER_ADDRESSES_MAX]; /* owned */
	size_t count[2];
	struct resolver_question *question[2]; /* owned */
};

struct nameserver_search {
	nameserver_fn *fn;
	void *arg;
	struct nameserver *server; /* owned */
	struct pair *pair;	   /* owned, as many */
	size_t count, open;
};

static const char *family_name(int half)
{
	return half ? "IPv6" : "IPv4";
}

static void collect_addresses(struct nameserver *server, struct pair *pair)
{
	size_t half, i;

	server->address =
		mem_array(pair->count[0] + pair->count[1], sizeof(*server->address));
	for (half = 0; half < 2; half++)
		for (i = 0; i < pair->count[half]; i++) {
			server->address[server->address_count++] = pair->address[half][i];
			pair->address[half][i] = NULL;
		}
	if (!server->address_count && !server->error)
		server->error = mem_text("has no address");
}

/* Takes error. The first one is kept. */
static void note_error(struct nameserver *server, char *error)
{
	if (server->error)
		free(error);
	else
		server->error = error;
}

static void take_addresses(struct pair *pair, int half, const struct answer *answer)
{
	struct nameserver *server = &pair->search->server[pair->index];
	char text[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < answer->rr_count; i++) {
		if (answer->rr[i].len != (half ? 16u : 4u) ||
		    !inet_ntop(half ? AF_INET6 : AF_INET, answer->rr[i].rdata, text,
			       sizeof(text)))
			continue;
		if (pair->count[half] == NAMESERVER_ADDRESSES_MAX) {
			note_error(server, mem_printf("has more than %d %s addresses",
						      NAMESERVER_ADDRESSES_MAX,
						      family_name(half)));
			return;
		}
		pair->address[half][pair->count[half]++] = mem_text(text);
	}
}

/* A half that failed stays an error where the other has addresses: nobody knows which
 * ones are left out. */
static void on_half(struct pair *pair, int half, const struct answer *answer)
{
	struct nameserver_search *s = pair->search;
	struct nameserver *server = &s->server[pair->index];

	if (answer->kind == ANSWER_FAILED)
		note_error(server,
			   mem_printf("its %s address can't be looked up: %s",
				      family_name(half),
				      answer->error ? answer->error : "no answer"));
	take_addresses(pair, half, answer);
	pair->done[half] = true;
	if (pair->done[0] && pair->done[1])
		collect_addresses(server, pair);
	if (--s->open == 0)
		s->fn(s->arg, s->server, s->count);
}

static void on_a(void *arg, const struct answer *answer)
{
	on_half(arg, 0, answer);
}

static void on_aaaa(void *arg, const struct answer *answer)
{
	on_half(arg, 1, answer);
}

struct nameserver_search *nameserver_search_new(struct resolver *resolver,
						const char *const *name, size_t count,
						nameserver_fn *fn, void *arg)
{
	struct nameserver_search *s = mem_zero(sizeof(*s));
	size_t i;

	s->fn = fn;
	s->arg = arg;
	s->count = count;
	s->open = 2 * count;
	s->server = mem_array(count, sizeof(*s->server));
	s->pair = mem_array(count, sizeof(*s->pair));
	for (i = 0; i < count; i++) {
		s->server[i].name = mem_text(name[i]);
		s->pair[i].search = s;
		s->pair[i].index = i;
		s->pair[i].question[0] =
			resolver_ask(resolver, name[i], RRTYPE_A, on_a, &s->pair[i]);
		s->pair[i].question[1] = resolver_ask(resolver, name[i], RRTYPE_AAAA,
						      on_aaaa, &s->pair[i]);
	}
	return s;
}

static void clear_pair(struct pair *pair)
{
	size_t half, i;

	for (half = 0; half < 2; half++) {
		resolver_question_free(pair->question[half]);
		for (i = 0; i < pair->count[half]; i++)
			free(pair->address[half][i]);
	}
}

void nameserver_search_free(struct nameserver_search *s)
{
	size_t i, k;

	if (!s)
		return;
	for (i = 0; i < s->count; i++) {
		clear_pair(&s->pair[i]);
		for (k = 0; k < s->server[i].address_count; k++)
			free(s->server[i].address[k]);
		free(s->server[i].address);
		free(s->server[i].name);
		free(s->server[i].error);
	}
	free(s->pair);
	free(s->server);
	free(s);
}
