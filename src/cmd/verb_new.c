/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "cmd/key_report.h"
#include "cmd/lineage_verb.h"
#include "cmd/record_print.h"
#include "cmd/server_lines.h"
#include "cmd/setup_opts.h"
#include "cmd/world.h"
#include "dns/hosted.h"
#include "dns/upstream.h"
#include "setup/cert/lineage_make.h"
#include "setup/install/view.h"
#include "setup/key/key.h"
#include "setup/key/record.h"
#include "setup/lineage/acme.h"
#include "setup/lineage/lineage.h"
#include "setup/provider/provider.h"
#include "setup/publish/endpoints.h"
#include "setup/publish/provider_guess.h"
#include "setup/publish/wanted.h"
#include "target/service.h"
#include "target/target.h"

struct values {
	struct setup_opts setup;
	struct setup_dns_opts dns;
	struct opt_list domains, services, key_types, adopt, set;
	int format;
	const char *zone;
	bool even_if_insecure, provider;
};

static const struct opt opts[] = {
	{ "domain", 'd', OPT_LIST, offsetof(struct values, domains), .argument = "NAME",
	  .help = "a name of the certificate (repeatable)" },
	{ "service", 0, OPT_LIST, offsetof(struct values, services), .argument = "TARGET",
	  .help = "a service that presents it, as check takes it (repeatable)" },
	{ "key-type", 0, OPT_LIST, offsetof(struct values, key_types),
	  .argument = KEY_TYPES,
	  .help = "one key pair of each type that is given; default ecdsa-p256" },
	{ "adopt", 0, OPT_LIST, offsetof(struct values, adopt), .argument = "DIR",
	  .help = "take over the key in DIR/privkey.pem, and its certificate: certbot's "
		  "live/NAME (repeatable, one a key type)" },
	{ "set", 0, OPT_LIST, offsetof(struct values, set), .argument = "'KEY = VALUE'",
	  .help = "a line of lineage.conf (repeatable)" },
	{ "provider", 0, OPT_FLAG, offsetof(struct values, provider),
	  .help = "find out which DNS provider has the zone, publish through it, and say "
		  "what key that needs" },
	{ "even-if-insecure", 0, OPT_FLAG, offsetof(struct values, even_if_insecure),
	  .help = "go on where a zone isn't signed or has no DS at its parent" },
	{ "format", 0, OPT_CHOICE, offsetof(struct values, format), .fallback = "zone",
	  .argument = RECORD_FORMATS, .help = "of the records, as in record" },
	{ "zone", 0, OPT_TEXT, offsetof(struct values, zone), .argument = "NAME",
	  .help = "the zone that the records go to, for form and nsupdate" },
	SETUP_OPTS(struct values, setup),
	SETUP_DNS_OPTS(struct values, dns),
	{ .long_name = NULL },
};

#define ADOPT_MAX KEY_TYPE_COUNT

struct work {
	const struct values *v;
	struct world world;
	struct env env;
	struct lineage_conf conf;
	struct key *key[ADOPT_MAX]; /* owned */
	struct lineage_make_adoption adoption[ADOPT_MAX];
	size_t adoptions;
};

static int check_new_args(const void *values, const struct opts_rest *rest,
			  struct why *why)
{
	(void)values;
	if (rest->args.count == 1)
		return 0;
	return why_set(why, DP_EINVAL,
		       rest->args.count ? "more than one NAME"
					: "no NAME for the lineage: give any word");
}

/* Puts a list of options as one value into lineage.conf. */
static int put_list(struct work *w, enum lineage_conf_key key,
		    const struct opt_list *list, struct why *why)
{
	struct buf b;
	size_t i;
	int rc;

	if (!list->count)
		return 0;
	buf_init(&b, LINEAGE_CONF_FILE_MAX);
	for (i = 0; i < list->count; i++)
		buf_printf(&b, "%s%s", i ? " " : "", list->item[i]);
	lineage_conf_unset(&w->conf, key);
	rc = lineage_conf_put(&w->conf, key, buf_str(&b), why);
	buf_clear(&b);
	return rc;
}

