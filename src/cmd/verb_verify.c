/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "base/text_file.h"
#include "base/why.h"
#include "cmd/confine.h"
#include "cmd/opts.h"
#include "cmd/tlsa_text.h"
#include "dane/chain.h"
#include "dane/match.h"
#include "dane/policy.h"
#include "probe/ca_bundle.h"
#include "probe/examine.h"
#include "render/json.h"
#include "render/render.h"
#include "setup/key/chain_file.h"
#include "setup/key/csr.h"
#include "target/hostname.h"
#include "target/service.h"
#include "verdict/facts.h"
#include "verdict/verdict.h"

#define FILE_MAX (16 << 20) /* of records */

struct values {
	const char *chain, *tlsa_file, *at, *ca_file, *service, *csr;
	struct opt_list tlsa, hosts;
	bool ee_name_check, no_sandbox;
	int output; /* 0 text, 1 json */
	int quiet, verbose;
};

#define AT(field) .offset = offsetof(struct values, field)

static const struct opt opts[] = {
	{ "chain", 0, OPT_TEXT, AT(chain), .argument = "FILE",
	  .help = "what the server will present, leaf first: certificates in PEM or DER, "
		  "or "
		  "a raw public key" },
	{ "tlsa", 0, OPT_LIST, AT(tlsa), .argument = "'U S M HEX'",
	  .help = "a published record (repeatable)" },
	{ "tlsa-file", 0, OPT_TEXT, AT(tlsa_file), .argument = "FILE",
	  .help = "records, one a line: U S M HEX, zone file lines, or RFC 3597 form" },
	{ "host", 0, OPT_LIST, AT(hosts), .argument = "NAME",
	  .help = "name that clients know the server by; repeatable for further "
		  "reference "
		  "names (a mail domain)" },
	{ "service", 0, OPT_TEXT, AT(service), .argument = "NAME",
	  .help = "scheme of the service, as check has it; with smtp or mx the rules of "
		  "mail "
		  "servers hold" },
	{ "at", 0, OPT_TEXT, AT(at), .argument = "TIME",
	  .help = "judge at this time, like 2026-12-07T10:00:00Z. Default: now" },
	{ "ca-file", 0, OPT_TEXT, AT(ca_file), .argument = "FILE",
	  .help = "CA certificates for PKIX-TA(0) and PKIX-EE(1). Default: the "
		  "system's" },
	{ "ee-name-check", 0, OPT_FLAG, AT(ee_name_check),
	  .help = "check names for DANE-EE(3) too" },
	{ "csr", 0, OPT_TEXT, AT(csr), .argument = "FILE",
	  .help = "certificate signing request; a record made from it by mistake is "
		  "recognised" },
	{ "no-sandbox", 0, OPT_FLAG, AT(no_sandbox),
	  .help = "for debugging: as that of check" },
	{ "output", 'o', OPT_CHOICE, AT(output), .fallback = "text",
	  .argument = "text|json", .help = "format" },
	{ "quiet", 'q', OPT_COUNT, AT(quiet), .help = "the first line only" },
	{ "verbose", 'v', OPT_COUNT, AT(verbose), .help = "whole digests, all details" },
	{ .long_name = NULL },
};

/* All that a judgement needs, read before it begins. */
struct input {
	char *octets; /* owned; of the chain's file: a CA made them */
	size_t octets_len;
	struct chain chain;
	struct tlsa_text records;
	char **names; /* owned; A-labels */
	size_t name_count;
	const struct service *service; /* constant */
	struct ca_bundle *ca;
	gnutls_datum_t csr; /* gnutls_free() */
	time_t now;
};

static void clear_input(struct input *in)
{
	mem_wipe(in->octets, in->octets_len); /* a private key may stand in it */
	free(in->octets);
	chain_clear(&in->chain);
	tlsa_text_clear(&in->records);
	while (in->name_count)
		free(in->names[--in->name_count]);
	free(in->names);
	ca_bundle_free(in->ca);
	gnutls_free(in->csr.data);
}

