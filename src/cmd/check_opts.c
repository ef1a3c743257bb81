/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/check_opts.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "dns/server_address.h"
#include "net/helo.h"

static int parse_life(const char *text, void *field, struct why *why)
{
	return threshold_parse(text, true, field, why);
}

static int parse_duration(const char *text, void *field, struct why *why)
{
	return threshold_parse(text, false, field, why);
}

static int parse_override(const char *text, void *field, struct why *why)
{
	return overrides_parse(field, text, why);
}

static int parse_connect_to(const char *text, void *field, struct why *why)
{
	return connect_to_add(field, text, why);
}

/* One "200" or "200-399" of the list. */
static int parse_range(const char *text, struct check_statuses *s, struct why *why)
{
	char *first = mem_text(text), *last = strchr(first, '-');
	int64_t from = 0, to = 0;
	int rc;

	if (last)
		*last++ = '\0';
	rc = number_parse(first, 100, CHECK_STATUS_END - 1, &from, NULL);
	if (rc == 0)
		rc = number_parse(last ? last : first, from, CHECK_STATUS_END - 1, &to,
				  NULL);
	free(first);
	if (rc < 0)
		return why_set(why, rc, "'%s' is no status or range like 200 or 200-399",
			       text);
	for (; from <= to; from++)
		s->wanted[from] = true;
	return 0;
}

static int parse_statuses(const char *text, void *field, struct why *why)
{
	struct check_statuses *s = field;
	char *copy;
	size_t len;
	int rc = 0;

	*s = (struct check_statuses){ .given = true };
	for (;; text += len + 1) {
		len = strcspn(text, ",");
		copy = mem_text_n(text, len);
		rc = parse_range(copy, s, why);
		free(copy);
		if (rc < 0 || !text[len])
			return rc;
	}
}

/* Compiles it here only so that a bad one is refused in time. */
static int parse_regex(const char *text, void *field, struct why *why)
{
	char message[120];
	regex_t regex;
	int rc = regcomp(&regex, text, REG_EXTENDED | REG_NOSUB);

	if (rc) {
		regerror(rc, &regex, message, sizeof(message));
		return why_set(why, DP_EINVAL, "'%s': %s", text, message);
	}
	regfree(&regex);
	*(const char **)field = text;
	return 0;
}

static int parse_shard(const char *text, void *field, struct why *why)
{
	return shard_parse(text, field, why);
}

static int parse_summary(const char *text, void *field, struct why *why)
{
	if (text && !*text)
		return why_set(why, DP_EINVAL, "no file is named behind the =");
	*(struct check_summary *)field =
		(struct check_summary){ .given = true, .file = text };
	return 0;
}

#define AT(field) .offset = offsetof(struct check_opts, field)

