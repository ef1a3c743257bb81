/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/check_dane.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/why.h"
#include "cmd/cmd.h"
#include "cmd/verb_check.h"
#include "cmd/version.h"
#include "render/render.h"
#include "target/hostname.h"
#include "target/service.h"

#define PLUGIN_NAME "check_dane"

/* The number of a range that alarms below it: "20:" is all that is outside of 20 to
 * infinity, "@20" and "@0:20" all that is inside; a number alone is as other plugins for
 * certificates have it. On the heap; NULL: it is another range. */
static char *limit_below(const char *text)
{
	static const char *const inside[] = { "@0:", "@~:", "@" };
	size_t len = strlen(text), i, n;

	for (i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		n = strlen(inside[i]);
		if (!strncmp(text, inside[i], n))
			return strchr(text + n, ':') ? NULL : mem_text(text + n);
	}
	if (!strchr(text, ':'))
		return mem_text(text);
	return strchr(text, ':') == text + len - 1 ? mem_text_n(text, len - 1) : NULL;
}

/* -w and -c: a bare number is days, as other plugins have it. */
static int parse_rest_of_life(const char *text, void *field, struct why *why)
{
	char *limit = limit_below(text), *whole;
	size_t len = limit ? strlen(limit) : 0;
	bool bare = len && strspn(limit, "0123456789.") == len;
	int rc;

	if (!limit)
		return why_set(why, DP_EINVAL,
			       "'%s' has an upper limit, which a certificate's remaining "
			       "life can't pass: say 20, 20: or @0:20 for an alarm below "
			       "20 days",
			       text);
	whole = mem_printf("%s%s", limit, bare ? "d" : "");
	rc = threshold_parse(whole, true, field, NULL);
	free(whole);
	free(limit);
	if (rc < 0)
		return why_set(why, rc,
			       "'%s' is neither days nor a share of the whole life "
			       "like 20%%",
			       text);
	return 0;
}

static int parse_starttls(const char *text, void *field, struct why *why)
{
	const struct service *s = service_find(text, strlen(text));

	if (!strcasecmp(text, "xmpp"))
		text = "xmpp-client";
	else if (!s || s->start == SERVICE_TLS_AT_ONCE || s->discovery != SERVICE_HOST)
		return why_set(why, DP_EINVAL,
			       "'%s' is none of the protocols with STARTTLS: smtp, "
			       "submission, lmtp, imap, pop3, sieve, ftp, ldap, xmpp, "
			       "xmpp-client, xmpp-server, nntp, postgres, mysql",
			       text);
	*(const char **)field = text;
	return 0;
}

#define AT(field) .offset = offsetof(struct check_dane_opts, field)

static const struct opt own_rows[] = {
	{ "hostname", 'H', OPT_TEXT, AT(host), .argument = "HOST",
	  .help = "the host's DNS name, as TLSA needs it; or a whole TARGET" },
	{ "port", 'p', OPT_INT, AT(port), 1, 65535, .argument = "PORT",
	  .help = "port of -H; it also decides the protocol, as in HOST:PORT. Default: "
		  "443" },
	{ "starttls", 0, OPT_OWN, AT(starttls), .argument = "PROTOCOL",
	  .help = "the protocol in which -H begins TLS: smtp submission lmtp imap pop3 "
		  "sieve ftp ldap xmpp xmpp-client xmpp-server nntp postgres mysql",
	  .parse = parse_starttls },
	{ "warning", 'w', OPT_OWN, AT(check.verdict.warn_expiry), .argument = "DAYS|N%",
	  .help = "WARNING when less than this remains of the certificate's life; also "
		  "as a range like 20: or @0:20. The same as --warn-expiry",
	  .parse = parse_rest_of_life },
	{ "critical", 'c', OPT_OWN, AT(check.verdict.crit_expiry), .argument = "DAYS|N%",
	  .help = "CRITICAL when less than this remains; the same as --crit-expiry",
	  .parse = parse_rest_of_life },
	{ "ip-address", 'I', OPT_LIST, AT(addresses), .argument = "ADDRESS",
	  .help = "connect to this address (repeatable: all are probed); names, TLSA and "
		  "SNI stay" },
	{ "version", 'V', OPT_FLAG, AT(version), .help = "print the version" },
};
#define OWN_COUNT (sizeof(own_rows) / sizeof(own_rows[0]))

const struct opt *check_dane_table(void)
{
	static struct opt *table; /* made once, and kept */
	const struct opt *check = check_opts_table();
	size_t i, n = 0;

	if (table)
		return table;
	while (check[n].long_name)
		n++;
	table = mem_array(OWN_COUNT + n + 1, sizeof(*table));
	memcpy(table, own_rows, sizeof(own_rows));
	memcpy(table + OWN_COUNT, check, (n + 1) * sizeof(*table));
	for (i = OWN_COUNT; i < OWN_COUNT + n; i++)
		if (!strcmp(table[i].long_name, "output"))
			table[i].fallback = "nagios";
	return table;
}