static int check_verify_args(const void *values, const struct opts_rest *rest,
			     struct why *why)
{
	const struct values *v = values;
	if (rest->args.count)
		return why_set(why, DP_EINVAL,
			       "'%s' is one argument too many: verify takes options only",
			       rest->args.item[0]);
	if (!v->chain)
		return why_set(why, DP_EINVAL, "no chain to judge: give --chain FILE");
	if (!v->tlsa.count && !v->tlsa_file)
		return why_set(
			why, DP_EINVAL,
			"no records to judge by: give --tlsa 'U S M HEX' or --tlsa-file "
			"FILE");
	if (!v->hosts.count)
		return why_set(why, DP_EINVAL, "no name of the server: give --host NAME");
	return 0;
}

static int read_records_file(const char *path, struct tlsa_text *records, struct why *why)
{
	struct why inner = { "" };
	char *data = NULL;
	size_t len = 0;
	int rc;

	rc = text_file_read(path, FILE_MAX, &data, &len, why);
	if (rc < 0)
		return rc;
	rc = tlsa_text_add_file(records, data, &inner);
	free(data);
	return rc < 0 ? why_set(why, rc, "%s: %s", path, inner.text) : 0;
}

static int read_records(const struct values *v, struct tlsa_text *records,
			struct why *why)
{
	struct why inner;
	size_t i;
	int rc;

	for (i = 0; i < v->tlsa.count; i++) {
		size_t before = records->count;

		rc = tlsa_text_add(records, v->tlsa.item[i], &inner);
		if (rc < 0)
			return why_set(why, rc, "--tlsa: %s", inner.text);
		if (records->count == before)
			return why_set(why, DP_EFORMAT, "--tlsa: '%s' is no TLSA record",
				       v->tlsa.item[i]);
	}
	rc = v->tlsa_file ? read_records_file(v->tlsa_file, records, why) : 0;
	if (rc == 0 && !records->count)
		rc = why_set(why, DP_EFORMAT, "%s holds no TLSA record", v->tlsa_file);
	return rc;
}

static int read_names(const struct values *v, struct input *in, struct why *why)
{
	struct why inner;
	size_t i;
	int rc;

	in->names = mem_array(v->hosts.count, sizeof(*in->names));
	for (i = 0; i < v->hosts.count; i++) {
		const char *text = v->hosts.item[i];

		rc = hostname_parse(text, strlen(text), HOSTNAME_PLAIN, &in->names[i],
				    NULL, &inner);
		if (rc < 0)
			return why_set(why, rc, "--host '%s': %s", text, inner.text);
		in->name_count++;
	}
	return 0;
}

static int read_service(const char *name, const struct service **ret_service,
			struct why *why)
{
	*ret_service = service_find(name ? name : "tls", strlen(name ? name : "tls"));
	return *ret_service
		       ? 0
		       : why_set(why, DP_EINVAL,
				 "--service: '%s' is no scheme that check knows", name);
}

static int read_input(const struct values *v, struct input *in, struct why *why)
{
	gnutls_datum_t public = { 0 };
	int rc;

	in->now = clock_now();
	rc = v->at ? clock_parse_rfc3339(v->at, &in->now, why) : 0;
	if (rc == 0)
		rc = read_service(v->service, &in->service, why);
	if (rc == 0)
		rc = read_names(v, in, why);
	if (rc == 0)
		rc = read_records(v, &in->records, why);
	if (rc == 0)
		rc = chain_file_read(v->chain, &in->octets, &in->octets_len, why);
	if (rc == 0 && v->csr)
		rc = csr_load(v->csr, &in->csr, &public, why);
	gnutls_free(public.data);
	if (rc == 0)
		rc = ca_bundle_new(v->ca_file, &in->ca, why);
	return rc;
}

/* Findings are told, but the answer is yes or no. */
static void make_conf(struct verdict_conf *conf)
{
	static const char *const quiet[] = {
		"cert-expiring=ok",
		"combination-stale=ok",
		"anchor-only-in-dns=ok",
	};
	size_t i;

	verdict_conf_init(conf);
	for (i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++)
		overrides_parse(&conf->overrides, quiet[i], NULL);
}

