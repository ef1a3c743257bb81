/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/world_live.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/version.h"
#include "dane/chain.h"
#include "dns/discover.h"
#include "dns/session.h"
#include "net/handshake.h"
#include "probe/ca_bundle.h"
#include "probe/expect.h"
#include "probe/gate.h"
#include "probe/live.h"
#include "probe/probe.h"
#include "probe/quota.h"
#include "probe/run.h"
#include "setup/lineage/lineage.h"
#include "target/connect_to.h"
#include "target/service.h"
#include "target/target.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

#define SETTLE_MS 10000 /* within which a reload comes to its end */
#define AGAIN_MS 500

/* One check of one target, as `check` does it. */
struct checking {
	struct session *session; /* owned, as those below */
	struct handshake_kit *kit;
	struct ca_bundle *ca;
	struct quota *quota;
	struct gate *gate;
	bool wanted[EXPECT_STATUS_END]; /* HTTP statuses of a service with a path */
	struct expect expect;
	struct verdict_conf verdict;
	const char *text; /* borrowed; NULL once taken */
	struct facts_target *facts;
};

static enum run_step next_text(void *arg, struct run_item *ret_item)
{
	struct checking *c = arg;

	if (!c->text)
		return RUN_END;
	*ret_item = (struct run_item){ .text = mem_text(c->text) };
	ret_item->good = target_parse(c->text, &ret_item->target, &ret_item->why) == 0;
	c->text = NULL;
	return RUN_ITEM;
}

static void take_facts(void *arg, uint32_t tag, struct facts_target *facts)
{
	struct checking *c = arg;

	(void)tag;
	c->facts = facts;
}

static int set_up(struct checking *c, const struct world_live *live, struct why *why)
{
	int rc, status;

	for (status = 200; status < 400; status++)
		c->wanted[status] = true;
	verdict_conf_init(&c->verdict);
	rc = ca_bundle_new(live->ca_file, &c->ca, why);
	if (rc == 0)
		rc = expect_init(c->wanted, false, NULL, &c->expect, why);
	if (rc < 0)
		return rc;
	c->kit = handshake_kit_new(why);
	return c->kit ? session_new(live->upstream, live->timeout_ms, &c->session, why)
		      : DP_ECRYPTO;
}

static void clear_checking(struct checking *c)
{
	facts_target_free(c->facts);
	gate_free(c->gate);
	quota_free(c->quota);
	session_free(c->session);
	handshake_kit_free(c->kit);
	ca_bundle_free(c->ca);
	expect_clear(&c->expect);
}

static void set_bounds(struct checking *c)
{
	struct gate_conf gate = { .loop = session_loop(c->session),
				  .per_host_tls = GATE_PER_HOST_TLS,
				  .per_host_starttls = GATE_PER_HOST_STARTTLS,
				  .per_net = GATE_PER_NET };

	gate.quota = c->quota = quota_new(1, QUOTA_EACH);
	c->gate = gate_new(&gate);
}

/* The facts of one check; NULL only with a failure. */
static int check_dane(const struct world_live *live, const char *text,
		      struct facts_target **ret_facts, struct why *why)
{
	const struct connect_to_list nowhere_else = { 0 };
	struct checking c = { .text = text };
	struct probe_conf probe = { .connect_to = &nowhere_else,
				    .ipv4 = true,
				    .ipv6 = true,
				    .auth = PROBE_AUTH_BOTH,
				    .timeout_ms = live->timeout_ms,
				    .agent = version_agent() };
	struct run_conf run = { .probe = &probe,
				.jobs = 1,
				.next = next_text,
				.emit = take_facts,
				.arg = &c };
	int rc = set_up(&c, live, why);

