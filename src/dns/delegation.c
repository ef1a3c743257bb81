/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/delegation.h"

#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/ask.h"
#include "dns/dname.h"
#include "dns/nameserver.h"
#include "dns/rrtype.h"
#include "dns/wire.h"
#include "dns/zone.h"

struct delegation {
	struct loop *loop;	   /* borrowed */
	struct resolver *resolver; /* borrowed */
	char *apex;		   /* owned */
	int64_t server_ms;
	delegation_fn *fn;
	void *arg;
	struct zone_search *parent;	     /* owned */
	struct nameserver_search *addresses; /* owned */
	char **address;			     /* owned; of the parent's servers */
	size_t address_count, next;
	struct ask *ask; /* owned */
	char **name;	 /* owned */
	size_t name_count;
	char *error; /* owned */
	struct loop_timer *delivery;
};

static void add_text(char ***list, size_t *count, char *take_text)
{
	*list = mem_grow(*list, *count, sizeof(**list));
	(*list)[(*count)++] = take_text;
}

static void free_texts(char **list, size_t count)
{
	while (count)
		free(list[--count]);
	free(list);
}

/* DP_ELIMIT where there are more names than we take: nobody would ask those left out. */
static int read_names(const struct wire *wire, const struct dname *apex, char ***names,
		      size_t *count, struct why *why)
{
	const struct wire_rr *rr;
	struct dname owner;
	uint8_t *data;
	size_t i, len;

	for (i = 0; i < wire->rr_count; i++) {
		rr = &wire->rr[i];
		if (rr->section != WIRE_ANSWER && rr->section != WIRE_AUTHORITY)
			continue;
		if (rr->type != RRTYPE_NS || rr->class != WIRE_CLASS_IN ||
		    wire_name(wire, rr->owner, &owner, NULL, NULL) < 0 ||
		    !dname_equal(&owner, apex))
			continue;
		if (*count == ZONE_SERVERS_MAX)
			return DP_ELIMIT;
		if (wire_rdata(wire, rr, &data, &len, why) < 0)
			return DP_EFORMAT;
		add_text(names, count, dname_text(data, len));
		free(data);
	}
	return 0;
}

int delegation_read(const uint8_t *packet, size_t len, const char *apex,
		    char ***ret_names, size_t *ret_count, struct why *why)
{
	char **names = NULL;
	size_t count = 0;
	struct dname name;
	struct wire wire;
	int rc = dname_from_text(apex, &name, why);

	if (rc < 0)
		return rc;
	rc = wire_parse(packet, len, &wire, why);
	if (rc < 0)
		return rc;
	rc = read_names(&wire, &name, &names, &count, why);
	wire_clear(&wire);
	if (rc == DP_ELIMIT)
		why_set(why, rc,
			"the parent of %s names more than %d name servers for it", apex,
			ZONE_SERVERS_MAX);
	if (rc < 0) {
		free_texts(names, count);
		return rc;
	}
	*ret_names = names;
	*ret_count = count;
	return 0;
}

static void deliver_result(void *arg)
{
	struct delegation *d = arg;
	struct delegation_result result = { .server = (const char *const *)d->name,
					    .server_count = d->name_count,
					    .error = d->error };

	d->fn(d->arg, &result);
}

static void finish_with(struct delegation *d, char *take_error)
{
	d->error = take_error;
	d->delivery = loop_timer_new(d->loop, 0, deliver_result, d);
}

static void ask_next(struct delegation *d);

static void on_reply(void *arg, const struct ask_reply *reply)
{
	struct delegation *d = arg;
	struct why why;
	int rc = DP_EFORMAT;

	if (reply->answered && reply->rcode == WIRE_NOERROR)
		rc = delegation_read(reply->packet, reply->packet_len, d->apex, &d->name,
				     &d->name_count, &why);
	if (rc == DP_ELIMIT)
		finish_with(d, mem_text(why.text));
	else if (rc == 0 && d->name_count)
		finish_with(d, NULL);
	else
		ask_next(d);
}

static void ask_next(struct delegation *d)
{
	struct ask_conf conf = { .name = d->apex,
				 .type = RRTYPE_NS,
				 .timeout_ms = d->server_ms };

	ask_free(d->ask);
	d->ask = NULL;
	while (d->next < d->address_count) {
		conf.server = d->address[d->next++];
		if (ask_new(d->loop, &conf, on_reply, d, &d->ask, NULL) == 0)
			return;
	}
	finish_with(
		d, mem_printf("no server of the parent zone tells the name servers of %s",
			      d->apex));
}

static void on_parent_addresses(void *arg, const struct nameserver *server, size_t count)
{
	struct delegation *d = arg;
	size_t i, k;

	for (i = 0; i < count; i++)
		for (k = 0; k < server[i].address_count; k++)
			add_text(&d->address, &d->address_count,
				 mem_text(server[i].address[k]));
	ask_next(d);
}

static void on_parent(void *arg, const struct zone *zone)
{
	struct delegation *d = arg;

	if (zone->error || !zone->server_count)
		finish_with(d, mem_printf("the parent zone of %s can't be found: %s",
					  d->apex,
					  zone->error ? zone->error : "no name servers"));
	else
		d->addresses = nameserver_search_new(
			d->resolver, (const char *const *)zone->server,
			zone->server_count, on_parent_addresses, d);
}

struct delegation *delegation_new(struct loop *loop, struct resolver *resolver,
				  const char *apex, int64_t server_ms, delegation_fn *fn,
				  void *arg)
{
	struct delegation *d = mem_zero(sizeof(*d));
	const char *parent = dname_parent(apex);

	d->loop = loop;
	d->resolver = resolver;
	d->apex = mem_text(apex);
	d->server_ms = server_ms;
	d->fn = fn;
	d->arg = arg;
	d->parent = zone_search_new(resolver, parent ? parent : "", false, on_parent, d);
	return d;
}

void delegation_free(struct delegation *d)
{
	if (!d)
		return;
	zone_search_free(d->parent);
	nameserver_search_free(d->addresses);
	ask_free(d->ask);
	loop_timer_free(d->delivery);
	free_texts(d->address, d->address_count);
	free_texts(d->name, d->name_count);
	free(d->error);
	free(d->apex);
	free(d);
}
