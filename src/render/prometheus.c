/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/prometheus.h"

#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "render/cases.h"
#include "render/render.h"
#include "verdict/facts.h"
#include "verdict/signature.h"

/* The format wants the samples of a family together, so all are held to the end. */
#define FAMILY_TEXT_MAX (256 << 20) /* some million targets */

enum family {
	TARGET_STATE,
	TARGET_INFO,
	TARGET_DURATION,
	TARGET_DNS_DURATION,
	TARGET_PEERS,
	TARGET_PEERS_MATCHED,
	TARGET_RRSIG_EXPIRY,
	TARGET_FINDING,
	PEER_STATE,
	PEER_INFO,
	PEER_DURATION,
	PEER_CERT_EXPIRY
};
#define FAMILY_COUNT (PEER_CERT_EXPIRY + 1)

static const struct {
	const char *name, *help;
} families[FAMILY_COUNT] = {
	[TARGET_STATE] = { "target_state", "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN." },
	[TARGET_INFO] = { "target_info", "State and code of the target; always 1." },
	[TARGET_DURATION] = { "target_duration_seconds", "What the whole check took." },
	[TARGET_DNS_DURATION] = { "target_dns_duration_seconds",
				  "What its lookups took." },
	[TARGET_PEERS] = { "target_peers", "Peers probed: addresses, each with every "
					   "kind of key that was asked for." },
	[TARGET_PEERS_MATCHED] = { "target_peers_matched",
				   "Peers that a TLSA record matches." },
	[TARGET_RRSIG_EXPIRY] = { "target_rrsig_expiry_timestamp_seconds",
				  "End of the first DNSSEC signature to end of those "
				  "that the verdict hangs on." },
	[TARGET_FINDING] = { "target_finding", "A fact beside the code; always 1." },
	[PEER_STATE] = { "peer_state", "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN." },
	[PEER_INFO] = { "peer_info", "Code and TLS version of the peer; always 1." },
	[PEER_DURATION] = { "peer_duration_seconds",
			    "From the connection's beginning to the handshake's end." },
	[PEER_CERT_EXPIRY] = { "peer_certificate_expiry_timestamp_seconds",
			       "End of the leaf certificate." },
};

struct render_state {
	const struct render_conf *conf;
	struct buf samples[FAMILY_COUNT];
	void *seen; /* tsearch's tree of the targets' labels, owned with its texts */
	size_t in_state[STATE_UNKNOWN + 1];
	size_t left_out;
};

static struct render_state *begin_families(const struct render_conf *conf)
{
	struct render_state *s = mem_zero(sizeof(*s));
	size_t i;

	s->conf = conf;
	for (i = 0; i < FAMILY_COUNT; i++)
		buf_init(&s->samples[i], FAMILY_TEXT_MAX);
	return s;
}