	if (rc == 0) {
		set_bounds(&c);
		probe.loop = session_loop(c.session);
		probe.gate = c.gate;
		probe.counts_waits = true;
		probe.upstream = session_upstream(c.session);
		probe.kit = c.kit;
		probe.ca = c.ca;
		probe.expect = &c.expect;
		probe.verdict = &c.verdict;
		run_all(&run);
		if (!c.facts)
			rc = why_set(why, DP_EIO, "the check of %s did not end", text);
		*ret_facts = c.facts;
		c.facts = NULL;
	}
	clear_checking(&c);
	return rc;
}

/* The leaf of a handshake, in hex; cert is "" for a raw public key. */
struct leaf {
	const char *cert, *spki; /* borrowed */
	bool is_rsa;
};

/* Whose key that is: 0 is none of the lineage's. */
static int64_t find_generation(const struct env_presented *p, const char *spki)
{
	int64_t found = 0;
	char *hex;
	size_t i;

	for (i = 0; i < p->known_count && !found; i++) {
		hex = hex_encode(p->known[i].spki, 32);
		if (!strcmp(hex, spki))
			found = p->known[i].generation;
		free(hex);
	}
	return found;
}

/* On the heap: another key than one of those wanted. */
static char *word_other(const struct env_presented *p, const char *spki)
{
	int64_t generation = find_generation(p, spki);

	if (!generation)
		return mem_printf("presents the key %.8s..., not the lineage's", spki);
	return mem_printf("still presents key %s: does its server read %s, and was it "
			  "reloaded?",
			  lineage_number(generation).text, p->live ? p->live : "live/");
}

/* Returns what is wrong with the leaf, on the heap; NULL: it is one of those wanted.
 * There is only one raw public key of a kind. */
static char *judge_leaf(const struct leaf *leaf, const struct env_presented *p)
{
	char *hex;
	bool same;
	size_t i;

	for (i = 0; i < p->count && !p->any_cert; i++) {
		hex = hex_encode(p->cert[i], 32);
		same = !strcmp(hex, leaf->cert);
		free(hex);
		if (same)
			return NULL;
	}
	for (i = 0; i < p->count; i++) {
		hex = hex_encode(p->spki[i], 32);
		same = !strcmp(hex, leaf->spki);
		free(hex);
		if (same && (p->any_cert || !*leaf->cert))
			return NULL;
		if (same)
			return mem_text("still presents another certificate of the same "
					"key: was it reloaded, or does another host have "
					"a copy of this lineage?");
	}
	return word_other(p, leaf->spki);
}

/* Whether the lineage has no key of that kind: the server may have another one's. */
static bool is_of_others(const struct leaf *leaf, const struct env_presented *p)
{
	return leaf->is_rsa ? !p->has_rsa : !p->has_ecdsa;
}

/* Judges where there are no records yet: clients will demand of it that it matches
 * those of the lineage. */
static char *judge_without_records(const struct leaf *leaf, const struct env_presented *p)
{
	if (!is_of_others(leaf, p))
		return judge_leaf(leaf, p);
	return mem_printf(
		"presents the key %.8s... too, an %s one that is not the "
		"lineage's: with only the lineage's records in DNS its clients "
		"would fail; take it from the server, or give it a record "
		"first",
		leaf->spki,
		facts_keys_name(leaf->is_rsa ? FACTS_KEYS_RSA : FACTS_KEYS_ECDSA));
}

/* A service whose handshakes are looked at one by one. */
struct looking {
	const char *text; /* borrowed, as the next two */
	const struct env_presented *presented;
	struct env_live *live;
	bool saw_rsa, saw_ecdsa; /* keys of the lineage */
};

static void note_seen(struct looking *looking, const struct leaf *leaf)
{
	looking->saw_rsa = looking->saw_rsa || leaf->is_rsa;
	looking->saw_ecdsa = looking->saw_ecdsa || !leaf->is_rsa;
	looking->live->asked_key = true;
}

/* That nothing is wrong with what a server presents proves nothing of a key that none
 * presents: it may never have read it. */
