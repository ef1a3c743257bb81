/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "base/fnv.h"
#include "base/kept.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"
#include "dns/anchor.h"
#include "dns/answer.h"
#include "dns/rrtype.h"
#include "dns/server_address.h"

#define CLASS_IN 1
#define RCODE_NXDOMAIN 3
#define HINTS_MAX_BYTES 65536

/* libunbound checks a zone's keys once for each question that comes before they are
 * known: one question goes ahead of the others in its zone. The zone is guessed from the
 * name; a wrong guess, or two that share a place in the tables, cost time only. */
#define LEADERS 1024
#define KNOWN_ZONES 4096
#define LEADER_MS 200 /* a dead name server holds the others up no longer than that */
/* With one target the round trips count: where an answer takes longer than this, all is
 * asked side by side, and what is going to be asked, too. */
#define LEADER_ALONE_MS 2
#define AHEAD_MAX 64 /* questions: those of a long name, and of some hosts */

struct resolver {
	struct loop *loop;		 /* borrowed */
	struct ub_ctx *ctx;		 /* owned */
	struct resolver_question *first; /* list of all that aren't freed */
	struct zones *zones;		 /* owned */
	int64_t lead_ms;
	bool asks_ahead;
	struct ahead *ahead; /* owned; what is to be asked where answers take long */
	size_t ahead_count;
	bool closing;
};

struct ahead {
	char *name; /* owned */
	uint16_t type;
};

/* libunbound's callback may come at once, or after the asker lost interest: the question
 * lives until both it and the asker have let go. */
struct resolver_question {
	struct resolver *resolver; /* borrowed; NULL once the resolver is gone */
	struct resolver_question *next, *prev;
	char *name; /* owned */
	uint16_t type;
	resolver_fn *fn; /* NULL: nobody listens any more */
	void *arg;
	bool in_unbound; /* libunbound still holds the pointer */
	bool freed;	 /* the asker let go */
	uint32_t owner;	 /* who asked, for the loop */
	bool answered, delivering;
	struct answer answer;	  /* owned; filled when answered */
	struct loop_timer *timer; /* owned; delivers the answer from the loop */
	uint64_t zone;		  /* of a leader */
	struct loop_timer *lead;  /* owned; lets the followers go. NULL: no leader */
	struct resolver_question *leader; /* the leader that this one waits for */
	struct resolver_question *follower, *next_follower;
};

struct zones {
	struct resolver_question *leader[LEADERS];
	uint64_t known[KNOWN_ZONES];
};

static void unlink_question(struct resolver_question *q)
{
	if (q->prev)
		q->prev->next = q->next;
	else if (q->resolver)
		q->resolver->first = q->next;
	if (q->next)
		q->next->prev = q->prev;
}

static void release_question(struct resolver_question *q)
{
	if (!q->freed || q->in_unbound || q->delivering || q->lead)
		return;
	unlink_question(q);
	loop_timer_free(q->timer);
	if (q->answered)
		answer_clear(&q->answer);
	free(q->name);
	free(q);
}

static void deliver_answer(void *arg)
{
	struct resolver_question *q = arg;
	resolver_fn *fn = q->fn;

	q->fn = NULL;
	q->delivering = true; /* the asker may free it, but still reads the answer */
	if (fn)
		fn(q->arg, &q->answer);
	q->delivering = false;
	release_question(q);
}

static enum security security_of(int sec)
{
	return sec == 2 ? SECURITY_SECURE : sec == 1 ? SECURITY_BOGUS : SECURITY_INSECURE;
}

/* Nothing is known by it: nobody asked the servers that it names. */
static void refuse_referral(struct answer *a)
{
	char *error = mem_printf("no answer, but a referral to the servers of %s",
				 *a->referral ? a->referral : "the root");

	answer_clear(a);
	answer_failed(a, SECURITY_INDETERMINATE, error);
}

static void read_packet(struct resolver_question *q, const void *packet, int len, int sec)
{
	struct why why;

	if (answer_from_packet(packet, (size_t)len, q->name, q->type, &q->answer, &why) <
	    0) {
		answer_failed(&q->answer, SECURITY_INDETERMINATE, mem_text(why.text));
		return;
	}
	if (q->answer.referral && security_of(sec) != SECURITY_SECURE)
		refuse_referral(&q->answer);
	q->answer.security = q->answer.kind == ANSWER_FAILED ? SECURITY_INDETERMINATE
							     : security_of(sec);
}

