/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/ports.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/endpoint.h"
#include "verdict/facts.h"

#define LIST_MAX 400 /* the numbers of all known ports */

struct sorting {
	struct facts_target *t;
	const char *host;
	struct endpoint *const *endpoint;
	size_t count;
	const struct overrides *o;
	enum endpoint_trace *trace; /* owned; of each endpoint */
	bool *left_out;		    /* owned; likewise */
};

static size_t count_with(const struct sorting *s, enum endpoint_trace trace)
{
	size_t i, n = 0;

	for (i = 0; i < s->count; i++)
		n += s->trace[i] == trace;
	return n;
}

/* Of addresses, with a code that says more than that --connect-to gives none for that
 * port; or of TLSA. */
static bool has_failed(const struct sorting *s, size_t index)
{
	return s->trace[index] == ENDPOINT_UNANSWERED ||
	       (s->trace[index] == ENDPOINT_NO_HOST &&
		s->t->endpoint[index].code != CODE_NO_ADDRESS);
}

/* Whether questions failed, and no records were found beside. */
static bool only_failures(const struct sorting *s)
{
	size_t i, failed = 0;

	for (i = 0; i < s->count; i++) {
		failed += has_failed(s, i);
		if (s->trace[i] == ENDPOINT_HAS_RECORDS ||
		    s->trace[i] == ENDPOINT_UNSERVED)
			return false;
	}
	return failed || count_with(s, ENDPOINT_NO_HOST) == s->count;
}

/* What failed may hide a service; where nothing else was found, it is told once. That
 * --connect-to gives addresses for some ports only hides none. */
static bool has_no_service(const struct sorting *s, size_t index)
{
	switch (s->trace[index]) {
	case ENDPOINT_HAS_RECORDS:
		return false;
	case ENDPOINT_UNANSWERED:
	case ENDPOINT_NO_HOST:
		return only_failures(s) || !has_failed(s, index);
	case ENDPOINT_NO_RECORD:
	case ENDPOINT_UNSERVED:
		return true;
	}
	return false;
}

static size_t find_first(const struct sorting *s, enum endpoint_trace trace,
			 enum code code)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->trace[i] == trace && s->t->endpoint[i].code == code)
			return i;
	return s->count;
}

/* Of those that failed, the one whose code wins; the first, where the host has no
 * address. */
static size_t find_worst(const struct sorting *s)
{
	size_t i, worst = s->count;

	for (i = 0; i < s->count; i++)
		if (has_failed(s, i) &&
		    (worst == s->count ||
		     s->t->endpoint[i].code < s->t->endpoint[worst].code))
			worst = i;
	return worst == s->count ? 0 : worst;
}

static enum security security_of(enum code code)
{
	if (code == CODE_BOGUS)
		return SECURITY_BOGUS;
	if (code == CODE_INSECURE)
		return SECURITY_INSECURE;
	return code == CODE_DNS_ERROR ? SECURITY_INDETERMINATE : SECURITY_SECURE;
}

static void end_with(const struct sorting *s, size_t index, enum code code,
		     char *take_error)
{
	struct facts_discovery *d = facts_discovery(s->t);

	s->t->code = code;
	d->error = take_error;
	d->security = security_of(code);
	endpoint_give_lookups(s->endpoint[index]);
}

static void end_unanswered(const struct sorting *s)
{
	size_t worst = find_worst(s);
	const struct facts_endpoint *f = &s->t->endpoint[worst];

	if (f->code == CODE_NXDOMAIN)
		end_with(s, worst, f->code,
			 mem_printf("the host %s does not exist", s->host));
	else
		end_with(s, worst, f->code, mem_text(f->error));
}

/* No endpoint is left to say what the target's code is. */
static void end_without_service(const struct sorting *s)
{
	size_t insecure = find_first(s, ENDPOINT_NO_RECORD, CODE_INSECURE);
	size_t unserved = find_first(s, ENDPOINT_UNSERVED, CODE_CONNECT_FAILED);

	if (only_failures(s))
		end_unanswered(s);
	else if (unserved < s->count || count_with(s, ENDPOINT_UNSERVED))
		end_with(s, unserved < s->count ? unserved : 0, CODE_CONNECT_FAILED,
			 mem_printf("a wildcard gives TLSA records to every port of %s, "
				    "but none of the %zu known ports accepts connections",
				    s->host, s->count));
	else if (insecure < s->count)
		end_with(s, insecure, CODE_INSECURE, NULL);
	else
		end_with(s, 0, CODE_NO_TLSA,
			 mem_printf("none of the %zu known ports of %s has TLSA records: "
				    "DNSSEC proves it",
				    s->count, s->host));
}

/* A wildcard's records don't say that there is a service, but somebody may miss one. */
static void note_unserved(const struct sorting *s)
{
	struct buf ports;
	size_t i;

	buf_init(&ports, LIST_MAX);
	for (i = 0; i < s->count; i++)
		if (s->trace[i] == ENDPOINT_UNSERVED)
			buf_printf(&ports, "%s%d", ports.len ? ", " : "",
				   s->t->endpoint[i].port);
	if (ports.len)
		finding_take(&s->t->findings, FINDING_NOTHING_LISTENS, SEVERITY_INFO,
			     s->o,
			     mem_printf("a wildcard gives TLSA records to every port of "
					"%s; the ports where nothing accepts connections "
					"are left out: %s",
					s->host, buf_str(&ports)));
	buf_clear(&ports);
}

/* From the last on, so that the indexes before it stand. */
static void drop_endpoints(const struct sorting *s)
{
	size_t i;

	for (i = s->count; i--;)
		if (s->left_out[i])
			facts_drop_endpoint(s->t, i);
}

static void settle_rest(const struct sorting *s)
{
	const struct facts_endpoint *f;
	size_t i, kept = 0;

	for (i = 0; i < s->count; i++) {
		if (s->left_out[i])
			continue;
		endpoint_move(s->endpoint[i], kept);
		endpoint_settle(s->endpoint[i]);
		f = &s->t->endpoint[kept++];
		facts_add_discovery_record(
			facts_discovery(s->t),
			f->tlsa_name ? mem_text(f->tlsa_name)
				     : mem_printf("_%d._tcp.%s", f->port, s->host));
	}
}

static void begin_facts(struct facts_target *t, const char *host)
{
	struct facts_discovery *d = facts_discovery(t);

	d->kind = "host";
	d->name = mem_text(host);
	d->security = SECURITY_SECURE;
}

void ports_settle(struct facts_target *t, const char *host,
		  struct endpoint *const *endpoint, size_t count,
		  const struct overrides *o)
{
	struct sorting s = { t, host, endpoint, count, o, NULL, NULL };
	size_t i, kept = 0;

	begin_facts(t, host);
	s.trace = mem_array(count, sizeof(*s.trace));
	s.left_out = mem_array(count, sizeof(*s.left_out));
	for (i = 0; i < count; i++)
		s.trace[i] = endpoint_trace(endpoint[i]);
	for (i = 0; i < count; i++) {
		s.left_out[i] = has_no_service(&s, i);
		kept += !s.left_out[i];
	}
	if (kept)
		note_unserved(&s);
	else
		end_without_service(&s);
	drop_endpoints(&s);
	settle_rest(&s);
	free(s.trace);
	free(s.left_out);
}