static void miss_kinds(const struct looking *looking)
{
	const struct env_presented *p = looking->presented;
	bool rsa = p->has_rsa && !looking->saw_rsa;
	bool ecdsa = p->has_ecdsa && !looking->saw_ecdsa;

	if (!rsa && !ecdsa)
		return;
	env_live_add(looking->live, mem_text(looking->text),
		     mem_printf("doesn't present %s (%s): does its server read %s, and "
				"was it reloaded?",
				p->name,
				rsa && ecdsa ? "RSA and ECDSA"
				: rsa	     ? "RSA"
					     : "ECDSA",
				p->live));
}

/* One certificate that two handshakes showed is told once. */
static void add_fault(struct env_live *live, char *take_where, char *take_what)
{
	size_t i;

	for (i = 0; i < live->count; i++)
		if (!strcmp(live->fault[i].where, take_where) &&
		    !strcmp(live->fault[i].what, take_what)) {
			free(take_where);
			free(take_what);
			return;
		}
	env_live_add(live, take_where, take_what);
}

static void look_at_leaf(void *arg, const struct live_peer *peer)
{
	struct looking *looking = arg;
	char *cert = NULL, *spki = NULL, *fault;
	struct leaf leaf = { 0 };

	if (peer->leaf) {
		leaf.cert = cert = hex_encode(peer->leaf->cert_sha256,
					      peer->leaf->der.data ? 32 : 0);
		leaf.spki = spki = hex_encode(peer->leaf->spki_sha256, 32);
		leaf.is_rsa = chain_is_rsa(peer->leaf);
		fault = judge_without_records(&leaf, looking->presented);
		looking->live->other_key = looking->live->other_key || fault;
		if (!fault)
			note_seen(looking, &leaf);
	} else {
		fault = mem_text(peer->error);
	}
	if (fault)
		add_fault(looking->live,
			  mem_printf("%s at %s", looking->text, peer->address), fault);
	free(cert);
	free(spki);
}

/* Without records clients have nothing to compare the key with, or nobody asked about
 * records. */
static void look_at_leaves(const struct world_live *live, struct looking *looking)
{
	struct target target = { 0 };
	struct why why;

	if (target_parse(looking->text, &target, &why) < 0 ||
	    live_each(&target, live->upstream, live->timeout_ms, look_at_leaf, looking,
		      &why) < 0)
		env_live_add(looking->live, mem_text(looking->text), mem_text(why.text));
	target_clear(&target);
}

/* Returns what is wrong with a certificate that DANE took, on the heap; NULL: nothing. A
 * key that others have there has a record of its own. */
static char *judge_match(const struct facts_peer *peer, struct looking *looking)
{
	const struct leaf leaf = {
		peer->chain[0].cert_sha256, peer->chain[0].spki_sha256,
		peer->tls.auth && !strcmp(peer->tls.auth, facts_keys_name(FACTS_KEYS_RSA))
	};
	char *fault;

	if (is_of_others(&leaf, looking->presented))
		return NULL;
	fault = judge_leaf(&leaf, looking->presented);
	if (!fault)
		note_seen(looking, &leaf);
	return fault;
}

static bool is_wanted_key(const struct env_presented *p, const char *spki)
{
	bool same = false;
	char *hex;
	size_t i;

	for (i = 0; i < p->count && !same; i++) {
		hex = hex_encode(p->spki[i], 32);
		same = !strcmp(hex, spki);
		free(hex);
	}
	return same;
}

/* On the heap: DANE fails there, and by which key. */
static char *judge_failed(const struct facts_peer *peer, const struct env_presented *p)
{
	const char *spki = peer->chain[0].spki_sha256;
	char *key = is_wanted_key(p, spki) ? mem_printf("presents the key %.8s...", spki)
					   : word_other(p, spki);
	char *text = mem_printf("%s: %s", code_name(peer->code), key);

	free(key);
	return text;
}

/* Returns what is wrong with a peer; NULL: nothing. An address that this host can't
 * reach doesn't count, as long as another can be reached. */