/* FNV-1a of the name behind its first label and those with an underscore; 0: no zone of
 * any host. */
static uint64_t zone_of(const char *name)
{
	const char *dot;

	while (*name == '_' && (dot = strchr(name, '.')))
		name = dot + 1;
	dot = strchr(name, '.');
	if (!dot)
		return 0;
	if (strchr(dot + 1, '.'))
		name = dot + 1;
	return fnv_text(name);
}

static void on_lead_ends(void *arg);

static void set_lead(struct resolver_question *q, int64_t delay_ms)
{
	loop_timer_free(q->lead);
	q->lead = loop_timer_new(q->resolver->loop, delay_ms, on_lead_ends, q);
}

/* libunbound has one log for all contexts, which would go to standard error. */
static struct {
	FILE *stream; /* never closed: a context that is gone may still be meant */
	char *text;   /* owned by the stream */
	size_t len;
} unbound_log;

static void catch_log(struct ub_ctx *ctx)
{
	if (!unbound_log.stream)
		unbound_log.stream = open_memstream(&unbound_log.text, &unbound_log.len);
	if (unbound_log.stream)
		(void)ub_ctx_debugout(ctx, unbound_log.stream);
}

/* " (rrset too big ...)" of its last line, on the heap, else "". Forgets them all. */
static char *take_log(void)
{
	static const char mark[] = " error: ";
	char *text, *at, *found = NULL, *reason;
	long len = unbound_log.stream ? ftell(unbound_log.stream) : 0;

	if (len <= 0 || fflush(unbound_log.stream) != 0)
		return mem_text("");
	text = mem_text_n(unbound_log.text, (size_t)len);
	for (at = text; (at = strstr(at, mark)); found = at)
		at += strlen(mark);
	reason = found ? mem_printf(" (%.*s)", (int)strcspn(found, "\n"), found)
		       : mem_text("");
	free(text);
	rewind(unbound_log.stream);
	return reason;
}

static void take_answer(struct resolver_question *q, int rcode, const void *packet,
			int packet_len, int sec, const char *why_bogus)
{
	char *log = take_log();

	if (sec == 1)
		answer_failed(&q->answer, SECURITY_BOGUS,
			      mem_printf("%s%s",
					 why_bogus ? why_bogus : "validation failed",
					 log));
	else if ((rcode == 0 || rcode == RCODE_NXDOMAIN) && packet && packet_len > 0)
		read_packet(q, packet, packet_len, sec);
	else
		answer_failed(
			&q->answer, SECURITY_INDETERMINATE,
			mem_printf("no usable answer to %s (SERVFAIL)%s", q->name, log));
	q->answered = true;
	free(log);
}

/* From an event of libunbound's, or from within the question. */
static void on_unbound(void *arg, int rcode, void *packet, int packet_len, int sec,
		       char *why_bogus, int was_ratelimited)
{
	struct resolver_question *q = arg;
	uint32_t before;

	(void)was_ratelimited;
	q->in_unbound = false;
	if (q->lead && q->resolver && !q->resolver->closing)
		set_lead(q, 0); /* not from inside libunbound */
	if (q->freed || !q->resolver || q->resolver->closing) {
		release_question(q);
		return;
	}
	before = loop_set_owner(q->resolver->loop, q->owner);
	take_answer(q, rcode, packet, packet_len, sec, why_bogus);
	q->timer = loop_timer_new(q->resolver->loop, 0, deliver_answer, q);
	loop_set_owner(q->resolver->loop, before);
}

static void ask_unbound(struct resolver_question *q)
{
	struct resolver *r = q->resolver;
	uint32_t before;
	int rc;

	q->in_unbound = true;
	rc = ub_resolve_event(r->ctx, q->name, q->type, CLASS_IN, q, on_unbound, NULL);
	if (rc == 0)
		return;
	q->in_unbound = false;
	answer_failed(&q->answer, SECURITY_INDETERMINATE,
		      mem_printf("can't ask for %s: %s", q->name, ub_strerror(rc)));
	q->answered = true;
	before = loop_set_owner(r->loop, q->owner);
	q->timer = loop_timer_new(r->loop, 0, deliver_answer, q);
	loop_set_owner(r->loop, before);
}