static int load_adopted(struct work *w, const char *dir, enum key_type *ret_type,
			struct why *why)
{
	char *path = mem_printf("%s/privkey.pem", dir);
	struct key *key = NULL;
	struct why inner;
	int rc = key_load(path, &key, &inner);

	if (rc == 0) {
		w->key[w->adoptions] = key;
		w->adoption[w->adoptions++] = (struct lineage_make_adoption){ key, dir };
		rc = key_type_of(key, ret_type, &inner);
	}
	free(path);
	return rc < 0 ? why_set(why, rc, "--adopt %s: %s", dir, inner.text) : 0;
}

static bool has_type(const struct lineage_conf *conf, enum key_type type)
{
	size_t i;

	for (i = 0; i < conf->key_types; i++)
		if (conf->key_type[i] == type)
			return true;
	return false;
}

/* The types of adopted keys are the lineage's, unless they are given. */
static int adopt_keys(struct work *w, struct why *why)
{
	const struct opt_list *dirs = &w->v->adopt;
	bool given = w->conf.text[LINEAGE_CONF_KEY_TYPES] != NULL;
	struct opt_list names = { 0 };
	enum key_type type[ADOPT_MAX] = { 0 };
	size_t i;
	int rc = 0;

	if (dirs->count > ADOPT_MAX)
		return why_set(why, DP_EINVAL, "--adopt more than %d times", ADOPT_MAX);
	for (i = 0; i < dirs->count && rc == 0; i++) {
		rc = load_adopted(w, dirs->item[i], &type[i], why);
		if (rc == 0 && given && !has_type(&w->conf, type[i]))
			rc = why_set(why, DP_EINVAL,
				     "--adopt %s: that key is %s, which --key-type "
				     "doesn't name",
				     dirs->item[i], key_type_name(type[i]));
		if (rc < 0)
			break;
		names.item = mem_grow(names.item, names.count, sizeof(*names.item));
		names.item[names.count++] = key_type_name(type[i]);
	}
	if (rc == 0 && !given)
		rc = put_list(w, LINEAGE_CONF_KEY_TYPES, &names, why);
	free(names.item);
	return rc;
}

static int fill_conf(struct work *w, struct why *why)
{
	const struct values *v = w->v;
	size_t i;
	int rc = 0;

	for (i = 0; i < v->set.count && rc == 0; i++)
		rc = lineage_conf_set(&w->conf, v->set.item[i], why);
	if (rc == 0)
		rc = put_list(w, LINEAGE_CONF_DOMAINS, &v->domains, why);
	if (rc == 0)
		rc = put_list(w, LINEAGE_CONF_SERVICES, &v->services, why);
	if (rc == 0)
		rc = put_list(w, LINEAGE_CONF_KEY_TYPES, &v->key_types, why);
	if (rc == 0)
		rc = adopt_keys(w, why);
	return rc < 0 ? rc : lineage_conf_check(&w->conf, why);
}

static int print_keys(const struct lineage *l, int64_t generation, const char *what,
		      struct why *why)
{
	uint8_t spki[KEY_TYPE_COUNT][32];
	size_t i;
	char *hex;
	int rc = lineage_spki(l, generation, spki, why);

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		hex = hex_encode(spki[i], sizeof(spki[i]));
		printf("  %-8s %s  %-10s  %.16s...%s\n", i ? "" : what,
		       lineage_number(generation).text,
		       key_type_name(l->conf.key_type[i]), hex, hex + 56);
		free(hex);
	}
	return rc;
}

