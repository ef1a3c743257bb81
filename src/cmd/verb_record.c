/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/confine.h"
#include "cmd/opts.h"
#include "cmd/record_print.h"
#include "dane/chain.h"
#include "dns/upstream.h"
#include "probe/live.h"
#include "setup/key/chain_file.h"
#include "setup/key/key.h"
#include "setup/key/record.h"
#include "target/hostname.h"
#include "target/service.h"
#include "target/target.h"

struct values {
	int usage, selector, mtype, ttl, format;
	const char *key, *csr, *cert, *zone;
	bool live, recurse, no_sandbox;
	struct opt_list resolvers;
	const char *root_hints, *trust_anchor;
	int64_t timeout_ms;
};

#define AT(field) .offset = offsetof(struct values, field)

static const struct opt opts[] = {
	{ "usage", 'u', OPT_INT, AT(usage), 0, 3, "3", "U",
	  .help = "0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE" },
	{ "selector", 's', OPT_INT, AT(selector), 0, 1, "1", "S",
	  .help = "0 whole certificate, 1 public key" },
	{ "mtype", 'm', OPT_INT, AT(mtype), 0, 2, "1", "M",
	  .help = "0 in full, 1 SHA-256, 2 SHA-512" },
	{ "key", 0, OPT_TEXT, AT(key), .argument = "FILE",
	  .help = "from a private key (selector 1)" },
	{ "csr", 0, OPT_TEXT, AT(csr), .argument = "FILE",
	  .help = "from a certificate signing request (selector 1)" },
	{ "cert", 0, OPT_TEXT, AT(cert), .argument = "FILE",
	  .help = "from the first certificate in FILE; for usages 0 and 2 from its first "
		  "CA "
		  "certificate" },
	{ "live", 0, OPT_FLAG, AT(live), .help = "from what the server presents now" },
	{ "ttl", 0, OPT_INT, AT(ttl), 0, RECORD_TTL_MAX, "3600", "N", .help = "seconds" },
	{ "format", 0, OPT_CHOICE, AT(format), .fallback = "zone",
	  .argument = RECORD_FORMATS,
	  .help = "zone: a line for a zone file; form: the fields of a DNS provider's "
		  "form; "
		  "generic: RFC 3597; nsupdate: commands for it" },
	{ "zone", 0, OPT_TEXT, AT(zone), .argument = "NAME",
	  .help = "the zone that the record goes to, for form and nsupdate" },
	{ "resolver", 0, OPT_LIST, AT(resolvers), .argument = "ADDR[@PORT]",
	  .help = "with --live: ask this resolver, not the system's (repeatable)" },
	{ "recurse", 0, OPT_FLAG, AT(recurse), .help = "with --live: ask from the root" },
	{ "root-hints", 0, OPT_TEXT, AT(root_hints), .argument = "FILE",
	  .help = "with --live: from this root" },
	{ "trust-anchor", 0, OPT_TEXT, AT(trust_anchor), .argument = "FILE",
	  .help = "with --live: the root's DS or DNSKEY" },
	{ "no-sandbox", 0, OPT_FLAG, AT(no_sandbox),
	  .help = "with --live and --cert, for debugging: as that of check" },
	{ "timeout", 't', OPT_SECONDS, AT(timeout_ms), 100, 3600000,
	  .argument = "SECONDS",
	  .help = "with --live: limit for the whole attempt; default 30 for smtp, 10 for "
		  "the others" },
	{ .long_name = NULL },
};

struct work {
	const struct values *v;
	char *cert; /* owned; octets of --cert: a CA made them */
	size_t cert_len;
	struct record_print print;
};

static int check_record_args(const void *values, const struct opts_rest *rest,
			     struct why *why)
{
	const struct values *v = values;
	int sources = (v->key != NULL) + (v->csr != NULL) + (v->cert != NULL) + v->live;

	if (!rest->args.count)
		return why_set(why, DP_EINVAL,
			       "no target: give HOST, HOST:PORT or SCHEME://HOST");
	if (sources != 1)
		return why_set(
			why, DP_EINVAL, "%s: give one of --key, --csr, --cert and --live",
			sources ? "more than one source" : "nothing to make it from");
	if (v->selector == TLSA_CERT && (v->key || v->csr))
		return why_set(
			why, DP_EINVAL,
			"selector 0 covers a whole certificate, which %s doesn't have: "
			"use --cert, or selector 1",
			v->key ? "--key" : "--csr");
	return 0;
}

static int live_possible(const struct target *target, struct why *why)
{
	if (target->service->discovery == SERVICE_HOST)
		return 0;
	return why_set(why, DP_EINVAL,
		       "--live can't ask %s:// in this version: use --key or --cert",
		       target->service->name);
}

static struct upstream_conf dns_conf(const struct values *v)
{
	return (struct upstream_conf){ .given = v->resolvers.item,
				       .given_count = v->resolvers.count,
				       .recurse = v->recurse || v->root_hints,
				       .root_hints = v->root_hints,
				       .trust_anchor = v->trust_anchor };
}

static int source_live(const struct values *v, const struct target *target,
		       struct record_source *ret_source, struct why *why)
{
	const struct upstream_conf dns = dns_conf(v);
	struct chain chain = { 0 };
	int rc = live_possible(target, why);

