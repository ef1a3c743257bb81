/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/blame.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "dns/alias_walk.h"
#include "dns/answer.h"
#include "dns/ask.h"
#include "dns/dname.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/tcp_control.h"
#include "dns/upstream.h"
#include "dns/wire.h"

#define NS_MAX 8 /* name servers of the zone that are looked at */
#define FORWARDERS_MAX 3
#define CONTROL_MS 1000 /* a root server's, over TCP */
#define ASK_MS 1500	/* how long one server has to answer */

/* One server asked by itself. */
struct witness {
	struct blame *blame; /* borrowed, for callbacks */
	char *name;	     /* owned; "ns1.example.com", NULL for a forwarder */
	char *address;	     /* owned */
	struct ask *ask;     /* owned */
	bool done;
	struct ask_reply reply;
};

/* One name server of the zone: its addresses are found without validation. */
struct server {
	struct blame *blame;		    /* borrowed, for callbacks */
	char *name;			    /* owned */
	struct resolver_question *question; /* owned */
};

struct blame {
	struct loop *loop;	   /* borrowed */
	struct upstream *upstream; /* borrowed */
	char *name;		   /* owned */
	uint16_t type;
	blame_fn *fn;
	void *arg;
	struct loop_timer *deadline;		      /* owned */
	size_t open;				      /* questions under way */
	struct witness forwarder[2 * FORWARDERS_MAX]; /* checking, then unchecked */
	size_t forwarder_count;
	char *zone; /* owned; the name whose NS are asked for */
	struct resolver_question *zone_question; /* owned */
	struct server server[NS_MAX];
	size_t server_count;
	struct witness witness[BLAME_SERVERS_MAX];
	size_t witness_count;
	/* The root's keys, as each forwarder hands them out; without one its own servers.
	 */
	struct witness keys[FORWARDERS_MAX];
	size_t keys_count;
	struct resolver_question *keys_question; /* owned */
	struct answer_rrsig keys_rrsig;
	struct resolver_question *root_question; /* owned */
	bool root_secure; /* the name validates when it is asked from the root */
	struct tcp_control *control; /* owned; once an answer was cut off */
	enum tcp_control_result tcp;
	struct alias_walk *aliases;	   /* owned, as the next two */
	struct loop_timer *alias_deadline; /* NULL: the walk is over */
	char *alias_fault;		   /* NULL none */
	enum blame_who who;
	char **line; /* owned until taken */
	size_t line_count;
};

static void find_zone(struct blame *b);

static void say_line(struct blame *b, char *take_line)
{
	b->line = mem_grow(b->line, b->line_count, sizeof(*b->line));
	b->line[b->line_count++] = take_line;
}

/* What one server said, as a phrase to follow its name. */
static char *reply_text(const struct ask_reply *r)
{
	if (r->cut)
		return mem_printf("answers, but is %s (it has to answer by both, RFC "
				  "7766)",
				  r->error);
	if (!r->answered)
		return mem_printf("does not answer (%s)", r->error);
	if (r->rcode != WIRE_NOERROR && r->rcode != WIRE_NXDOMAIN)
		return mem_printf("answers %s", r->rcode_text);
	if (!r->has_rrsig)
		return mem_printf("answers %s without signatures", r->rcode_text);
	if (r->rr_count)
		return mem_printf("sends the record%s with signatures itself, so none "
				  "was lost on the way",
				  r->rr_count == 1 ? "" : "s");
	return mem_printf("answers %s with signatures itself, so none was lost on the "
			  "way",
			  r->rcode_text);
}

static bool same_reply(const struct ask_reply *a, const struct ask_reply *b)
{
	return a->answered == b->answered && a->cut == b->cut && a->rcode == b->rcode &&
	       a->has_rrsig == b->has_rrsig && a->rrset_hash == b->rrset_hash;
}

static bool good_reply(const struct ask_reply *r)
{
	return r->answered && r->has_rrsig &&
	       (r->rcode == WIRE_NOERROR || r->rcode == WIRE_NXDOMAIN);
}

