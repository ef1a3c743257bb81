/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/resolver.h"

#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "base/clock.h"
#include "base/fnv.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/answer.h"
#include "dns/crowd.h"
#include "dns/reason.h"
#include "dns/refused.h"
#include "dns/rrtype.h"
#include "dns/ub_context.h"

#define CLASS_IN 1
#define RCODE_NXDOMAIN 3

/* libunbound checks a zone's keys once for each question that comes before they are
 * known: one question goes ahead of the others in its zone. The zone is guessed from the
 * name; a wrong guess, or two that share a place in the tables, cost time only. */
#define LEADERS 1024
#define KNOWN_ZONES 4096
#define LEADER_MS 200 /* a dead name server holds the others up no longer than that */
/* With one target the round trips count: where no answer came in for so long, all is
 * asked side by side, and what is going to be asked, too. Where they come in, the
 * processor has signatures to check, and asking side by side would make more of them. */
#define LEADER_ALONE_MS 2
#define ANSWER_CPU_US 150
/* What the first question in a zone comes to: itself, DS and DNSKEY. */
#define LEADER_ASKS 3
#define AHEAD_MAX 64 /* questions: those of a long name, and of some hosts */

struct resolver {
	struct loop *loop;		 /* borrowed */
	struct ub_ctx *ctx;		 /* owned */
	struct resolver_question *first; /* list of all that aren't freed */
	struct zones *zones;		 /* owned */
	int64_t lead_ms;
	bool asks_ahead;
	bool answers_late;   /* longer than lead_ms, when last seen */
	bool holds;	     /* what is no proof, until it is known who to ask */
	bool proven;	     /* an answer was validated */
	struct ahead *ahead; /* owned; what is to be asked where answers take long */
	size_t ahead_count;
	struct crowd *crowd; /* owned; NULL: any number may be under way */
	uint64_t *asked;     /* borrowed; counts questions, NULL: nobody wants to know */
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
	bool held;		  /* answered, but not yet to be delivered */
	struct answer answer;	  /* owned; filled when answered */
	struct loop_timer *timer; /* owned; delivers the answer from the loop */
	uint64_t zone;		  /* of a leader */
	struct loop_timer *lead;  /* owned; lets the followers go. NULL: no leader */
	int64_t lead_since_ms, lead_cpu_us;
	struct resolver_question *leader; /* the leader that this one waits for */
	struct resolver_question *follower, *next_follower;
	struct crowd_place *place; /* owned; among those that ask the same servers */
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

/* A failure out of the cache is told as when it was new. */
static void name_failure(struct resolver_question *q)
{
	char *rcode = q->answer.error;

	q->answer.error = mem_printf("no usable answer to %s (%s)", q->name, rcode);
	free(rcode);
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
	else if (q->answer.kind == ANSWER_FAILED)
		name_failure(q);
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
	q->lead_cpu_us = q->resolver->asks_ahead ? clock_cpu_us() : 0;
	q->lead = loop_timer_new(q->resolver->loop, delay_ms, on_lead_ends, q);
}

/* What failed isn't said by libunbound where it was told that a signature isn't valid. */
static char *tell_bogus(const char *reason, const char *log)
{
	const char *refused =
		strstr(reason, "RSA signature verification") ? REFUSED_WORDS() : NULL;

	return mem_printf("%s%s%s%s", reason, log, refused ? "; " : "",
			  refused ? refused : "");
}

static void take_answer(struct resolver_question *q, int rcode, const void *packet,
			int packet_len, int sec, const char *why_bogus)
{
	char *log = ub_context_take_log(), *bogus;

	if (sec == 1) {
		bogus = reason_of_bogus(why_bogus ? why_bogus : "validation failed");
		answer_failed(&q->answer, SECURITY_BOGUS, tell_bogus(bogus, log));
		free(bogus);
	} else if ((rcode == 0 || rcode == RCODE_NXDOMAIN) && packet && packet_len > 0) {
		read_packet(q, packet, packet_len, sec);
	} else {
		answer_failed(
			&q->answer, SECURITY_INDETERMINATE,
			mem_printf("no usable answer to %s (SERVFAIL)%s", q->name, log));
	}
	q->answered = true;
	free(log);
}

/* Signed, or shown to be unsigned: no server that leaves signatures out makes that up. */
static bool is_proof(const struct answer *a)
{
	return a->kind != ANSWER_FAILED &&
	       (a->security == SECURITY_SECURE || a->security == SECURITY_INSECURE);
}

static void leave_crowd(struct resolver_question *q)
{
	struct crowd_place *place = q->place;

	q->place = NULL;
	crowd_leave(place);
}

/* From an event of libunbound's, or from within the question. */
static void on_unbound(void *arg, int rcode, void *packet, int packet_len, int sec,
		       char *why_bogus, int was_ratelimited)
{
	struct resolver_question *q = arg;
	uint32_t before;

	(void)was_ratelimited;
	q->in_unbound = false;
	leave_crowd(q);
	if (q->lead && q->resolver && !q->resolver->closing)
		set_lead(q, 0); /* not from inside libunbound */
	if (q->freed || !q->resolver || q->resolver->closing) {
		release_question(q);
		return;
	}
	before = loop_set_owner(q->resolver->loop, q->owner);
	take_answer(q, rcode, packet, packet_len, sec, why_bogus);
	q->held = q->resolver->holds && !is_proof(&q->answer);
	if (q->answer.security == SECURITY_SECURE)
		q->resolver->proven = true;
	if (!q->held)
		q->timer = loop_timer_new(q->resolver->loop, 0, deliver_answer, q);
	loop_set_owner(q->resolver->loop, before);
}

static void ask_unbound(struct resolver_question *q)
{
	struct resolver *r = q->resolver;
	unsigned asks = q->lead ? LEADER_ASKS : 1;
	uint32_t before;
	int rc;

	q->in_unbound = true;
	rc = ub_resolve_event(r->ctx, q->name, q->type, CLASS_IN, q, on_unbound, NULL);
	if (rc == 0) {
		if (q->in_unbound && r->asked) /* else the answer was there */
			*r->asked += asks;
		return;
	}
	q->in_unbound = false;
	leave_crowd(q);
	answer_failed(&q->answer, SECURITY_INDETERMINATE,
		      mem_printf("can't ask for %s: %s", q->name, ub_strerror(rc)));
	q->answered = true;
	before = loop_set_owner(r->loop, q->owner);
	q->timer = loop_timer_new(r->loop, 0, deliver_answer, q);
	loop_set_owner(r->loop, before);
}

static void on_room(void *arg)
{
	struct resolver_question *q = arg;

	if (q->lead)
		set_lead(q, q->resolver->lead_ms);
	ask_unbound(q);
}

/* The first question in a zone begins at the servers of the top-level domain; the others
 * go to the zone's own. */
static uint64_t crowd_of(const struct resolver_question *q)
{
	const char *dot = strrchr(q->name, '.');

	return q->lead && dot ? fnv_text(dot + 1) : q->zone;
}

/* Asks, or waits until fewer are asking the same servers. */
static void ask_in_crowd(struct resolver_question *q)
{
	bool in = true;

	if (q->resolver->crowd && q->zone)
		q->place = crowd_enter(q->resolver->crowd, crowd_of(q), on_room, q, &in);
	if (in)
		ask_unbound(q);
	else if (q->lead) /* its time begins when it is asked */
		set_lead(q, q->resolver->lead_ms + CROWD_HELD_MS);
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

/* Whether libunbound works at the answers to this one. */
static bool answers_come_in(const struct resolver_question *q)
{
	return q->in_unbound && q->resolver->asks_ahead &&
	       clock_ms() - q->lead_since_ms < LEADER_MS &&
	       clock_cpu_us() - q->lead_cpu_us >= ANSWER_CPU_US;
}

static void on_lead_ends(void *arg)
{
	struct resolver_question *q = arg, *next;
	struct resolver *r = q->resolver;
	struct zones *zones = r->zones;
	bool late = q->in_unbound;

	if (answers_come_in(q)) {
		set_lead(q, r->lead_ms);
		return;
	}
	loop_timer_free(q->lead);
	q->lead = NULL;
	if (q->in_unbound) /* by now it is among the zone's own servers */
		leave_crowd(q);
	zones->leader[q->zone % LEADERS] = NULL;
	zones->known[q->zone % KNOWN_ZONES] = q->zone;
	while ((next = q->follower)) {
		q->follower = next->next_follower;
		next->leader = next->next_follower = NULL;
		ask_in_crowd(next);
	}
	release_question(q);
	if (late && r->asks_ahead) {
		r->answers_late = true;
		send_ahead(r);
	}
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
		q->lead_since_ms = clock_ms();
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
		ask_in_crowd(q);
	return q;
}

void resolver_question_free(struct resolver_question *q)
{
	if (!q)
		return;
	q->freed = true;
	q->fn = NULL;
	stop_following(q);
	if (!q->in_unbound)
		leave_crowd(q);
	release_question(q);
}

void resolver_ask_ahead(struct resolver *r, const char *name, uint16_t type)
{
	size_t i;

	if (!r->asks_ahead || r->ahead_count == AHEAD_MAX)
		return;
	if (r->answers_late) {
		ask_for_cache(r, name, type);
		return;
	}
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

/* Once a top-level domain is enough where many are asked for. */
static bool is_primed(struct resolver *r, const char *domain)
{
	uint64_t hash = fnv_text(domain), *known = &r->zones->known[hash % KNOWN_ZONES];
	bool primed = *known == hash;

	*known = hash;
	return primed;
}

void resolver_prime(struct resolver *r, const char *host)
{
	const char *dot = strrchr(host, '.'), *domain = dot ? dot + 1 : host;

	if (r->asks_ahead) {
		resolver_ask_ahead(r, ".", RRTYPE_DNSKEY);
		resolver_ask_ahead(r, domain, RRTYPE_DNSKEY);
		ask_ahead_for_zones(r, host);
	} else if (!is_primed(r, domain)) {
		ask_for_cache(r, ".", RRTYPE_DNSKEY);
		ask_for_cache(r, domain, RRTYPE_DNSKEY);
	}
}

void resolver_hold(struct resolver *r)
{
	r->holds = true;
}

bool resolver_has_proof(const struct resolver *r)
{
	return r->proven;
}

void resolver_release(struct resolver *r)
{
	struct resolver_question *q;

	r->holds = false;
	for (q = r->first; q; q = q->next) {
		if (!q->held)
			continue;
		q->held = false;
		q->timer = loop_timer_new(r->loop, 0, deliver_answer, q);
	}
}

static void ask_again(struct resolver_question *q)
{
	if ((q->answered && !q->held) || q->leader)
		return;
	if (q->held)
		answer_clear(&q->answer);
	q->held = q->answered = false;
	ask_unbound(q);
}

static void bound_crowd(struct resolver *r, const struct resolver_conf *conf)
{
	if (conf->per_server && !conf->forward_count && !r->crowd)
		r->crowd = crowd_new(r->loop, conf->per_server);
}

int resolver_change(struct resolver *r, const struct resolver_conf *conf, struct why *why)
{
	struct resolver_question *q, *next;
	struct ub_ctx *ctx;
	uint32_t before = loop_owner(r->loop);
	int rc = ub_context_new(loop_base(r->loop), conf, &ctx, why);

	if (rc < 0)
		return rc;
	r->closing = true;
	ub_ctx_delete(r->ctx); /* this calls back for every open question */
	r->closing = false;
	r->ctx = ctx;
	bound_crowd(r, conf);
	r->holds = false;
	for (q = r->first; q; q = next) {
		next = q->next;
		q->in_unbound = false;
		(void)loop_set_owner(r->loop, q->owner);
		if (q->freed)
			release_question(q);
		else
			ask_again(q);
	}
	(void)loop_set_owner(r->loop, before);
	return 0;
}

void resolver_keep(const struct resolver_conf *conf)
{
	ub_context_keep(conf);
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
	r->asked = conf->asked;
	bound_crowd(r, conf);
	rc = ub_context_new(loop_base(loop), conf, &r->ctx, why);
	if (rc < 0) {
		crowd_free(r->crowd);
		free(r->zones);
		free(r);
		return rc;
	}
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
		leave_crowd(q);
		q->lead = NULL;
		q->leader = q->follower = q->next_follower = NULL;
		release_question(q);
	}
	while (r->ahead_count)
		free(r->ahead[--r->ahead_count].name);
	free(r->ahead);
	crowd_free(r->crowd);
	free(r->zones);
	free(r);
}
