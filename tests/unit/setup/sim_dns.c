/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_dns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/key/record.h"
#include "setup/lineage/owners.h"
#include "setup/world/env.h"
#include "sim.h"

#define NEGATIVE_TTL_S 900

/* --- the judge ---------------------------------------------------------------------- */

uint64_t sim_dns_at(const struct sim *sim, uint64_t set, size_t owner)
{
	size_t i;

	for (i = 0; i < sim->keys; i++)
		if (sim->owner[i] != owner)
			set &= ~(UINT64_C(1) << i);
	return set;
}

static bool has_key(const struct sim *sim, uint64_t set, int key)
{
	size_t i;

	for (i = 0; key >= 0 && i < sim->keys; i++)
		if (set & (UINT64_C(1) << i) && !strcmp(sim->digest[i], sim->digest[key]))
			return true;
	return false;
}

/* A client may be given the key of either kind, at each owner that has records. */
static bool is_presented(const struct sim *sim, uint64_t set)
{
	size_t i, owner;

	for (owner = 0; owner < SIM_OWNERS; owner++) {
		uint64_t there = sim_dns_at(sim, set, owner);

		for (i = 0; there && !sim->closed[owner] && i < sim->kinds; i++)
			if (!has_key(sim, there, sim->live[i].key))
				return false;
	}
	return true;
}

/* Digest agility: its stronger digest leaves the lineage's records out of account. */
static void judge_foreign(struct sim *sim)
{
	if (sim->foreign.len && sim->foreign.only >= 0 && sim->live[0].key >= 0 &&
	    sim->live[0].key != sim->foreign.only)
		sim_offend(sim, "key %d is presented, and somebody's record names %d",
			   sim->live[0].key, sim->foreign.only);
}

static void judge_set(struct sim *sim, uint64_t set, const char *whose)
{
	if (is_presented(sim, set))
		return;
	sim_offend(sim, "key %d (%d) is presented, and %s has a set of others (%#llx)",
		   sim->live[0].key, sim->live[1].key, whose, (unsigned long long)set);
}

static bool is_cached(const struct sim *sim, const struct sim_span *span)
{
	return span->until + 2 * sim->ttl_s > sim->now;
}

void sim_dns_judge(struct sim *sim)
{
	size_t i, count = sim->spans < SIM_SPANS_MAX ? sim->spans : SIM_SPANS_MAX;

	judge_foreign(sim);
	for (i = 0; i < SIM_SERVERS; i++)
		judge_set(sim, sim->server[i].set, "a name server");
	for (i = 0; i < count; i++)
		if (is_cached(sim, &sim->span[i]))
			judge_set(sim, sim->span[i].set, "a cache");
}

bool sim_dns_fails(const struct sim *sim)
{
	size_t i, count = sim->spans < SIM_SPANS_MAX ? sim->spans : SIM_SPANS_MAX;

	for (i = 0; i < SIM_SERVERS; i++)
		if (!is_presented(sim, sim->server[i].set))
			return true;
	for (i = 0; i < count; i++)
		if (is_cached(sim, &sim->span[i]) && !is_presented(sim, sim->span[i].set))
			return true;
	return false;
}

/* --- name servers ------------------------------------------------------------------- */

static void give_out(struct sim *sim, struct sim_server *server, uint64_t set)
{
	struct sim_span *span = &sim->span[sim->spans++ % SIM_SPANS_MAX];

	*span = (struct sim_span){ server->set, sim->now };
	server->former = server->set;
	server->set = set;
	sim_dns_judge(sim);
}

static time_t lag_s(struct sim *sim)
{
	if (!sim_chance(sim, sim->luck.slow))
		return (time_t)sim_random(sim, 2 * SIM_HOUR);
	sim->lags++;
	return (time_t)sim_random(sim, 3 * SIM_DAY);
}

void sim_dns_set(struct sim *sim, uint64_t set)
{
	size_t i;

	if (set == sim->server[0].set)
		return;
	give_out(sim, &sim->server[0], set);
	for (i = 1; i < SIM_SERVERS; i++) {
		struct sim_server *server = &sim->server[i];

		if (server->late && !server->relapsed)
			continue;
		server->late = true;
		server->relapsed = false;
		server->update_at = sim->now + 5 + lag_s(sim);
	}
}