	if (rc == 0)
		rc = live_chain(target, &dns, v->timeout_ms, &chain, why);
	if (rc < 0)
		return rc;
	log_warn("this record comes from the network: compare it with the key on the "
		 "server before you publish it");
	rc = record_source_chain(&chain, (uint8_t)v->usage, ret_source, why);
	chain_clear(&chain);
	return rc;
}

static int source_cert(const struct work *w, struct record_source *ret_source,
		       struct why *why)
{
	struct why inner = { "" };
	int rc = record_source_cert(w->cert, w->cert_len, (uint8_t)w->v->usage,
				    ret_source, &inner);

	return rc < 0 ? why_set(why, rc, "%s: %s", w->v->cert, inner.text) : 0;
}

/* Key and request are the user's own. */
static int get_source(const struct work *w, const struct target *target,
		      struct record_source *ret_source, struct why *why)
{
	const struct values *v = w->v;

	if (v->key) {
		key_protect();
		return record_source_key(v->key, ret_source, why);
	}
	if (v->csr)
		return record_source_csr(v->csr, ret_source, why);
	if (v->cert)
		return source_cert(w, ret_source, why);
	return source_live(v, target, ret_source, why);
}

static void warn_of_usage(const struct values *v, const struct target *t,
			  const struct record_source *source)
{
	bool leaf = v->usage == TLSA_DANE_EE || v->usage == TLSA_PKIX_EE;

	if (source->defect)
		log_warn("%s", source->defect);
	if (leaf && v->selector == TLSA_CERT)
		log_warn("%d 0 %d names one certificate: every renewal breaks it; %d 1 1 "
			 "lasts as long as the key",
			 v->usage, v->mtype, v->usage);
	if (!leaf && source->cert && !source->is_ca)
		log_warn("usage %d names an issuer, but this certificate is no CA's: no "
			 "client will match it",
			 v->usage);
	if (!leaf && source->depth)
		log_warn("usage %d names an issuer: certificate %zu of the file is taken",
			 v->usage, source->depth);
	if (t->service->mta_relay && v->usage <= TLSA_PKIX_EE)
		log_warn("mail servers ignore usages 0 and 1 (RFC 7672): use 3 1 1");
	if (v->mtype == TLSA_FULL)
		log_warn("matching type 0 puts all of %s into DNS, which makes answers "
			 "large",
			 v->selector == TLSA_CERT ? "the certificate" : "the key");
}

static int one_target(struct work *w, const char *text, struct why *why)
{
	const struct values *v = w->v;
	struct record_source source = { 0 };
	struct record record = { 0 };
	struct target target = { 0 };
	struct why inner;
	int rc;

	rc = target_parse(text, &target, &inner);
	if (rc < 0)
		return why_set(why, rc, "%s: %s", text, inner.text);
	rc = record_check_target(&target, why);
	if (rc == 0)
		rc = get_source(w, &target, &source, why);
	if (rc == 0)
		rc = record_make(&target, &source, (uint8_t)v->usage,
				 (uint8_t)v->selector, (uint8_t)v->mtype,
				 (uint32_t)v->ttl, &record, why);
	if (rc == 0)
		warn_of_usage(v, &target, &source);
	if (rc == 0)
		rc = record_print_one(&w->print, &record, why);
	record_clear(&record);
	record_source_clear(&source);
	target_clear(&target);
	return rc;
}

/* Nothing that strangers made is parsed before. */
static int begin_confined(struct work *w, struct why *why)
{
	const struct values *v = w->v;
	const struct upstream_conf dns = dns_conf(v);
	int rc;

	if (v->no_sandbox)
		confine_forgo();
	rc = v->cert ? chain_file_read(v->cert, &w->cert, &w->cert_len, why) : 0;

	if (rc < 0 || v->no_sandbox || (!v->cert && !v->live))
		return rc;
	if (v->live)
		upstream_keep(&dns);
	confine_enter(&v->root_hints, v->live);
	return 0;
}

static int make_records(const void *values, const struct opt_list *args)
{
	const struct values *v = values;
	struct work w = { .v = v };
	struct why why;
	size_t i;
	int rc;

	rc = record_print_begin(&w.print, (enum record_format)v->format, v->zone, &why);
	if (rc == 0)
		rc = begin_confined(&w, &why);
	for (i = 0; i < args->count && rc == 0; i++)
		rc = one_target(&w, args->item[i], &why);
	record_print_end(&w.print, rc == 0);
	mem_wipe(w.cert, w.cert_len);
	free(w.cert);
	if (rc < 0)
		return cmd_fail(&why, CMD_USAGE);
	return cmd_finish(CMD_DONE);
}

const struct cmd *verb_record(void)
{
	static const struct cmd cmd = {
		.name = "record",
		.synopsis =
			"[-u U] [-s S] [-m M] (--key F | --csr F | --cert F | --live)\n"
			"[--ttl N] [--format FORMAT] TARGET...",
		.summary = "compute the TLSA records to publish",
		.notes = "Records from key, request and certificate of one key pair are "
			 "the "
			 "same (selector 1). Warnings go to stderr.\n"
			 "Exit status: 0 done, 3 usage error or bad file.",
		.opts = opts,
		.values_size = sizeof(struct values),
		.check = check_record_args,
		.work = make_records,
	};

	return &cmd;
}