static char *judge_peer(const struct facts_target *facts, const struct facts_peer *peer,
			struct looking *looking)
{
	if (!peer->chain_count)
		return peer->code == CODE_NO_ROUTE && facts->code == CODE_MATCH
			       ? NULL
			       : mem_printf("%s: %s", code_name(peer->code),
					    peer->error ? peer->error : "");
	if (peer->code != CODE_MATCH)
		return judge_failed(peer, looking->presented);
	return judge_match(peer, looking);
}

/* What clients take, and isn't asked for. */
static void note_stranger(struct looking *looking, const struct facts_peer *peer)
{
	if (!looking->live->stranger)
		looking->live->stranger =
			mem_printf("%s at %s presents the key %.8s...", looking->text,
				   peer->address, peer->chain[0].spki_sha256);
}

static void look_at_peers(const struct facts_target *facts, struct looking *looking)
{
	const struct facts_endpoint *e = &facts->endpoint[0];
	char *fault;
	size_t i;

	for (i = 0; i < e->peer_count; i++) {
		fault = judge_peer(facts, &e->peer[i], looking);
		if (fault && e->peer[i].code == CODE_MATCH) {
			looking->live->other_key = true;
			note_stranger(looking, &e->peer[i]);
		}
		if (fault)
			env_live_add(
				looking->live,
				mem_printf("%s at %s", looking->text, e->peer[i].address),
				fault);
	}
}

/* What is wrong with it as a whole, on the heap. */
static char *judge_whole(const struct facts_target *facts)
{
	return mem_printf("%s: %s", code_name(facts->code),
			  facts->summary ? facts->summary : "");
}

static void look_at_facts(const struct world_live *live, const struct facts_target *facts,
			  struct looking *looking)
{
	size_t before = looking->live->count;

	if (facts->code == CODE_NO_TLSA)
		look_at_leaves(live, looking);
	else if (facts->endpoint_count == 1 && facts->endpoint[0].peer_count)
		look_at_peers(facts, looking);
	if (looking->live->count > before)
		return;
	if (facts->code != CODE_MATCH && facts->code != CODE_NO_TLSA)
		env_live_add(looking->live, mem_text(looking->text), judge_whole(facts));
	else
		miss_kinds(looking);
}

static int look_at_service(const struct world_live *live, const char *text,
			   const struct env_presented *presented,
			   struct env_live *ret_live, struct why *why)
{
	struct looking looking = { .text = text,
				   .presented = presented,
				   .live = ret_live };
	struct facts_target *facts = NULL;
	int rc;

	if (presented->key_only) {
		look_at_leaves(live, &looking);
		return 0;
	}
	rc = check_dane(live, text, &facts, why);
	if (rc < 0)
		return rc;
	look_at_facts(live, facts, &looking);
	facts_target_free(facts);
	return 0;
}

static int look_once(const struct world_live *live, const struct env_presented *presented,
		     struct env_live *ret_live, struct why *why)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < presented->service_count; i++)
		rc = look_at_service(live, presented->services[i], presented, ret_live,
				     why);
	return rc;
}

static void stop_loop(void *arg)
{
	loop_stop(arg);
}

static void pause_for(int64_t ms)
{
	struct loop *loop = loop_new();
	struct loop_timer *timer;

	if (!loop)
		return;
	timer = loop_timer_new(loop, ms, stop_loop, loop);
	loop_run(loop);
	loop_timer_free(timer);
	loop_free(loop);
}

static void show_others(const struct world_live *live, const struct env_presented *p)
{
	struct facts_target *facts;
	struct why why;
	char *problem;
	size_t i;

	for (i = 0; i < p->other_count; i++) {
		facts = NULL;
		problem = NULL;
		if (check_dane(live, p->others[i], &facts, &why) < 0)
			problem = mem_text(why.text);
		else if (facts->code != CODE_MATCH)
			problem = judge_whole(facts);
		live->show_other(p->others[i], problem);
		facts_target_free(facts);
		free(problem);
	}
}