/* Tells the extended DNS errors (RFC 8914), where the resolver gives them. */
static void say_ede(struct blame *b)
{
	size_t i;

	for (i = 0; i < b->forwarder_count; i += 2) {
		const struct witness *w = &b->forwarder[i];
		const char *name = ask_ede_name(w->reply.ede_code);

		if (!w->done || w->reply.ede_code < 0)
			continue;
		say_line(b,
			 mem_printf("Resolver %s says: extended DNS error %d (%s)%s%s",
				    w->address, w->reply.ede_code,
				    name ? name : "unknown",
				    w->reply.ede_text[0] ? ": " : "", w->reply.ede_text));
	}
}

/* passes_others: other signatures come through it. */
static const char *forwarder_fault(const struct witness *unchecked, bool passes_others)
{
	const struct ask_reply *r = &unchecked->reply;

	if (r->cut)
		return "its answer is truncated over UDP, and its TCP port 53 doesn't "
		       "answer";
	if (!r->answered)
		return "it does not answer this question";
	if (r->rcode != WIRE_NOERROR && r->rcode != WIRE_NXDOMAIN)
		return "it fails on this question";
	if (!r->has_rrsig)
		return passes_others ? "it gives this answer without its signatures"
				     : "it strips the signatures (RRSIG) from answers";
	return "it changes or holds back answers";
}

/* Whether some name server of the zone itself answers without signatures. */
static bool witness_unsigned(const struct blame *b)
{
	size_t i;

	for (i = 0; i < b->witness_count; i++)
		if (b->witness[i].reply.answered && !b->witness[i].reply.has_rrsig)
			return true;
	return false;
}

/* Whether signatures come through the forwarder of that index. */
static bool passes_rrsig(const struct blame *b, size_t index)
{
	return index < b->keys_count && b->keys[index].reply.has_rrsig;
}

/* A resolver that passes no signature on at all is told about even where the root can't
 * be asked. One that is missing may be missing in the zone. */
static bool is_stripped(const struct blame *b)
{
	size_t i;

	for (i = 0; i < b->forwarder_count; i += 2) {
		const struct witness *w = &b->forwarder[i + 1];

		if (w->reply.answered && !w->reply.has_rrsig &&
		    w->reply.rcode == WIRE_NOERROR && !passes_rrsig(b, i / 2) &&
		    !witness_unsigned(b))
			return true;
	}
	return false;
}

static void say_resolver(struct blame *b)
{
	size_t i;

	b->who = BLAME_RESOLVER;
	for (i = 0; i < b->forwarder_count; i += 2)
		say_line(b,
			 mem_printf("Your resolver %s is at fault, not the domain: %s.",
				    b->forwarder[i].address,
				    forwarder_fault(&b->forwarder[i + 1],
						    passes_rrsig(b, i / 2))));
	if (b->root_secure)
		say_line(b, mem_printf("Asked from the root itself, %s %s validates.",
				       b->name, rrtype_name(b->type)));
}

/* Whether all name servers that were asked said the same. */
static bool all_alike(const struct blame *b)
{
	size_t i;

	for (i = 1; i < b->witness_count; i++)
		if (!same_reply(&b->witness[0].reply, &b->witness[i].reply))
			return false;
	return true;
}

static void say_servers(struct blame *b)
{
	char *text;
	size_t i;

	if (!b->witness_count)
		return;
	b->who = all_alike(b) ? BLAME_DOMAIN : BLAME_SERVER;
	if (b->who == BLAME_DOMAIN) {
		text = reply_text(&b->witness[0].reply);
		say_line(b,
			 mem_printf(
				 "The domain is at fault: asked for %s %s, %s of %s %s.",
				 b->name, rrtype_name(b->type),
				 b->witness_count == 1 ? "the name server"
						       : "every name server",
				 b->zone, text));
		free(text);
		return;
	}
	say_line(b, mem_printf("The name servers of %s disagree about %s %s:", b->zone,
			       b->name, rrtype_name(b->type)));
	for (i = 0; i < b->witness_count; i++) {
		text = reply_text(&b->witness[i].reply);
		say_line(b,
			 mem_printf("  %s %s (%s) %s",
				    good_reply(&b->witness[i].reply) ? "ok   " : "FAULT",
				    b->witness[i].name, b->witness[i].address, text));
		free(text);
	}
}