static struct resolver_question *new_question(struct resolver *r, const char *name,
					      uint16_t type)
{
	struct resolver_question *q = mem_zero(sizeof(*q));

	*q = (struct resolver_question){ .resolver = r,
					 .name = mem_text(name),
					 .type = type,
					 .owner = loop_owner(r->loop),
					 .next = r->first };
	if (r->first)
		r->first->prev = q;
	r->first = q;
	return q;
}

/* Nobody has to listen: the answer stays in libunbound's cache. It waits for no other. */
static void ask_for_cache(struct resolver *r, const char *name, uint16_t type)
{
	struct resolver_question *q = new_question(r, name, type);

	ask_unbound(q);
	resolver_question_free(q);
}

static void send_ahead(struct resolver *r)
{
	struct ahead *ahead = r->ahead;
	size_t count = r->ahead_count, i;

	r->ahead = NULL;
	r->ahead_count = 0;
	for (i = 0; i < count; i++) {
		ask_for_cache(r, ahead[i].name, ahead[i].type);
		free(ahead[i].name);
	}
	free(ahead);
}

static void on_lead_ends(void *arg)
{
	struct resolver_question *q = arg, *next;
	struct resolver *r = q->resolver;
	struct zones *zones = r->zones;
	bool late = q->in_unbound;

	loop_timer_free(q->lead);
	q->lead = NULL;
	zones->leader[q->zone % LEADERS] = NULL;
	zones->known[q->zone % KNOWN_ZONES] = q->zone;
	while ((next = q->follower)) {
		q->follower = next->next_follower;
		next->leader = next->next_follower = NULL;
		ask_unbound(next);
	}
	release_question(q);
	if (late)
		send_ahead(r);
}

static void follow_leader(struct resolver_question *q, struct resolver_question *leader)
{
	struct resolver_question **at = &leader->follower;

	while (*at)
		at = &(*at)->next_follower;
	*at = q;
	q->leader = leader;
}

static void stop_following(struct resolver_question *q)
{
	struct resolver_question **at;

	if (!q->leader)
		return;
	for (at = &q->leader->follower; *at != q;)
		at = &(*at)->next_follower;
	*at = q->next_follower;
	q->leader = q->next_follower = NULL;
}

/* Holds the question back where another one of its zone goes ahead; returns whether it
 * does. */
static bool held_back(struct resolver_question *q)
{
	struct zones *zones = q->resolver->zones;
	struct resolver_question **leader;

	q->zone = zone_of(q->name);
	if (!q->zone || zones->known[q->zone % KNOWN_ZONES] == q->zone)
		return false;
	leader = &zones->leader[q->zone % LEADERS];
	if (!*leader) {
		*leader = q;
		set_lead(q, q->resolver->lead_ms);
		return false;
	}
	if ((*leader)->zone != q->zone)
		return false;
	follow_leader(q, *leader);
	return true;
}

struct resolver_question *resolver_ask(struct resolver *r, const char *name,
				       uint16_t type, resolver_fn *fn, void *arg)
{
	struct resolver_question *q = new_question(r, name, type);

	q->fn = fn;
	q->arg = arg;
	if (!held_back(q))
		ask_unbound(q);
	return q;
}

void resolver_question_free(struct resolver_question *q)
{
	if (!q)
		return;
	q->freed = true;
	q->fn = NULL;
	stop_following(q);
	release_question(q);
}

void resolver_ask_ahead(struct resolver *r, const char *name, uint16_t type)
{
	size_t i;

	if (!r->asks_ahead || r->ahead_count == AHEAD_MAX)
		return;
	for (i = 0; i < r->ahead_count; i++)
		if (r->ahead[i].type == type && !strcmp(r->ahead[i].name, name))
			return;
	r->ahead = mem_grow(r->ahead, r->ahead_count, sizeof(*r->ahead));
	r->ahead[r->ahead_count++] =
		(struct ahead){ .name = mem_text(name), .type = type };
}

