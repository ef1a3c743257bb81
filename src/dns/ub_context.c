/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/ub_context.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "base/kept.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"
#include "dns/anchor.h"
#include "dns/server_address.h"

#define HINTS_MAX_BYTES 65536

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

char *ub_context_take_log(void)
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

static const struct option without_ipv6 = { "do-ip6:", "no" };

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

void ub_context_keep(const struct resolver_conf *conf)
{
	(void)kept_add(conf->root_hints, HINTS_MAX_BYTES, true, NULL);
	anchor_keep(conf->trust_anchor);
}

/* Nothing but these is asked: libunbound needs no ports of IPv6, whose list is copied. */
static bool all_ipv4(const struct resolver_conf *conf)
{
	size_t i;

	if (!conf->forward_count || (conf->stub_zone && strchr(conf->stub_address, ':')))
		return false;
	for (i = 0; i < conf->forward_count; i++)
		if (strchr(conf->forward[i], ':'))
			return false;
	return true;
}

static int set_upstream(struct ub_ctx *ctx, const struct resolver_conf *conf,
			struct why *why)
{
	size_t i;
	int rc;

	for (i = 0; i < conf->forward_count; i++) {
		rc = server_address_check(conf->forward[i], why);
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

/* All that is asked goes to the forwarders, and questions without a socket wait for one.
 */
static int bound_range(struct ub_ctx *ctx, const struct resolver_conf *conf,
		       struct why *why)
{
	char sockets[20];
	const struct option option = { "outgoing-range:", sockets };

	snprintf(sockets, sizeof(sockets), "%zu",
		 (size_t)conf->per_server * conf->forward_count);
	return set_options(ctx, &option, 1, why);
}

int ub_context_new(struct event_base *base, const struct resolver_conf *conf,
		   struct ub_ctx **ret_ctx, struct why *why)
{
	struct ub_ctx *ctx = ub_ctx_create_event(base);
	int rc;

	if (!ctx)
		return why_set(why, DP_EDNS, "libunbound can't start");
	catch_log(ctx);
	rc = set_options(ctx, options, sizeof(options) / sizeof(options[0]), why);
	if (rc == 0 && conf->many)
		rc = set_options(ctx, options_for_many,
				 sizeof(options_for_many) / sizeof(options_for_many[0]),
				 why);
	if (rc == 0 && conf->per_server && conf->forward_count)
		rc = bound_range(ctx, conf, why);
	if (rc == 0 && all_ipv4(conf))
		rc = set_options(ctx, &without_ipv6, 1, why);
	if (rc == 0)
		rc = set_upstream(ctx, conf, why);
	if (rc == 0)
		rc = set_anchors(ctx, conf, why);
	if (rc < 0) {
		ub_ctx_delete(ctx);
		return rc;
	}
	unblock_private_zones(ctx, conf);
	*ret_ctx = ctx;
	return 0;
}