/* A command that reloads a server returns before the last old worker is gone: what isn't
 * right yet gets a few seconds to become so. */
int world_live_look(const struct world_live *live, const struct env_presented *presented,
		    struct env_live *ret_live, struct why *why)
{
	int64_t until = presented->at_once ? 0 : clock_ms() + SETTLE_MS;
	int rc;

	for (;;) {
		rc = look_once(live, presented, ret_live, why);
		if (rc < 0 || !ret_live->count || clock_ms() >= until)
			break;
		env_live_clear(ret_live);
		pause_for(AGAIN_MS);
	}
	if (rc < 0)
		env_live_clear(ret_live);
	else if (live->show_other && !presented->at_once)
		show_others(live, presented);
	return rc;
}

/* The hosts behind mx:// or srv://. */
struct discovering {
	struct session *session; /* owned, as those below */
	struct facts_target *facts;
	struct discover *discover;
	struct discover_result result;
	const struct target *service; /* borrowed */
	bool done;
};

static void on_discovered(void *arg, struct discover_result *take_result)
{
	struct discovering *d = arg;

	d->result = *take_result;
	d->done = true;
	session_stop(d->session);
}

static int to_target(const struct discovering *d, const struct discover_host *host,
		     struct target *ret_target, struct why *why)
{
	const struct service *service =
		service_of_hosts(d->service->service, d->service->host);
	struct why inner;
	char *text;
	int rc;

	if (host->fault)
		return why_set(why, DP_EDNS, "%s names %s, port %d: %s", d->service->text,
			       host->name, host->port, host->fault);
	text = mem_printf("%s://%s:%d", service->name, host->name, host->port);
	rc = target_parse(text, ret_target, &inner);
	free(text);
	return rc < 0 ? why_set(why, rc, "%s names %s: %s", d->service->text, host->name,
				inner.text)
		      : 0;
}

static int to_targets(const struct discovering *d, struct target **ret_targets,
		      size_t *ret_count, struct why *why)
{
	struct target *targets;
	size_t i;
	int rc = 0;

	if (!d->done || d->result.status != DISCOVER_FOUND)
		return why_set(why, DP_EDNS, "the hosts of %s can't be found: %s",
			       d->service->text,
			       d->facts->discovery && d->facts->discovery->error
				       ? d->facts->discovery->error
				       : "daneprobe check tells why");
	targets = mem_array(d->result.count, sizeof(*targets));
	for (i = 0; i < d->result.count && rc == 0; i++)
		rc = to_target(d, &d->result.host[i], &targets[i], why);
	if (rc == 0) {
		*ret_targets = targets;
		*ret_count = d->result.count;
		return 0;
	}
	while (i--)
		target_clear(&targets[i]);
	free(targets);
	return rc;
}

static void discover_hosts(struct discovering *d)
{
	const struct discover_conf conf = { .resolver = session_resolver(d->session),
					    .facts = d->facts,
					    .kind = d->service->service->discovery,
					    .name = d->service->host,
					    .port = d->service->port };

	d->discover = discover_new(&conf, on_discovered, d);
	(void)session_run(d->session);
}

int world_live_discover(const struct world_live *live, const struct target *service,
			struct target **ret_targets, size_t *ret_count, struct why *why)
{
	struct discovering d = { .facts = facts_target_new(), .service = service };
	int rc = session_new(live->upstream, live->timeout_ms, &d.session, why);

	if (rc == 0)
		rc = session_begin(d.session, why);
	if (rc == 0) {
		discover_hosts(&d);
		rc = to_targets(&d, ret_targets, ret_count, why);
	}
	discover_free(d.discover);
	discover_result_clear(&d.result);
	session_free(d.session);
	facts_target_free(d.facts);
	return rc;
}