static int compare_labels(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Whether the key is new: a series that is there twice makes the collector refuse the
 * whole file. Takes key. */
static bool is_new(struct render_state *s, char *take_key)
{
	char **node = tsearch(take_key, &s->seen, compare_labels);

	if (!node)
		mem_exhausted();
	if (*node == take_key)
		return true;
	free(take_key);
	return false;
}

/* 'name="value"', escaped for a label; on the heap. */
static char *label_text(const char *name, const char *value)
{
	char *safe = log_escape(value, strlen(value)), *text;
	struct buf b;
	const char *p;

	buf_init(&b, 2 * strlen(safe) + strlen(name) + 3);
	buf_printf(&b, "%s=\"", name);
	for (p = safe; *p; p++) {
		if (*p == '\\' || *p == '"')
			buf_text(&b, "\\");
		buf_add(&b, p, 1);
	}
	buf_text(&b, "\"");
	text = mem_text(buf_str(&b));
	buf_clear(&b);
	free(safe);
	return text;
}

static void add_sample(struct render_state *s, enum family f, const char *labels,
		       double value)
{
	if (!buf_printf(&s->samples[f], "daneprobe_%s{%s} %.15g\n", families[f].name,
			labels, value))
		s->left_out++;
}

static void add_seconds(struct render_state *s, enum family f, const char *labels,
			int64_t ms)
{
	if (ms >= 0)
		add_sample(s, f, labels, (double)ms / 1000);
}

/* Takes the further labels. */
static void add_info(struct render_state *s, enum family f, const char *labels,
		     char *take_first, char *take_second)
{
	char *all = mem_printf("%s,%s,%s", labels, take_first, take_second);

	add_sample(s, f, all, 1);
	free(all);
	free(take_first);
	free(take_second);
}

static void add_peer(struct render_state *s, const char *target,
		     const struct cases_row *row)
{
	const struct facts_peer *p = row->peer;
	char *name = label_text("peer", row->name);
	char *labels = mem_printf("%s,%s", target, name);

	add_sample(s, PEER_STATE, labels, row->state);
	add_info(s, PEER_INFO, labels, label_text("code", code_name(p->code)),
		 label_text("tls", p->tls.version ? p->tls.version : ""));
	add_seconds(s, PEER_DURATION, labels, row->ms);
	if (p->chain_count && p->chain[0].not_after != -1)
		add_sample(s, PEER_CERT_EXPIRY, labels, (double)p->chain[0].not_after);
	free(name);
	free(labels);
}

static void add_peers(struct render_state *s, const struct facts_target *t,
		      const char *target)
{
	size_t i, tried = 0, matched = 0;
	struct cases c;

	cases_collect(t, &c);
	for (i = 0; i < c.count; i++) {
		const struct facts_peer *p = c.row[i].peer;

		if (!p || c.row[i].skipped)
			continue;
		tried++;
		matched += p->has_match && p->match.code == MATCH_OK;
		add_peer(s, target, &c.row[i]);
	}
	add_sample(s, TARGET_PEERS, target, (double)tried);
	add_sample(s, TARGET_PEERS_MATCHED, target, (double)matched);
	cases_clear(&c);
}

static void add_findings(struct render_state *s, const struct finding_list *list,
			 const char *target)
{
	const struct finding *f;
	size_t i, k;

	for (i = 0; i < list->count; i++) {
		f = &list->item[i];
		for (k = 0; k < i; k++)
			if (list->item[k].id == f->id &&
			    list->item[k].severity == f->severity)
				break;
		if (k == i)
			add_info(s, TARGET_FINDING, target,
				 label_text("id", finding_name(f->id)),
				 label_text("severity",
					    finding_severity_name(f->severity)));
	}
}

static void add_target(struct render_state *s, const struct facts_target *t)
{
	char *labels = label_text("target", t->normalized ? t->normalized : t->target);

	s->in_state[t->state]++;
	if (is_new(s, mem_text(labels))) {
		add_sample(s, TARGET_STATE, labels, t->state);
		add_info(s, TARGET_INFO, labels,
			 label_text("state", state_name(t->state)),
			 label_text("code", code_name(t->code)));
		add_seconds(s, TARGET_DURATION, labels, t->total_ms);
		add_seconds(s, TARGET_DNS_DURATION, labels, t->dns_ms);
		if (signature_first_end(t) != -1)
			add_sample(s, TARGET_RRSIG_EXPIRY, labels,
				   (double)signature_first_end(t));
		add_findings(s, &t->findings, labels);
		add_peers(s, t, labels);
	}
	free(labels);
}

static void put_head(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP daneprobe_%s %s\n# TYPE daneprobe_%s gauge\n", name, help,
		name);
}

static void put_run(const struct render_state *s)
{
	FILE *out = s->conf->out;
	int i;

	put_head(out, "targets", "Targets of the run, by state.");
	for (i = STATE_OK; i <= STATE_UNKNOWN; i++)
		fprintf(out, "daneprobe_targets{state=\"%s\"} %zu\n",
			state_name((enum state)i), s->in_state[i]);
	put_head(out, "run_timestamp_seconds", "When the run began.");
	fprintf(out, "daneprobe_run_timestamp_seconds %lld\n", (long long)s->conf->now);
	put_head(out, "samples_left_out", "Samples for which there was no room.");
	fprintf(out, "daneprobe_samples_left_out %zu\n", s->left_out);
}

static void forget_seen(struct render_state *s)
{
	while (s->seen) {
		char *key = *(char **)s->seen;

		tdelete(key, &s->seen, compare_labels);
		free(key);
	}
}

static void print_families(struct render_state *s)
{
	size_t i;

	for (i = 0; i < FAMILY_COUNT; i++) {
		if (s->samples[i].len) {
			put_head(s->conf->out, families[i].name, families[i].help);
			fputs(buf_str(&s->samples[i]), s->conf->out);
		}
		buf_clear(&s->samples[i]);
	}
	put_run(s);
	forget_seen(s);
	free(s);
}

const struct renderer *prometheus_renderer(void)
{
	static const struct renderer r = { "prometheus", begin_families, add_target,
					   print_families };

	return &r;
}