static char *span_text(double seconds)
{
	long long s = (long long)seconds;

	if (s >= 2 * 86400)
		return mem_printf("%lld days", s / 86400);
	return s >= 2 * 3600 ? mem_printf("%lld hours", s / 3600)
			     : mem_printf("%lld minutes", s / 60);
}

/* No domain can help it when the root's own signature is out of its dates: the root is
 * signed anew long before. */
static bool say_clock(struct blame *b)
{
	time_t now = clock_now(), end;
	char here[32], limit[32], *span;
	bool ahead = now > b->keys_rrsig.expires;

	if (b->keys_rrsig.expires == -1 || (!ahead && now >= b->keys_rrsig.inception))
		return false;
	end = ahead ? b->keys_rrsig.expires : b->keys_rrsig.inception;
	span = span_text(ahead ? difftime(now, end) : difftime(end, now));
	clock_rfc3339(now, here);
	clock_rfc3339(end, limit);
	b->who = BLAME_CLOCK;
	say_line(b,
		 mem_printf(
			 "This host's clock is at fault, not the domain: it says %s, and "
			 "the root's own keys are signed %s %s. It is %s by %s at least.",
			 here, ahead ? "until" : "from", limit,
			 ahead ? "ahead" : "behind", span));
	free(span);
	return true;
}

/* One server without TCP is at fault itself; when the root's have none either, the way to
 * them is closed. */
static bool say_firewall(struct blame *b)
{
	if (!b->control || b->tcp != TCP_CONTROL_SILENT)
		return false;
	b->who = BLAME_FIREWALL;
	say_line(b, mem_text("This host's network is at fault, not the domain: an answer "
			     "is truncated over UDP, and no server's TCP port 53 answers "
			     "from here, not even the root's. Does a firewall keep it "
			     "shut?"));
	return true;
}

/* No server can help it: whoever follows them finds no end. */
static bool say_aliases(struct blame *b)
{
	if (!b->alias_fault)
		return false;
	b->who = BLAME_ALIASES;
	say_line(b, mem_printf("The domain's aliases (CNAME) are at fault: %s.",
			       b->alias_fault));
	return true;
}

static void no_answer(struct witness *w)
{
	if (w->done)
		return;
	w->done = true;
	w->reply = (struct ask_reply){ .ede_code = -1, .error = "no answer in time" };
}

static void finish_inquiry(struct blame *b)
{
	blame_fn *fn = b->fn;
	size_t i;

	if (!fn)
		return;
	b->fn = NULL;
	for (i = 0; i < b->witness_count; i++)
		no_answer(&b->witness[i]);
	for (i = 0; i < b->forwarder_count; i++)
		no_answer(&b->forwarder[i]);
	for (i = 0; i < b->keys_count; i++)
		no_answer(&b->keys[i]);
	if (!say_clock(b) && !say_firewall(b) && !say_aliases(b)) {
		if ((b->forwarder_count && b->root_secure) || is_stripped(b))
			say_resolver(b);
		else
			say_servers(b);
	}
	say_ede(b);
	fn(b->arg);
}

static void close_one(struct blame *b)
{
	if (--b->open == 0)
		finish_inquiry(b);
}

static void on_inquiry_deadline(void *arg)
{
	finish_inquiry(arg);
}

static void on_control(void *arg, enum tcp_control_result result)
{
	struct blame *b = arg;

	b->tcp = result;
	close_one(b);
}

static void start_control(struct blame *b)
{
	struct resolver *blind = upstream_root(b->upstream, true);

	if (b->control || !blind)
		return;
	b->open++;
	b->control = tcp_control_new(b->loop, blind, CONTROL_MS, on_control, b);
}

static void on_reply(void *arg, const struct ask_reply *reply)
{
	struct witness *w = arg;

	w->reply = *reply;
	w->done = true;
	if (reply->cut)
		start_control(w->blame);
	close_one(w->blame);
}