/* The keys of the zones that host may lie in, and what its parents say of them. A host
 * of two labels is a zone's own name, as a rule. */
static void ask_ahead_for_zones(struct resolver *r, const char *host)
{
	const char *dot = strchr(host, '.');

	if (dot && strchr(dot + 1, '.'))
		host = dot + 1;
	for (; (dot = strchr(host, '.')); host = dot + 1) {
		resolver_ask_ahead(r, host, RRTYPE_DS);
		resolver_ask_ahead(r, host, RRTYPE_DNSKEY);
	}
	resolver_ask_ahead(r, host, RRTYPE_DS);
}

void resolver_prime(struct resolver *r, const char *host)
{
	const char *dot = strrchr(host, '.');

	ask_for_cache(r, ".", RRTYPE_DNSKEY);
	ask_for_cache(r, dot ? dot + 1 : host, RRTYPE_DNSKEY);
	ask_ahead_for_zones(r, host);
}

int resolver_check_address(const char *text, struct why *why)
{
	if (server_address_is_good(text))
		return 0;
	return why_set(why, DP_EINVAL,
		       "resolver '%s' is not ADDR or ADDR@PORT (an IP address)", text);
}

struct option {
	const char *name, *value;
};

/* Where the library's defaults don't fit: loopback resolvers, name servers that fail on
 * empty non-terminals such as _tcp, reasons. A probe has no trust anchor of its own to
 * signal to the root. The allowance for clocks that differ, a tenth of the validity up
 * to a day, takes signatures that other validators refuse: RFC 4035 section 5.3.1 lets
 * no signature count outside its validity; a minute is left for the clocks. */
static const struct option options[] = {
	{ "qname-minimisation:", "no" },
	{ "do-not-query-localhost:", "no" },
	{ "trust-anchor-signaling:", "no" },
	{ "val-log-level:", "2" }, /* fills in why an answer is bogus */
	{ "val-sig-skew-min:", "60" },
	{ "val-sig-skew-max:", "60" },
};

/* Many targets at once need more sockets and memory than one, which starts faster
 * without. */
static const struct option options_for_many[] = {
	{ "outgoing-range:", "4096" },	      { "num-queries-per-thread:", "4096" },
	{ "msg-cache-size:", "2m" },	      { "rrset-cache-size:", "4m" },
	{ "key-cache-size:", "4m" },	      { "neg-cache-size:", "1m" },
	{ "infra-cache-numhosts:", "20000" },
};

static int set_options(struct ub_ctx *ctx, const struct option *option, size_t count,
		       struct why *why)
{
	size_t i;
	int rc;

	for (i = 0; i < count; i++) {
		rc = ub_ctx_set_option(ctx, option[i].name, option[i].value);
		if (rc != 0)
			return why_set(why, DP_EDNS, "libunbound refuses %s %s: %s",
				       option[i].name, option[i].value, ub_strerror(rc));
	}
	return 0;
}

/* libunbound reads the file only when it is needed, too late to complain, and takes
 * no mark at its beginning. */
static int check_hints(const char *path, struct why *why)
{
	char *text = NULL, *data = NULL;
	size_t len;
	int rc = text_file_read(path, HINTS_MAX_BYTES, &text, &len, why);

	if (rc == 0)
		rc = kept_read(path, HINTS_MAX_BYTES, &data, &len, why);
	if (rc == 0 && !strncmp(data, TEXT_FILE_MARK, strlen(TEXT_FILE_MARK)))
		rc = why_set(why, DP_EFORMAT,
			     "root hints %s begin with a byte order mark, which "
			     "libunbound can't read: save them without it",
			     path);
	free(data);
	free(text);
	return rc;
}

void resolver_keep(const struct resolver_conf *conf)
{
	(void)kept_add(conf->root_hints, HINTS_MAX_BYTES, true, NULL);
	anchor_keep(conf->trust_anchor);
}

static int set_upstream(struct ub_ctx *ctx, const struct resolver_conf *conf,
			struct why *why)
{
	size_t i;
	int rc;