/* It doesn't mend before a run had the chance to see it. Nobody is helped by records that
 * the presented key isn't in. */
void sim_dns_relapse(struct sim *sim)
{
	struct sim_server *server = &sim->server[1 + sim_random(sim, SIM_SERVERS - 1)];

	if (!sim_chance(sim, sim->luck.relapse) || server->late || !server->former ||
	    server->former == server->set || !is_presented(sim, server->former))
		return;
	sim->relapses++;
	give_out(sim, server, server->former);
	server->late = server->relapsed = true;
	server->seen = false;
	server->update_at = sim->now + (time_t)sim_random(sim, 6 * SIM_HOUR);
}

time_t sim_dns_next(const struct sim *sim, time_t end)
{
	time_t next = end;
	size_t i;

	for (i = 1; i < SIM_SERVERS; i++)
		if (sim->server[i].late && sim->server[i].update_at > sim->now &&
		    sim->server[i].update_at < next)
			next = sim->server[i].update_at;
	return next;
}

void sim_dns_update(struct sim *sim)
{
	size_t i;

	for (i = 1; i < SIM_SERVERS; i++) {
		struct sim_server *server = &sim->server[i];

		if (!server->late || server->update_at > sim->now ||
		    (server->relapsed && !server->seen))
			continue;
		server->late = server->relapsed = false;
		give_out(sim, server, sim->server[0].set);
	}
}

const char *sim_dns_owner_name(size_t owner)
{
	static const char *const name[SIM_OWNERS] = { "_443._tcp.www.example.com.",
						      "_443._tcp.shop.example.com." };

	return name[owner];
}

size_t sim_dns_owner(const char *name)
{
	size_t i;

	for (i = 1; name && i < SIM_OWNERS; i++)
		if (!strncmp(name, sim_dns_owner_name(i), strlen(name)))
			return i;
	return 0;
}

int sim_dns_record(struct sim *sim, size_t owner, const char *digest)
{
	size_t i;

	for (i = 0; i < sim->keys; i++)
		if (sim->owner[i] == owner && !strcmp(sim->digest[i], digest))
			return (int)i;
	if (sim->keys == SIM_KEYS_MAX) {
		sim_offend(sim, "more keys than the test has room for");
		return 0;
	}
	sim->owner[sim->keys] = (unsigned char)owner;
	(void)snprintf(sim->digest[sim->keys], sizeof(sim->digest[0]), "%s", digest);
	return (int)sim->keys++;
}

int sim_dns_key(struct sim *sim, const char *digest)
{
	return sim_dns_record(sim, 0, digest);
}

static uint64_t records_set(struct sim *sim, const struct record *records, size_t count)
{
	uint64_t set = 0;
	size_t i;
	char *hex;

	for (i = 0; i < count; i++) {
		hex = hex_encode(records[i].rr.data, records[i].rr.len);
		set |= UINT64_C(1)
		       << sim_dns_record(sim, sim_dns_owner(records[i].owner), hex);
		free(hex);
	}
	return set;
}

/* All that one server has at an owner. */
static void add_set(const struct sim *sim, uint64_t set, size_t owner,
		    struct env_dns *dns)
{
	const struct sim_foreign *f = &sim->foreign;
	struct tlsa rr[SIM_KEYS_MAX + 1] = { { 0 } };
	size_t count = 0, i;

	for (i = 0; i < sim->keys; i++) {
		char *text;

		if (!(set & (UINT64_C(1) << i)))
			continue;
		text = mem_printf("3 1 1 %s", sim->digest[i]);
		(void)tlsa_parse(text, &rr[count++], NULL);
		free(text);
	}
	if (f->len && owner == 0)
		rr[count++] = (struct tlsa){ f->usage, f->selector, f->mtype,
					     mem_copy(f->data, f->len), f->len };
	if (count)
		env_dns_add_set(dns, sim_dns_owner_name(owner), rr, count);
	while (count)
		tlsa_clear(&rr[--count]);
}