static void ask_witness(struct blame *b, struct witness *w, const char *name,
			const char *address, bool recursive, bool unchecked)
{
	struct ask_conf conf = { .server = address,
				 .name = b->name,
				 .type = b->type,
				 .recursive = recursive,
				 .unchecked = unchecked,
				 .timeout_ms = ASK_MS };

	w->blame = b;
	w->name = mem_text(name);
	w->address = mem_text(address);
	if (ask_new(b->loop, &conf, on_reply, w, &w->ask, NULL) == 0)
		b->open++;
	else
		no_answer(w);
}

static void on_server_address(void *arg, const struct answer *answer)
{
	struct server *s = arg;
	struct blame *b = s->blame;
	char text[INET_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < answer->rr_count && b->witness_count < BLAME_SERVERS_MAX; i++) {
		if (answer->rr[i].len != 4 ||
		    !inet_ntop(AF_INET, answer->rr[i].rdata, text, sizeof(text)))
			continue;
		ask_witness(b, &b->witness[b->witness_count++], s->name, text, false,
			    false);
	}
	close_one(b);
}

static void look_up_server(struct blame *b, const struct answer_rr *rr)
{
	struct resolver *blind = upstream_root(b->upstream, true);
	struct server *s;

	if (b->server_count < NS_MAX) {
		s = &b->server[b->server_count++];
		s->blame = b;
		s->name = dname_text(rr->rdata, rr->len);
		b->open++;
		s->question =
			resolver_ask(blind, s->name, RRTYPE_A, on_server_address, s);
	}
}

static void on_zone(void *arg, const struct answer *answer)
{
	struct blame *b = arg;
	const char *parent = dname_parent(b->zone);
	size_t i;

	if (!parent && strcmp(b->zone, ".") != 0)
		parent = ".";

	resolver_question_free(b->zone_question);
	b->zone_question = NULL;
	if (answer->kind == ANSWER_DATA && !answer->alias_count) {
		for (i = 0; i < answer->rr_count; i++)
			look_up_server(b, &answer->rr[i]);
	} else if (parent) {
		char *up = mem_text(parent);

		free(b->zone);
		b->zone = up;
		find_zone(b);
	}
	close_one(b);
}

/* Asks without validation, since the chain of trust may be what is broken. */
static void find_zone(struct blame *b)
{
	struct resolver *blind = upstream_root(b->upstream, true);

	if (!blind)
		return;
	b->open++;
	b->zone_question = resolver_ask(blind, b->zone, RRTYPE_NS, on_zone, b);
}

static void end_walk(struct blame *b, const char *fault)
{
	b->alias_fault = mem_text(fault);
	loop_timer_free(b->alias_deadline);
	b->alias_deadline = NULL;
	close_one(b);
}

static void on_aliases(void *arg, const char *fault)
{
	end_walk(arg, fault);
}

/* Where a server is silent, the others that were asked aren't kept waiting. */
static void on_alias_deadline(void *arg)
{
	struct blame *b = arg;

	alias_walk_free(b->aliases);
	b->aliases = NULL;
	end_walk(b, NULL);
}

static void walk_aliases(struct blame *b)
{
	size_t count;
	struct resolver *resolver;

	(void)upstream_forwarders(b->upstream, &count);
	resolver =
		count ? upstream_resolver(b->upstream) : upstream_root(b->upstream, true);
	if (!resolver)
		return;
	b->open++;
	b->aliases = alias_walk_new(resolver, b->name, on_aliases, b);
	b->alias_deadline = loop_timer_new(b->loop, ASK_MS, on_alias_deadline, b);
}

static void on_root(void *arg, const struct answer *answer)
{
	struct blame *b = arg;

	b->root_secure =
		answer->security == SECURITY_SECURE && answer->kind != ANSWER_FAILED;
	close_one(b);
}

static void take_keys(struct blame *b, const struct answer *answer)
{
	if (answer->rrsig.expires != -1)
		b->keys_rrsig = answer->rrsig;
}

static void on_keys(void *arg, const struct answer *answer)
{
	struct blame *b = arg;

	take_keys(b, answer);
	close_one(b);
}