	for (i = 0; i < conf->forward_count; i++) {
		rc = resolver_check_address(conf->forward[i], why);
		if (rc < 0)
			return rc;
		rc = ub_ctx_set_fwd(ctx, conf->forward[i]);
		if (rc != 0)
			return why_set(why, DP_EDNS, "resolver %s: %s", conf->forward[i],
				       ub_strerror(rc));
	}
	if (conf->stub_zone) {
		rc = ub_ctx_set_stub(ctx, *conf->stub_zone ? conf->stub_zone : ".",
				     conf->stub_address, 0);
		if (rc != 0)
			return why_set(why, DP_EDNS, "name server %s of %s: %s",
				       conf->stub_address, conf->stub_zone,
				       ub_strerror(rc));
	}
	if (!conf->root_hints)
		return 0;
	rc = check_hints(conf->root_hints, why);
	if (rc < 0)
		return rc;
	rc = ub_ctx_set_option(ctx, "root-hints:", kept_path(conf->root_hints));
	if (rc != 0)
		return why_set(why, DP_EDNS, "root hints %s: %s", conf->root_hints,
			       ub_strerror(rc));
	return 0;
}

static int set_anchors(struct ub_ctx *ctx, const struct resolver_conf *conf,
		       struct why *why)
{
	struct anchor_set set;
	size_t i;
	int rc;

	if (conf->blind)
		return 0;
	rc = anchor_set_load(conf->trust_anchor, &set, why);
	if (rc < 0)
		return rc;
	for (i = 0; i < set.count && rc == 0; i++) {
		rc = ub_ctx_add_ta(ctx, set.text[i]);
		if (rc != 0)
			rc = why_set(why, DP_EFORMAT, "trust anchor from %s: %s",
				     set.source, ub_strerror(rc));
	}
	anchor_set_clear(&set);
	return rc;
}

/* libunbound answers these zones by itself (RFC 6761, RFC 8375). Users who name a
 * resolver or a root of their own mean what that one says. */
static void unblock_private_zones(struct ub_ctx *ctx, const struct resolver_conf *conf)
{
	if (!conf->forward_count && !conf->root_hints)
		return;
	(void)ub_ctx_zone_remove(ctx, "test.");
	(void)ub_ctx_zone_remove(ctx, "home.arpa.");
}

int resolver_new(struct loop *loop, const struct resolver_conf *conf,
		 struct resolver **ret_resolver, struct why *why)
{
	struct resolver *r = mem_zero(sizeof(*r));
	int rc;

	r->loop = loop;
	r->zones = mem_zero(sizeof(*r->zones));
	r->lead_ms = conf->many ? LEADER_MS : LEADER_ALONE_MS;
	r->asks_ahead = !conf->many && !conf->blind;
	r->ctx = ub_ctx_create_event(loop_base(loop));
	if (!r->ctx) {
		free(r->zones);
		free(r);
		return why_set(why, DP_EDNS, "libunbound can't start");
	}
	catch_log(r->ctx);
	rc = set_options(r->ctx, options, sizeof(options) / sizeof(options[0]), why);
	if (rc == 0 && conf->many)
		rc = set_options(r->ctx, options_for_many,
				 sizeof(options_for_many) / sizeof(options_for_many[0]),
				 why);
	if (rc == 0)
		rc = set_upstream(r->ctx, conf, why);
	if (rc == 0)
		rc = set_anchors(r->ctx, conf, why);
	if (rc < 0) {
		resolver_free(r);
		return rc;
	}
	unblock_private_zones(r->ctx, conf);
	*ret_resolver = r;
	return 0;
}

void resolver_free(struct resolver *r)
{
	struct resolver_question *q;

	if (!r)
		return;
	r->closing = true;
	/* this calls back for every open question */
	ub_ctx_delete(r->ctx);
	while ((q = r->first)) {
		r->first = q->next;
		if (q->next)
			q->next->prev = NULL;
		q->next = NULL;
		q->resolver = NULL;
		q->in_unbound = false;
		loop_timer_free(q->lead);
		q->lead = NULL;
		q->leader = q->follower = q->next_follower = NULL;
		release_question(q);
	}
	while (r->ahead_count)
		free(r->ahead[--r->ahead_count].name);
	free(r->ahead);
	free(r->zones);
	free(r);
}