static int add_address(struct check_opts *o, const char *address, struct why *why)
{
	bool bare_v6 = strchr(address, ':') && address[0] != '[';
	char *text;
	int rc;

	if (!hostname_is_address(address, strlen(address)))
		return why_set(why, DP_EINVAL, "-I: '%s' is not an address", address);
	text = mem_printf(bare_v6 ? "::[%s]:" : "::%s:", address);
	rc = connect_to_add(&o->connect_to, text, why);
	free(text);
	return rc;
}

/* What -H, -p and --starttls mean, as a target of check. */
static int make_target(struct check_dane_opts *o, struct why *why)
{
	const char *scheme = o->starttls ? o->starttls : "";
	bool whole = o->host && strstr(o->host, "://");
	bool v6 = o->host && !whole && strchr(o->host, ':') && *o->host != '[' &&
		  hostname_is_address(o->host, strlen(o->host));
	char port[16] = "";

	if (!o->host && (o->port || o->starttls))
		return why_set(why, DP_EINVAL, "%s needs -H HOST",
			       o->port ? "-p" : "--starttls");
	if (!o->host)
		return 0;
	if (whole && (o->port || o->starttls))
		return why_set(why, DP_EINVAL,
			       "-H '%s' has a scheme already: leave out %s", o->host,
			       o->port ? "-p" : "--starttls");
	if (o->port)
		snprintf(port, sizeof(port), ":%d", o->port);
	o->target = mem_printf("%s%s%s%s%s%s", scheme, *scheme ? "://" : "",
			       v6 ? "[" : "", o->host, v6 ? "]" : "", port);
	return 0;
}

static void add_argument(struct opts_rest *rest, const char *text)
{
	rest->args.item =
		mem_grow(rest->args.item, rest->args.count, sizeof(*rest->args.item));
	rest->args.item[rest->args.count++] = text;
}

int check_dane_parse(int argc, char **argv, struct check_dane_opts *ret_opts,
		     struct opts_rest *ret_rest, struct why *why)
{
	struct check_dane_opts *o = ret_opts;
	size_t i;
	int rc;

	*o = (struct check_dane_opts){ 0 };
	check_opts_init(&o->check);
	o->check.output = "nagios";
	rc = opts_parse(check_dane_table(), argc, argv, o, ret_rest, why);
	if (rc < 0 || ret_rest->help || o->version)
		return rc;
	rc = make_target(o, why);
	for (i = 0; i < o->addresses.count && rc == 0; i++)
		rc = add_address(&o->check, o->addresses.item[i], why);
	if (rc == 0 && o->target)
		add_argument(ret_rest, o->target);
	if (rc == 0 && !ret_rest->args.count && !o->check.file)
		rc = why_set(why, DP_EINVAL,
			     "nothing to check: give -H HOST, a TARGET, or -f FILE");
	return rc < 0 ? rc : check_opts_finish(&o->check, ret_rest, why);
}

void check_dane_clear(struct check_dane_opts *opts, struct opts_rest *rest)
{
	connect_to_clear(&opts->check.connect_to);
	opts_clear(check_dane_table(), opts, rest);
	free(opts->target);
	opts->target = NULL;
}

bool check_dane_called(const char *argv0)
{
	const char *slash = argv0 ? strrchr(argv0, '/') : NULL;

	return argv0 && !strcmp(slash ? slash + 1 : argv0, PLUGIN_NAME);
}

const struct cmd *check_dane_cmd(void)
{
	static struct cmd cmd = {
		.name = PLUGIN_NAME,
		.program = PLUGIN_NAME,
		.synopsis = "-H HOST [-p PORT] [--starttls PROTOCOL] [OPTIONS]\n"
			    "[OPTIONS] TARGET...",
		.summary = "check DANE as a monitoring plugin: daneprobe check -o nagios "
			   "with the options that plugins share",
		.notes = "TARGET and all options without a short name are those of "
			 "daneprobe check.\nExit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 "
			 "UNKNOWN and every usage error.",
	};

	cmd.opts = check_dane_table();
	return &cmd;
}

int check_dane_main(int argc, char **argv)
{
	struct check_dane_opts opts;
	struct opts_rest rest;
	struct why why;
	bool nagios;
	int status;

	if (check_dane_parse(argc, argv, &opts, &rest, &why) < 0) {
		/* an unknown format is no reason to keep silent */
		nagios = !strcmp(opts.check.output, "nagios") ||
			 !render_find(opts.check.output);
		status = verb_check_refuse(check_dane_cmd(), &why, nagios);
	} else if (rest.help) {
		status = cmd_help(check_dane_cmd());
	} else if (opts.version) {
		version_print_plugin(PLUGIN_NAME);
		status = cmd_finish(CMD_DONE);
	} else {
		status = verb_check_with(check_dane_cmd(), &opts.check, &rest);
	}
	check_dane_clear(&opts, &rest);
	return status;
}