static void on_forwarded_keys(void *arg, const struct ask_reply *reply)
{
	struct witness *w = arg;
	struct answer answer;

	if (reply->packet && answer_from_packet(reply->packet, reply->packet_len, ".",
						RRTYPE_DNSKEY, &answer, NULL) == 0) {
		take_keys(w->blame, &answer);
		answer_clear(&answer);
	}
	on_reply(w, reply);
}

/* For the dates of its signature, and whether that comes through. */
static void ask_for_root_keys(struct blame *b, const char *const *forward, size_t count)
{
	struct resolver *blind = count ? NULL : upstream_root(b->upstream, true);
	struct ask_conf conf = { .name = ".",
				 .type = RRTYPE_DNSKEY,
				 .recursive = true,
				 .unchecked = true,
				 .timeout_ms = ASK_MS };
	struct witness *w;
	size_t i;

	for (i = 0; i < count && i < FORWARDERS_MAX; i++) {
		w = &b->keys[b->keys_count++];
		w->blame = b;
		conf.server = forward[i];
		if (ask_new(b->loop, &conf, on_forwarded_keys, w, &w->ask, NULL) == 0)
			b->open++;
		else
			no_answer(w);
	}
	if (!blind)
		return;
	b->open++;
	b->keys_question = resolver_ask(blind, ".", RRTYPE_DNSKEY, on_keys, b);
}

static void ask_forwarders(struct blame *b)
{
	size_t count, i;
	const char *const *forward = upstream_forwarders(b->upstream, &count);
	struct resolver *root;

	for (i = 0; i < count && i < FORWARDERS_MAX; i++) {
		ask_witness(b, &b->forwarder[b->forwarder_count++], NULL, forward[i],
			    true, false);
		ask_witness(b, &b->forwarder[b->forwarder_count++], NULL, forward[i],
			    true, true);
	}
	ask_for_root_keys(b, forward, count);
	root = count ? upstream_root(b->upstream, false) : NULL;
	if (!root)
		return;
	b->open++;
	b->root_question = resolver_ask(root, b->name, b->type, on_root, b);
}

struct blame *blame_new(const struct blame_conf *conf, blame_fn *fn, void *arg)
{
	struct blame *b = mem_zero(sizeof(*b));

	b->loop = conf->loop;
	b->upstream = conf->upstream;
	b->keys_rrsig = (struct answer_rrsig){ -1, -1, -1 };
	b->name = mem_text(conf->name);
	b->zone = mem_text(conf->name);
	b->type = conf->type;
	b->fn = fn;
	b->arg = arg;
	b->deadline =
		loop_timer_new(conf->loop, conf->timeout_ms, on_inquiry_deadline, b);
	ask_forwarders(b);
	walk_aliases(b);
	find_zone(b);
	return b;
}

void blame_fill(struct blame *b, struct facts_target *t)
{
	size_t i;

	t->blame_who = b->who;
	for (i = 0; i < b->line_count; i++)
		facts_add_blame(t, b->line[i]);
	b->line_count = 0;
}

static void free_witness(struct witness *w)
{
	ask_free(w->ask);
	free(w->name);
	free(w->address);
}

void blame_free(struct blame *b)
{
	size_t i;

	if (!b)
		return;
	loop_timer_free(b->deadline);
	resolver_question_free(b->zone_question);
	resolver_question_free(b->root_question);
	resolver_question_free(b->keys_question);
	tcp_control_free(b->control);
	alias_walk_free(b->aliases);
	loop_timer_free(b->alias_deadline);
	free(b->alias_fault);
	for (i = 0; i < b->keys_count; i++)
		free_witness(&b->keys[i]);
	for (i = 0; i < b->server_count; i++) {
		resolver_question_free(b->server[i].question);
		free(b->server[i].name);
	}
	for (i = 0; i < b->witness_count; i++)
		free_witness(&b->witness[i]);
	for (i = 0; i < b->forwarder_count; i++)
		free_witness(&b->forwarder[i]);
	for (i = 0; i < b->line_count; i++)
		free(b->line[i]);
	free(b->line);
	free(b->name);
	free(b->zone);
	free(b);
}