/* To a run only: clients have other ways to it. */
static bool is_silent(struct sim *sim, struct sim_server *server)
{
	if (sim->now >= server->silent_until && sim_chance(sim, sim->luck.silent))
		server->silent_until = sim->now + (time_t)sim_random(sim, 4 * SIM_DAY);
	return server->silent || sim->now < server->silent_until;
}

/* What is asked. */
struct asked {
	uint64_t want, gone, any; /* any: what a server that answered has */
	bool owner[SIM_OWNERS];
};

static void ask_owner(struct sim *sim, uint64_t set, size_t owner, struct env_dns *dns)
{
	uint64_t there = sim_dns_at(sim, set, owner);
	int64_t ttl_s = there ? sim->ttl_s : NEGATIVE_TTL_S;

	add_set(sim, there, owner, dns);
	dns->none = dns->none && !there;
	if (ttl_s > dns->ttl_s)
		dns->ttl_s = ttl_s;
}

static void ask_server(struct sim *sim, struct sim_server *server, struct asked *asked,
		       struct env_dns *dns)
{
	uint64_t set = server->set;
	size_t i;

	server->seen = true;
	asked->any |= set;
	for (i = 0; i < SIM_OWNERS; i++)
		if (asked->owner[i])
			ask_owner(sim, set, i, dns);
	dns->may_have_dead = dns->may_have_dead || set & asked->gone;
	if ((set & asked->want) != asked->want || set & asked->gone) {
		dns->agree = false;
		dns->contradicts = true;
	}
}

static void note_owners(const struct env_question *q, struct asked *asked)
{
	size_t i;

	asked->owner[0] = !q->want_count && !q->dead_count;
	for (i = 0; i < q->want_count; i++)
		asked->owner[sim_dns_owner(q->want[i].owner)] = true;
	for (i = 0; i < q->dead_count; i++)
		asked->owner[sim_dns_owner(q->dead[i].owner)] = true;
}

static void tell_owner(const struct sim *sim, const struct asked *asked, size_t owner,
		       struct env_dns *dns)
{
	uint64_t any = sim_dns_at(sim, asked->any, owner);

	if (!any && !dns->silent)
		owners_add(&dns->absent, sim_dns_owner_name(owner));
	if (any & asked->want)
		owners_add(&dns->present, sim_dns_owner_name(owner));
	dns->some = dns->some || any;
}

int sim_dns_ask(void *arg, const struct env_question *q, struct env_dns *ret_dns,
		struct why *why)
{
	struct sim *sim = arg;
	struct asked asked = { .want = records_set(sim, q->want, q->want_count),
			       .gone = records_set(sim, q->dead, q->dead_count) };
	struct env_dns dns = { .agree = true, .none = true };
	size_t i, dead = 0;

	if (sim_chance(sim, sim->luck.ask)) {
		sim->dark++;
		return why_set(why, DP_EDNS, "ns1.example.com doesn't answer");
	}
	note_owners(q, &asked);
	for (i = 0; i < SIM_SERVERS; i++) {
		char name[40];

		(void)snprintf(name, sizeof(name), "ns%zu.example.com@192.0.2.%zu", i + 1,
			       i + 1);
		sim->now += 1;
		if (is_silent(sim, &sim->server[i])) {
			if (q->all_but_one && dead++ == 0)
				continue;
			owners_add(&dns.silent, name);
			dns.agree = dns.none = false;
			continue;
		}
		owners_add(&dns.answered, name);
		ask_server(sim, &sim->server[i], &asked, &dns);
	}
	dns.answered_ttl_s = dns.ttl_s;
	if (dns.silent)
		dns.ttl_s = -1;
	if (!dns.agree)
		dns.who_lags = mem_text("ns2.example.com lacks the record");
	for (i = 0; i < SIM_OWNERS; i++)
		if (asked.owner[i])
			tell_owner(sim, &asked, i, &dns);
	*ret_dns = dns;
	return 0;
}
