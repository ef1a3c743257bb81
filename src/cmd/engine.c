/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/engine.h"

#include <stdlib.h>

#include "base/loop.h"
#include "base/why.h"
#include "cmd/check_opts.h"
#include "cmd/confine.h"
#include "cmd/version.h"
#include "dns/upstream.h"
#include "net/handshake.h"
#include "net/helo.h"
#include "probe/ca_bundle.h"
#include "probe/contact.h"
#include "probe/gate.h"

/* Strangers' servers get no more at once by default; a resolver that the user has chosen
 * is there to be asked, and knows by itself how it asks others. */
#define PER_SERVER 20

static int count_processes(const struct engine *e)
{
	return e->processes ? e->processes : 1;
}

/* This process's share of so many questions under way; 0: any number. */
static int share_of(const struct engine *e, int questions)
{
	int share = questions / count_processes(e);

	return questions && !share ? 1 : share;
}

double engine_dns_rate(const struct engine *e)
{
	return (double)e->opts->dns_rate / count_processes(e);
}

static struct upstream_conf upstream_conf_of(const struct engine *e)
{
	const struct check_opts *o = e->opts;
	bool bounded = o->dns_per_server >= 0;
	int strangers = bounded ? o->dns_per_server : e->many ? PER_SERVER : 0;

	return (struct upstream_conf){ .given = o->resolvers.item,
				       .given_count = o->resolvers.count,
				       .recurse = o->recurse,
				       .many = e->many,
				       .per_resolver = share_of(
					       e, bounded ? o->dns_per_server : 0),
				       .per_server = share_of(e, strangers),
				       .root_hints = o->root_hints,
				       .trust_anchor = o->trust_anchor };
}

int engine_prepare(const struct check_opts *opts, bool many, struct engine *ret_engine,
		   struct why *why)
{
	struct engine *e = ret_engine;
	struct upstream_conf upstream;
	int rc;

	*e = (struct engine){ .opts = opts, .many = many };
	if (!opts->no_sandbox) {
		upstream = upstream_conf_of(e);
		upstream_keep(&upstream);
	}
	rc = ca_bundle_new(opts->ca_file, &e->ca, why);
	if (rc == 0)
		rc = expect_init(opts->expect_status.wanted, opts->expect_status.given,
				 opts->expect_body, &e->expect, why);
	if (rc == 0) {
		e->kit = handshake_kit_new(why);
		rc = e->kit ? 0 : DP_ECRYPTO;
	}
	if (rc == 0 && !opts->helo)
		e->helo = helo_own();
	else if (rc == 0)
		rc = helo_parse(opts->helo, &e->helo, why);
	return rc;
}

static int make_upstream(struct engine *e, struct why *why)
{
	const struct upstream_conf conf = upstream_conf_of(e);
	int rc = upstream_new(e->loop, &conf, &e->upstream, why);

	e->probe.upstream = e->upstream;
	return rc;
}

int engine_start(struct engine *e, struct why *why)
{
	const struct check_opts *o = e->opts;

	e->loop = loop_new();
	if (!e->loop)
		return why_set(why, DP_EIO, "%s", loop_lack());
	e->probe = (struct probe_conf){ .loop = e->loop,
					.kit = e->kit,
					.ca = e->ca,
					.expect = &e->expect,
					.verdict = &o->verdict,
					.connect_to = &o->connect_to,
					.ipv4 = !o->ipv6_only,
					.ipv6 = !o->ipv4_only,
					.lookup_only = o->lookup_only,
					.auth = (enum probe_auth)o->auth,
					.ee_name_check = o->ee_name_check,
					.timeout_ms = o->timeout_ms,
					.per_target = o->per_target,
					.hints = !o->file,
					.helo = e->helo,
					.agent = version_agent() };
	return make_upstream(e, why);
}

void engine_share(struct engine *e, const struct engine_shared *shared)
{
	const struct check_opts *o = e->opts;
	struct gate_conf gate = {
		.loop = e->loop,
		.quota = shared->quota,
		.lane = shared->lane,
		.per_host_tls = o->per_host ? o->per_host : GATE_PER_HOST_TLS,
		.per_host_starttls = o->per_host ? o->per_host : GATE_PER_HOST_STARTTLS,
		.per_net = o->per_net
	};
	struct contact_book_conf contacts = { .loop = e->loop,
					      .remember = o->file && !o->wait_ms,
					      .ledger = shared->ledger,
					      .lane = shared->lane };

	e->probe.counts_waits = !o->file;
	e->gate = e->probe.gate = contacts.gate = gate_new(&gate);
	e->contacts = e->probe.contacts = contact_book_new(&contacts);
}

void engine_confine(const struct engine *e)
{
	if (!e->opts->no_sandbox)
		confine_enter(&e->opts->root_hints, 1);
}

void engine_rest(struct engine *e)
{
	upstream_free(e->upstream);
	e->upstream = e->probe.upstream = NULL;
}

int engine_refresh(struct engine *e, struct why *why)
{
	engine_rest(e);
	return make_upstream(e, why);
}

void engine_clear(struct engine *e)
{
	contact_book_free(e->contacts);
	gate_free(e->gate);
	if (e->upstream)
		upstream_free(e->upstream);
	handshake_kit_free(e->kit);
	ca_bundle_free(e->ca);
	expect_clear(&e->expect);
	loop_free(e->loop);
	free(e->helo);
}
