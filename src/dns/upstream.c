/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/upstream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/kept.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"
#include "dns/ask.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/server_address.h"

#define SYSTEM_MAX 3 /* MAXNS of resolv.conf(5) */
#define RESOLV_CONF_MAX 65536
#define TRY_MS 1500 /* for each system resolver to show the root's keys */
/* One that has shown by then that it passes signatures on isn't tried. */
#define TRY_AFTER_MS 10

struct waiter {
	upstream_fn *fn;
	void *arg;
};

struct upstream {
	struct loop *loop;		 /* borrowed */
	char *root_hints, *trust_anchor; /* owned, may be NULL */
	bool given, many;
	int per_resolver, per_server;
	uint64_t asked;
	char **forward; /* owned */
	size_t forward_count;
	struct ask *ask[SYSTEM_MAX]; /* owned; trying the system's */
	bool good[SYSTEM_MAX];
	size_t open;	    /* how many of them haven't ended */
	struct buf refused; /* what each of the resolvers left out said */
	char *left;	    /* owned */
	struct resolver *resolver, *root[2]; /* owned; root: validating, blind */
	bool ready, trying;
	struct waiter *waiter; /* owned */
	size_t waiter_count;
	struct loop_timer *wake;  /* owned */
	struct loop_timer *trial; /* owned; begins it */
};

static void add_forward(struct upstream *u, const char *text)
{
	u->forward = mem_grow(u->forward, u->forward_count, sizeof(*u->forward));
	u->forward[u->forward_count++] = mem_text(text);
}

static const char *system_file(const struct upstream_conf *conf)
{
	if (conf->given_count || conf->recurse)
		return NULL;
	return conf->resolv_conf ? conf->resolv_conf : "/etc/resolv.conf";
}

void upstream_keep(const struct upstream_conf *conf)
{
	const struct resolver_conf resolver = { .root_hints = conf->root_hints,
						.trust_anchor = conf->trust_anchor };

	(void)kept_add(system_file(conf), RESOLV_CONF_MAX, false, NULL);
	resolver_keep(&resolver);
}