static const struct opt table[] = {
	{ "file", 'f', OPT_TEXT, AT(file), .argument = "FILE",
	  .help = "read targets, one per line; # begins a comment; - is stdin" },
	{ "output", 'o', OPT_WORD, AT(output), .fallback = "text",
	  .argument = "text|nagios|json|ndjson|junit|tap|prometheus",
	  .help = "format: json is one array, ndjson one object per line as each target "
		  "ends; junit and tap have a test per peer, prometheus is for the "
		  "textfile collector" },
	{ "resolver", 0, OPT_LIST, AT(resolvers), .argument = "ADDR[@PORT]",
	  .help = "forward questions to this server (repeatable); answers are validated "
		  "here "
		  "all the same. Default: the system's resolv.conf" },
	{ "recurse", 0, OPT_FLAG, AT(recurse),
	  .help = "resolve from the root servers down" },
	{ "root-hints", 0, OPT_TEXT, AT(root_hints), .argument = "FILE",
	  .help = "root servers for --recurse, which it implies" },
	{ "trust-anchor", 0, OPT_TEXT, AT(trust_anchor), .argument = "FILE",
	  .help = "DS or DNSKEY lines of the root. Default: the system's root key file, "
		  "else "
		  "the built-in anchors" },
	{ "connect-to", 0, OPT_OWN, AT(connect_to), .argument = "HOST:PORT:ADDR:PORT",
	  .help = "connect elsewhere for this host and port (repeatable: all are "
		  "probed); "
		  "names, TLSA and SNI stay",
	  .parse = parse_connect_to },
	{ "ipv4", '4', OPT_FLAG, AT(ipv4_only), .help = "IPv4 addresses only" },
	{ "ipv6", '6', OPT_FLAG, AT(ipv6_only), .help = "IPv6 addresses only" },
	{ "auth", 0, OPT_CHOICE, AT(auth), .fallback = "auto",
	  .argument = "auto|both|rsa|ecdsa",
	  .help = "authentication algorithms offered; ecdsa includes EdDSA; with both "
		  "each "
		  "key type of the server must match" },
	{ "timeout", 't', OPT_SECONDS, AT(timeout_ms), 100, 3600000,
	  .argument = "SECONDS",
	  .help = "bounds one attempt at one target as a whole; default 30 for smtp, mx "
		  "and host, 10 for the others" },
	{ "helo", 0, OPT_TEXT, AT(helo), .argument = "NAME",
	  .help = "what to call this host in EHLO and LHLO: a name, or [ADDRESS]. "
		  "Default: its own name, or its address where it has none with a "
		  "domain" },
	{ "wait", 0, OPT_TIME, AT(wait_ms), 1, 7 * 86400000LL, .argument = "TIME",
	  .help = "try again every 5 s until OK, for at most this long; prints the last "
		  "attempt" },
	{ "jobs", 'j', OPT_INT, AT(jobs), 1, 100000, .argument = "N",
	  .help = "targets checked at once, in all processes. Default: 64 in each" },
	{ "workers", 0, OPT_INT, AT(workers), 1, 256, .argument = "N",
	  .help = "processes for -f with -o ndjson. Default: one a processor" },
	{ "retries", 0, OPT_INT, AT(retries), 0, 10, .argument = "N",
	  .help = "try again up to N times after a timeout, a failed connection or a "
		  "failed DNS question. Default: 1 with -f, else 0" },
	{ "per-host", 0, OPT_INT, AT(per_host), 1, 10000, .argument = "N",
	  .help = "connections at once to one address. Default: 2 for STARTTLS, else 8" },
	{ "per-net", 0, OPT_INT, AT(per_net), 0, 10000, "32", "N",
	  .help = "connections at once to one /24 or /48; 0: any number" },
	{ "per-target", 0, OPT_INT, AT(per_target), 1, 512, "64", "N",
	  .help = "connections at once for one target" },
	{ "dns-rate", 0, OPT_INT, AT(dns_rate), 0, 1000000, "0", "N",
	  .help = "DNS questions a second, in all; targets begin no faster. Default 0: "
		  "any "
		  "number" },
	{ "dns-per-server", 0, OPT_INT, AT(dns_per_server), 0, 10000, .argument = "N",
	  .help = "DNS questions under way at once to one server; 0: any number. "
		  "Default: 20 "
		  "with --recurse, any number to a resolver" },
	{ "ca-file", 0, OPT_TEXT, AT(ca_file), .argument = "FILE",
	  .help = "CA certificates for PKIX-TA(0) and PKIX-EE(1). Default: the "
		  "system's" },
	{ "ee-name-check", 0, OPT_FLAG, AT(ee_name_check),
	  .help = "check names for DANE-EE(3) too" },
	{ "warn-expiry", 0, OPT_OWN, AT(verdict.warn_expiry), .fallback = "25%",
	  .argument = "X",
	  .help = "WARNING when less than this remains of the leaf certificate's life: "
		  "N% of it, or Nd",
	  .parse = parse_life },
	{ "crit-expiry", 0, OPT_OWN, AT(verdict.crit_expiry), .fallback = "10%",
	  .argument = "X",
	  .help = "CRITICAL when less than this remains; by default not for DANE-EE(3)",
	  .parse = parse_life },
	{ "warn-rrsig", 0, OPT_OWN, AT(verdict.warn_rrsig), .argument = "X",
	  .help = "WARNING when less than this remains of the DNSSEC signatures' life: "
		  "N% of it, or Nh. Default: the TTL and 45m",
	  .parse = parse_life },
	{ "crit-rrsig", 0, OPT_OWN, AT(verdict.crit_rrsig), .argument = "X",
	  .help = "CRITICAL when less than this remains. Default: 45m",
	  .parse = parse_life },
	{ "warn-time", 0, OPT_OWN, AT(verdict.warn_time), .argument = "TIME",
	  .help = "WARNING when the check takes longer", .parse = parse_duration },
	{ "crit-time", 0, OPT_OWN, AT(verdict.crit_time), .argument = "TIME",
	  .help = "CRITICAL when the check takes longer", .parse = parse_duration },
	{ "expect-status", 0, OPT_OWN, AT(expect_status), .fallback = "200-399",
	  .argument = "LIST",
	  .help = "HTTP statuses wanted, like 200,204,300-399; given without a path it "
		  "fetches /",
	  .parse = parse_statuses },
	{ "expect-body", 0, OPT_OWN, AT(expect_body), .argument = "REGEX",
	  .help = "the page must match this extended regular expression; given without a "
		  "path it fetches /",
	  .parse = parse_regex },
	{ "on", 0, OPT_OWN, AT(verdict.overrides), .argument = "CODE=STATE",
	  .help = "the state for a code or a finding, e.g. no-tlsa=warning (repeatable)",
	  .parse = parse_override },
	{ "shard", 0, OPT_OWN, AT(shard), .argument = "I/N",
	  .help = "check only part I of N of the targets, chosen by a hash: 1/8, 2/8 ... "
		  "8/8 together are the list",
	  .parse = parse_shard },
	{ "shard-by", 0, OPT_CHOICE, AT(shard_by), .fallback = "target",
	  .argument = "target|host",
	  .help = "what is hashed: with host, all targets of a host are in one part" },
	{ "resume", 0, OPT_TEXT, AT(resume), .argument = "FILE",
	  .help = "skip targets that have a result in this ndjson file, to which >>FILE "
		  "may append" },
	{ "summary", 0, OPT_OWN, AT(summary), .argument = "[=FILE]",
	  .help = "at the end print the number of targets for each code to standard "
		  "error, or write it to FILE as JSON",
	  .parse = parse_summary },
	{ "dry-run", 0, OPT_FLAG, AT(dry_run),
	  .help = "print what would be looked up and where it would connect; send "
		  "nothing" },
	{ "lookup-only", 0, OPT_FLAG, AT(lookup_only),
	  .help = "look up hosts and TLSA records, and connect to nothing: what could be "
		  "probed is not-probed; with -o text, json or ndjson" },
	{ "no-sandbox", 0, OPT_FLAG, AT(no_sandbox),
	  .help = "for debugging: don't give up access to files, system calls and root "
		  "before data from the network is read" },
	{ "quiet", 'q', OPT_COUNT, AT(quiet), .help = "the first line only" },
	{ "verbose", 'v', OPT_COUNT, AT(verbose), .help = "more detail (repeatable)" },
	{ .long_name = NULL },
};