static struct facts_endpoint *fill_endpoint(struct facts_target *t,
					    const struct input *in)
{
	struct facts_endpoint *e = facts_add_endpoint(t);
	size_t i;

	t->target = mem_text(in->names[0]);
	e->host = mem_text(in->names[0]);
	e->base_domain = mem_text(in->names[0]);
	e->service = in->service->name;
	e->protocol = "tcp";
	for (i = 0; i < in->records.count; i++)
		tlsa_copy(&in->records.rr[i], &facts_add_record(e)->rr);
	facts_add_peer(e);
	return e;
}

static struct facts_target *judge_chain(const struct values *v, struct input *in,
					const struct verdict_conf *conf)
{
	struct facts_target *t = facts_target_new();
	struct facts_endpoint *e = fill_endpoint(t, in);
	struct match_input match = {
		.names = (const char *const *)in->names,
		.name_count = in->name_count,
		.now = in->now,
		.mta_relay = in->service->mta_relay,
		.ee_name_check = v->ee_name_check,
	};

	if (policy_needs_trust(in->records.rr, in->records.count, match.mta_relay))
		match.trust = ca_bundle_trust(in->ca);
	if (examine_defect(t, e, 0, &in->chain, &match))
		e->story = mem_printf("Of this chain, %s.", e->peer[0].error);
	else
		examine_chain(t, e, 0, &in->chain, &match);
	e->peer[0].key_usage_odd = examine_usage_is_odd(&in->chain);
	if (e->peer[0].code == CODE_MATCH)
		facts_add_advice(t)->story =
			mem_text("This chain satisfies the records.");
	else
		examine_tell_story(e, &in->chain, in->csr.data, in->csr.size);
	verdict_decide(t, conf, in->now);
	return t;
}

static void show_verdict(const struct values *v, const struct input *in,
			 struct facts_target *t, const struct verdict_conf *conf)
{
	struct render_conf render = {
		.out = stdout,
		.verbosity = v->quiet ? -1 : v->verbose,
		.colour = terminal_has_colour(STDOUT_FILENO),
		.columns = terminal_columns(STDOUT_FILENO),
		.now = in->now,
		.verdict = conf,
		.single = true,
	};
	const struct renderer *text = render_find("text");
	struct render_state *state;

	if (v->output) {
		json_write_peer(stdout, &t->endpoint[0].peer[0]);
		return;
	}
	state = text->begin(&render);
	text->target(state, t);
	text->end(state);
}

/* All files are read, and nothing that strangers made is parsed yet. */
static int parse_chain(const struct values *v, struct input *in, struct why *why)
{
	struct why inner = { "" };
	int rc;

	if (v->no_sandbox)
		confine_forgo();
	else
		confine_enter(NULL, 0);
	rc = chain_from_file(in->octets, in->octets_len, &in->chain, &inner);
	return rc < 0 ? why_set(why, rc, "%s: %s", v->chain, inner.text) : 0;
}

static int verify_chain(const void *values, const struct opt_list *args)
{
	const struct values *v = values;
	struct input in = { .chain = { 0 } };
	struct verdict_conf conf;
	struct facts_target *t;
	struct why why;
	int rc, status;

	(void)args;
	rc = read_input(v, &in, &why);
	if (rc == 0)
		rc = parse_chain(v, &in, &why);
	if (rc < 0) {
		clear_input(&in);
		return cmd_fail(&why, CMD_USAGE);
	}
	make_conf(&conf);
	t = judge_chain(v, &in, &conf);
	show_verdict(v, &in, t, &conf);
	status = t->endpoint[0].peer[0].code == CODE_MATCH ? CMD_DONE : CMD_NO;
	facts_target_free(t);
	clear_input(&in);
	return cmd_finish(status);
}

const struct cmd *verb_verify(void)
{
	static const struct cmd cmd = {
		.name = "verify",
		.synopsis = "--chain FILE (--tlsa 'U S M HEX' | --tlsa-file FILE)...\n"
			    "--host NAME [OPTIONS]",
		.summary = "offline: will this chain satisfy these TLSA records?",
		.notes = "The gate to run before a server is reloaded with a new "
			 "certificate.\n"
			 "Exit status: 0 yes, 2 no, 3 usage error or bad file.",
		.opts = opts,
		.values_size = sizeof(struct values),
		.check = check_verify_args,
		.work = verify_chain,
	};

	return &cmd;
}