static void read_resolv_conf(struct upstream *u, const char *path)
{
	char *data, *line, *save = NULL, address[64];
	size_t len;

	if (!path || text_file_read(path, RESOLV_CONF_MAX, &data, &len, NULL) < 0)
		return;
	for (line = strtok_r(data, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (u->forward_count < SYSTEM_MAX &&
		    sscanf(line, " nameserver %63s", address) == 1 &&
		    server_address_check(address, NULL) == 0)
			add_forward(u, address);
	free(data);
}

static void use_forwarders(const struct upstream *u, struct resolver_conf *conf)
{
	conf->forward = (const char *const *)u->forward;
	conf->forward_count = u->forward_count;
}

static struct resolver_conf resolver_conf_of(struct upstream *u, bool forward, bool blind)
{
	struct resolver_conf conf = { .root_hints = u->root_hints,
				      .trust_anchor = u->trust_anchor,
				      .blind = blind,
				      .many = u->many,
				      .per_server =
					      forward ? u->per_resolver : u->per_server,
				      .asked = &u->asked };

	if (forward)
		use_forwarders(u, &conf);
	return conf;
}

static int make_resolver(struct upstream *u, bool forward, bool blind,
			 struct resolver **ret_resolver, struct why *why)
{
	const struct resolver_conf conf = resolver_conf_of(u, forward, blind);

	return resolver_new(u->loop, &conf, ret_resolver, why);
}

static void wake_waiters(void *arg)
{
	struct upstream *u = arg;
	struct waiter next;

	loop_timer_free(u->wake);
	u->wake = NULL;
	while (u->waiter_count) {
		next = u->waiter[0];
		upstream_forget(u, next.arg);
		next.fn(next.arg);
	}
}

static void be_ready(struct upstream *u)
{
	u->ready = true;
	if (u->waiter_count && !u->wake)
		u->wake = loop_timer_new(u->loop, 0, wake_waiters, u);
}

static void note_refusal(struct upstream *u, const char *server,
			 const struct ask_reply *reply)
{
	const char *sep = u->refused.len ? "; " : "";

	if (!reply->answered)
		buf_printf(&u->refused, "%s%s: %s", sep, server, reply->error);
	else if (reply->rr_count)
		buf_printf(&u->refused, "%s%s strips the signatures", sep, server);
	else
		buf_printf(&u->refused, "%s%s answers %s without the root's keys", sep,
			   server, reply->rcode_text);
}

/* Keeps the forwarders that are good; where none is, the root itself is asked. */
static void choose_forwarders(struct upstream *u)
{
	struct resolver_conf conf;
	size_t i, kept = 0;

	for (i = 0; i < u->forward_count; i++) {
		if (u->good[i])
			u->forward[kept++] = u->forward[i];
		else
			free(u->forward[i]);
	}
	if (kept == u->forward_count)
		return;
	u->forward_count = kept;
	if (!kept)
		u->left = mem_printf("the system's resolver does not pass DNSSEC on "
				     "(%s); the root itself was asked instead",
				     buf_str(&u->refused));
	conf = resolver_conf_of(u, kept > 0, false);
	/* An anchor file that is a pipe can't be read again: then it stays as it is. */
	(void)resolver_change(u->resolver, &conf, NULL);
}

static void end_trial(struct upstream *u, size_t index, const struct ask_reply *reply)
{
	u->good[index] = reply->answered && reply->rr_count && reply->has_rrsig;
	if (!u->good[index])
		note_refusal(u, u->forward[index], reply);
	if (--u->open)
		return;
	choose_forwarders(u);
	resolver_release(u->resolver);
	be_ready(u);
}

static void on_trial_0(void *arg, const struct ask_reply *reply)
{
	end_trial(arg, 0, reply);
}

static void on_trial_1(void *arg, const struct ask_reply *reply)
{
	end_trial(arg, 1, reply);
}

static void on_trial_2(void *arg, const struct ask_reply *reply)
{
	end_trial(arg, 2, reply);
}

/* A stub such as systemd's, or a forwarder that strips signatures, makes every signed
 * domain look bogus: so each of the system's resolvers first has to show the root's keys.
 */
static void try_system(struct upstream *u)
{
	static ask_fn *const on_trial[SYSTEM_MAX] = { on_trial_0, on_trial_1,
						      on_trial_2 };
	struct ask_reply none = { .error = "is not an address" };
	struct ask_conf conf = { .name = ".",
				 .type = RRTYPE_DNSKEY,
				 .recursive = true,
				 .timeout_ms = TRY_MS };
	size_t i;

	u->open = u->forward_count;
	for (i = 0; i < u->forward_count && i < SYSTEM_MAX; i++) {
		conf.server = u->forward[i];
		if (ask_new(u->loop, &conf, on_trial[i], u, &u->ask[i], NULL) < 0)
			end_trial(u, i, &none);
	}
}

static void on_trial_due(void *arg)
{
	struct upstream *u = arg;

	if (!resolver_has_proof(u->resolver)) {
		try_system(u);
		return;
	}
	resolver_release(u->resolver);
	be_ready(u);
}

int upstream_new(struct loop *loop, const struct upstream_conf *conf,
		 struct upstream **ret_upstream, struct why *why)
{
	struct upstream *u = mem_zero(sizeof(*u));
	size_t i;
	int rc;

	u->loop = loop;
	u->root_hints = mem_text(conf->root_hints);
	u->trust_anchor = mem_text(conf->trust_anchor);
	u->given = conf->given_count > 0;
	u->many = conf->many;
	u->per_resolver = conf->per_resolver;
	u->per_server = conf->per_server;
	buf_init(&u->refused, 400);
	for (i = 0; i < conf->given_count; i++)
		add_forward(u, conf->given[i]);
	read_resolv_conf(u, system_file(conf));
	/* Made now, so that a bad anchor or address is told before any packet. */
	rc = make_resolver(u, u->forward_count > 0, false, &u->resolver, why);
	if (rc < 0) {
		upstream_free(u);
		return rc;
	}
	u->ready = u->given || conf->recurse || !u->forward_count;
	*ret_upstream = u;
	return 0;
}

void upstream_free(struct upstream *u)
{
	size_t i;

	if (!u)
		return;
	for (i = 0; i < SYSTEM_MAX; i++)
		ask_free(u->ask[i]);
	loop_timer_free(u->wake);
	loop_timer_free(u->trial);
	resolver_free(u->resolver);
	resolver_free(u->root[0]);
	resolver_free(u->root[1]);
	for (i = 0; i < u->forward_count; i++)
		free(u->forward[i]);
	free(u->forward);
	free(u->root_hints);
	free(u->trust_anchor);
	free(u->left);
	free(u->waiter);
	buf_clear(&u->refused);
	free(u);
}

static void add_waiter(struct upstream *u, upstream_fn *fn, void *arg)
{
	u->waiter = mem_grow(u->waiter, u->waiter_count, sizeof(*u->waiter));
	u->waiter[u->waiter_count++] = (struct waiter){ fn, arg };
}

void upstream_wait(struct upstream *u, upstream_fn *fn, void *arg)
{
	add_waiter(u, fn, arg);
	if (u->ready) {
		be_ready(u);
	} else if (!u->trying) {
		u->trying = true;
		try_system(u);
	}
}

/* With several, a bad one would be found out only by the questions that it gets. */
bool upstream_begin(struct upstream *u, upstream_fn *fn, void *arg)
{
	if (u->many || u->ready) {
		upstream_wait(u, fn, arg);
		return false;
	}
	add_waiter(u, fn, arg);
	resolver_hold(u->resolver);
	if (!u->trying) {
		u->trying = true;
		u->trial =
			loop_timer_new(u->loop, u->forward_count > 1 ? 0 : TRY_AFTER_MS,
				       on_trial_due, u);
	}
	return true;
}

void upstream_forget(struct upstream *u, void *arg)
{
	size_t i;

	for (i = 0; i < u->waiter_count; i++) {
		if (u->waiter[i].arg != arg)
			continue;
		memmove(u->waiter + i, u->waiter + i + 1,
			(u->waiter_count - i - 1) * sizeof(*u->waiter));
		u->waiter_count--;
		return;
	}
}

struct resolver *upstream_resolver(struct upstream *u)
{
	return u->resolver;
}

struct resolver *upstream_root(struct upstream *u, bool blind)
{
	if (!u->root[blind])
		(void)make_resolver(u, false, blind, &u->root[blind], NULL);
	return u->root[blind];
}

struct resolver *upstream_stub(const struct upstream *u, const char *zone,
			       const char *address, struct why *why)
{
	struct resolver_conf conf = { .root_hints = u->root_hints,
				      .trust_anchor = u->trust_anchor,
				      .stub_zone = zone,
				      .stub_address = address };
	struct resolver *resolver = NULL;

	use_forwarders(u, &conf);
	return resolver_new(u->loop, &conf, &resolver, why) < 0 ? NULL : resolver;
}

const char *const *upstream_forwarders(const struct upstream *u, size_t *ret_count)
{
	*ret_count = u->forward_count;
	return (const char *const *)u->forward;
}

bool upstream_is_given(const struct upstream *u)
{
	return u->given;
}

uint64_t upstream_asked(const struct upstream *u)
{
	return u->asked;
}

const char *upstream_left(const struct upstream *u)
{
	return u->left;
}