const struct opt *check_opts_table(void)
{
	return table;
}

void check_opts_init(struct check_opts *o)
{
	memset(o, 0, sizeof(*o));
	o->retries = o->dns_per_server = -1;
	opts_init(table, o);
	o->verdict.warn_expiry.given = o->verdict.crit_expiry.given = false;
	o->expect_status.given = false;
}

static int check_helo(const struct check_opts *o, struct why *why)
{
	struct why inner;
	char *name = NULL;
	int rc = helo_parse(o->helo, &name, &inner);

	free(name);
	return rc < 0 ? why_set(why, rc, "--helo: %s", inner.text) : 0;
}

static int check_pairs(const struct verdict_conf *v, struct why *why)
{
	int rc = threshold_check_pair("expiry", &v->warn_expiry, &v->crit_expiry, false,
				      why);

	if (rc == 0)
		rc = threshold_check_pair("rrsig", &v->warn_rrsig, &v->crit_rrsig, false,
					  why);
	if (rc == 0)
		rc = threshold_check_pair("time", &v->warn_time, &v->crit_time, true,
					  why);
	return rc;
}

/* A monitor that shows what nobody probed would show nothing; and no time makes it OK. */
static int check_lookup_only(const struct check_opts *o, struct why *why)
{
	if (!o->lookup_only)
		return 0;
	if (strcmp(o->output, "text") && strcmp(o->output, "json") &&
	    strcmp(o->output, "ndjson"))
		return why_set(
			why, DP_EINVAL,
			"--lookup-only asks no server, so there is nothing that -o "
			"%s could report: use -o text, json or ndjson",
			o->output);
	if (o->wait_ms)
		return why_set(why, DP_EINVAL,
			       "--lookup-only and --wait exclude each other: what isn't "
			       "probed is never OK");
	return 0;
}

int check_opts_finish(struct check_opts *o, const struct opts_rest *rest, struct why *why)
{
	struct why inner;
	size_t i;
	int rc = 0;

	for (i = 0; i < o->resolvers.count; i++) {
		rc = server_address_check(o->resolvers.item[i], &inner);
		if (rc < 0)
			return why_set(why, rc, "--%s", inner.text);
	}
	if (o->retries < 0)
		o->retries = o->file ? 1 : 0;
	if (o->root_hints)
		o->recurse = true;
	if (o->recurse && o->resolvers.count)
		return why_set(why, DP_EINVAL,
			       "--resolver and --recurse exclude each other");
	if (o->ipv4_only && o->ipv6_only)
		return why_set(
			why, DP_EINVAL,
			"-4 and -6 exclude each other: without them both are probed");
	if (o->resume && o->wait_ms)
		return why_set(why, DP_EINVAL,
			       "--resume and --wait exclude each other: one checks a "
			       "target once, the other repeatedly");
	if (!rest->args.count && !o->file)
		return why_set(why, DP_EINVAL,
			       "no target: give HOST, HOST:PORT, a URL, or -f FILE");
	rc = check_pairs(&o->verdict, why);
	if (rc == 0)
		rc = check_lookup_only(o, why);
	return rc == 0 && o->helo ? check_helo(o, why) : rc;
}

int check_opts_parse(int argc, char **argv, struct check_opts *ret_opts,
		     struct opts_rest *ret_rest, struct why *why)
{
	int rc;

	check_opts_init(ret_opts);
	rc = opts_parse(table, argc, argv, ret_opts, ret_rest, why);
	if (rc < 0 || ret_rest->help)
		return rc;
	return check_opts_finish(ret_opts, ret_rest, why);
}

void check_opts_clear(struct check_opts *opts, struct opts_rest *rest)
{
	connect_to_clear(&opts->connect_to);
	opts_clear(table, opts, rest);
}

bool check_opts_nagios(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "-onagios") || !strcmp(argv[i], "--output=nagios") ||
		    (i + 1 < argc && !strcmp(argv[i + 1], "nagios") &&
		     (!strcmp(argv[i], "-o") || !strcmp(argv[i], "--output"))))
			return true;
	return false;
}