static int print_records(struct lineage *l, const struct values *v, struct why *why)
{
	struct record_print print;
	struct wanted wanted = { 0 };
	size_t i;
	int rc = record_print_begin(&print, (enum record_format)v->format, v->zone, why);

	if (rc == 0)
		rc = wanted_make(l, l->state.held, &wanted, why);
	for (i = 0; i < wanted.want_count && rc == 0; i++)
		rc = record_print_one(&print, &wanted.want[i], why);
	record_print_end(&print, rc == 0);
	for (i = 0; i < wanted.endpoints.others_count; i++)
		log_warn("%s is not in the lineage's domains, so its records are not "
			 "yours: ask its operator",
			 wanted.endpoints.others[i]);
	wanted_clear(&wanted);
	return rc;
}

/* Else the first order would be the one to say it. */
static void warn_of_account(const struct lineage *l)
{
	struct why why;

	if (acme_check_account(lineage_conf_get(&l->conf, LINEAGE_CONF_ACME), &why) < 0)
		log_warn("%s", why.text);
}

static int report_new(struct lineage *l, const struct values *v, struct why *why)
{
	int rc = 0;

	if (!v->setup.quiet) {
		printf("%s  created in %s\n", l->name, l->dir);
		rc = print_keys(l, l->state.current, "current", why);
		if (rc == 0)
			rc = print_keys(l, l->state.next, "next", why);
		if (rc == 0)
			puts("The records of both keys:");
	}
	if (rc == 0)
		rc = print_records(l, v, why);
	if (rc == 0 && !v->setup.quiet)
		server_lines_print(l);
	if (rc == 0 && !l->conf.deploy.count)
		log_warn("no deploy command: a server that doesn't reload live/ by "
			 "itself keeps its old certificate (deploy of %s/lineage.conf)",
			 l->dir);
	if (rc == 0)
		warn_of_account(l);
	if (rc == 0 && !v->setup.quiet)
		printf("Next: `daneprobe rollover %s` takes the first step, and each "
		       "further run one\nmore, until it is idle.\n",
		       l->name);
	return rc;
}

static struct upstream_conf upstream_of(const struct values *v)
{
	return (struct upstream_conf){ .given = v->dns.resolvers.item,
				       .given_count = v->dns.resolvers.count,
				       .recurse = v->dns.recurse || v->dns.root_hints,
				       .root_hints = v->dns.root_hints,
				       .trust_anchor = v->dns.trust_anchor };
}

/* What is only on its way is no reason to refuse. */
static void warn_of_host(const struct values *v, const struct target *service)
{
	const struct upstream_conf upstream = upstream_of(v);

	switch (hosted_find(&upstream, service->host, v->dns.timeout_ms)) {
	case HOSTED_NXDOMAIN:
		log_warn("%s: there is no host %s in DNS: is it spelled right?",
			 service->text, service->host);
		break;
	case HOSTED_NOWHERE:
		log_warn(
			"%s: the host %s has no address in DNS: nobody can connect to it",
			service->text, service->host);
		break;
	case HOSTED_YES:
	case HOSTED_UNKNOWN:
		break;
	}
}

/* The hosts of mx:// and srv:// are found later. */
static int check_services(const struct work *w, const char *name, struct why *why)
{
	const struct lineage_conf *conf = &w->conf;
	struct target target;
	bool any = false;
	size_t i;
	int rc = 0;

	for (i = 0; i < conf->services.count && rc == 0; i++) {
		rc = target_parse(conf->services.item[i], &target, why);
		if (rc < 0)
			break;
		if (target.service->discovery != SERVICE_HOST) {
			any = true;
		} else if (endpoints_is_ours(conf, target.host)) {
			any = true;
			warn_of_host(w->v, &target);
		}
		target_clear(&target);
	}
	if (rc == 0 && !any)
		rc = why_set(why, DP_EINVAL,
			     "no service is within the domains (%s): there would be no "
			     "record to publish, and nothing is made; -d HOST adds the "
			     "host of one to %s",
			     lineage_conf_get(conf, LINEAGE_CONF_DOMAINS), name);
	return rc;
}

/* What only a person can bring is said before anything is made, and nothing is asked. */
static int choose_provider(struct work *w, struct why *why)
{
	struct provider_guess g = { 0 };
	const struct provider *p;
	char *line;
	int rc;

	if (w->conf.text[LINEAGE_CONF_PUBLISH])
		return why_set(why, DP_EINVAL,
			       "--provider chooses how records are published, and "
			       "publish = is given too");
	rc = provider_guess_find(&w->env, &w->conf, &g, why);
	if (rc < 0)
		return rc;
	p = g.provider;
	line = mem_printf("%s key-file=%s/%s.key", p->name, setup_opts_dir(&w->v->setup),
			  p->name);
	rc = lineage_conf_put(&w->conf, LINEAGE_CONF_PUBLISH, line, why);
	if (rc == 0 && !w->v->setup.quiet)
		printf("%s is at %s, by its name server %s:\n"
		       "  publish = %s\n"
		       "  Put %s into that file (chmod 600); it must be allowed to\n"
		       "  %s.\n",
		       g.zone, p->title, g.server, line, p->key_name, p->rights);
	free(line);
	provider_guess_clear(&g);
	return rc;
}

static int create_lineage(struct work *w, const char *name, struct why *why)
{
	struct lineage l;
	size_t i;
	int rc = lineage_check_name(name, why);

	if (rc == 0)
		rc = fill_conf(w, why);
	if (rc == 0 && w->v->provider)
		rc = choose_provider(w, why);
	if (rc == 0)
		rc = check_services(w, name, why);
	if (rc == 0)
		rc = lineage_verb_check_secure(&w->env, &w->conf, w->v->even_if_insecure,
					       why);
	if (rc < 0)
		return rc;
	for (i = 0; i < w->conf.key_types; i++)
		key_report_warn(w->conf.key_type[i]);
	rc = lineage_make_new(&w->env, setup_opts_dir(&w->v->setup), name, &w->conf,
			      w->adoption, w->adoptions, &l, why);
	if (rc < 0)
		return rc;
	rc = view_begin(&l, l.state.current, why);
	if (rc == 0)
		rc = report_new(&l, w->v, why);
	lineage_close(&l);
	return rc;
}

static int make_lineage(const void *values, const struct opt_list *args)
{
	struct work w = { .v = values };
	struct why why;
	int rc;

	key_protect();
	world_init(&w.world, &w.v->dns, &w.env);
	lineage_conf_init(&w.conf);
	rc = create_lineage(&w, args->item[0], &why);
	while (w.adoptions)
		key_free(w.key[--w.adoptions]);
	lineage_conf_clear(&w.conf);
	if (rc < 0)
		return cmd_fail(&why,
				rc == DP_EEXIST ? CMD_USAGE : lineage_verb_failure(rc));
	return cmd_finish(CMD_DONE);
}

const struct cmd *verb_new(void)
{
	static const struct cmd cmd = {
		.name = "new",
		.synopsis = "[OPTIONS] NAME -d DOMAIN... --service TARGET...",
		.summary = "begin a lineage: the current and the next key of a service",
		.notes =
			"Makes DIR/NAME with two key pairs, their requests and "
			"lineage.conf, and prints the records of both keys and what "
			"servers need to read live/, which is self-signed until the "
			"first certificate comes. First it "
			"asks whether DANE can work at all: the zone of each record, and "
			"of each mx:// and srv:// domain, must be signed, with its DS at "
			"the parent.\n"
			"Nothing is overwritten; what a crash cut short is completed by "
			"the same command.\n"
			"Exit status: 0 done, 2 refused or failed, 3 usage error, or a "
			"lineage of that name is there.",
		.opts = opts,
		.values_size = sizeof(struct values),
		.check = check_new_args,
		.work = make_lineage,
	};

	return &cmd;
}
