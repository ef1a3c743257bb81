/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/lineage_conf_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "setup/key/record.h"
#include "setup/lineage/acme.h"
#include "setup/lineage/publish_way.h"
#include "target/service.h"
#include "target/target.h"

#define SERVICES_MAX 256 /* a host with more services needs more than one lineage */
#define DEPLOY_MAX 64
#define BLANKS " \t"

void lineage_conf_rows_list_clear(struct lineage_conf_list *list)
{
	while (list->count)
		free(list->item[--list->count]);
	free(list->item);
	*list = (struct lineage_conf_list){ 0 };
}

static int list_add(struct lineage_conf_list *list, const char *text, size_t len,
		    size_t max, struct why *why)
{
	if (list->count == max)
		return why_set(why, DP_ELIMIT, "more than %zu of them", max);
	list->item = mem_grow(list->item, list->count, sizeof(*list->item));
	list->item[list->count++] = mem_text_n(text, len);
	return 0;
}

/* Returns the next word of *p; NULL after the last one. */
static const char *next_word(const char **p, size_t *ret_len)
{
	const char *word = *p + strspn(*p, BLANKS);

	*ret_len = strcspn(word, BLANKS);
	*p = word + *ret_len;
	return *ret_len ? word : NULL;
}

static int take_domains(struct lineage_conf *conf, const char *value, struct why *why)
{
	const char *word;
	char *name;
	size_t len;
	int rc = 0;

	csr_names_clear(&conf->domains);
	while (rc == 0 && (word = next_word(&value, &len))) {
		name = mem_text_n(word, len);
		rc = csr_add_name(&conf->domains, name, why);
		free(name);
	}
	return rc;
}

static int check_service(const char *text, struct why *why)
{
	struct target target;
	int rc = target_parse(text, &target, why);

	if (rc < 0)
		return rc;
	if (target.service->discovery == SERVICE_PORTS)
		rc = why_set(why, DP_EINVAL,
			     "it finds the services that have TLSA records already, so "
			     "it can't say which are to get them: name each service");
	target_clear(&target);
	return rc;
}

static int take_targets(struct lineage_conf_list *list, const char *value,
			struct why *why)
{
	const char *word;
	struct why inner;
	char *text;
	size_t len;
	int rc = 0;

	lineage_conf_rows_list_clear(list);
	while (rc == 0 && (word = next_word(&value, &len))) {
		text = mem_text_n(word, len);
		rc = check_service(text, &inner);
		if (rc < 0)
			why_set(why, rc, "%s: %s", text, inner.text);
		free(text);
		if (rc == 0)
			rc = list_add(list, word, len, SERVICES_MAX, why);
	}
	return rc;
}

static int take_services(struct lineage_conf *conf, const char *value, struct why *why)
{
	return take_targets(&conf->services, value, why);
}

static int take_foreign(struct lineage_conf *conf, const char *value, struct why *why)
{
	return take_targets(&conf->foreign, value, why);
}

static int take_key_types(struct lineage_conf *conf, const char *value, struct why *why)
{
	enum key_type type;
	const char *word;
	size_t len, i;

	conf->key_types = 0;
	while ((word = next_word(&value, &len))) {
		if (!key_type_find(word, len, &type))
			return why_set(why, DP_EINVAL, "'%.*s' is none of %s", (int)len,
				       word, KEY_TYPES);
		for (i = 0; i < conf->key_types; i++)
			if (conf->key_type[i] == type)
				return why_set(why, DP_EINVAL, "%.*s stands there twice",
					       (int)len, word);
		conf->key_type[conf->key_types++] = type;
	}
	return 0;
}

static int take_deploy(struct lineage_conf *conf, const char *value, struct why *why)
{
	return list_add(&conf->deploy, value, strlen(value), DEPLOY_MAX, why);
}

static int take_publish(struct lineage_conf *conf, const char *value, struct why *why)
{
	const char *options;
	enum publish_way way;

	(void)conf;
	if (publish_way_find(value, &way, &options))
		return 0;
	return why_set(why, DP_EINVAL, "'%.*s' is no way to publish: " PUBLISH_WAYS,
		       (int)strcspn(value, BLANKS), value);
}

/* An unknown client is reported now, and not when the certificate runs out. */
static int take_acme(struct lineage_conf *conf, const char *value, struct why *why)
{
	(void)conf;
	return acme_check(value, why);
}

/* What takes a time here is about days. */
static int take_seconds(const char *value, int64_t *ret_s, struct why *why)
{
	int64_t ms = 0;
	int rc;

	if (value[strspn(value, "0123456789")] == '\0')
		return why_set(why, DP_EINVAL,
			       "'%s' has no unit: %sd are days, and h, m and s are known",
			       value, value);
	rc = number_parse_time(value, true, &ms, why);

	if (rc == 0 && ms % 1000)
		rc = why_set(why, DP_EINVAL, "'%s' is not whole seconds", value);
	if (rc == 0)
		*ret_s = ms / 1000;
	return rc;
}

static int take_renew_at(struct lineage_conf *conf, const char *value, struct why *why)
{
	size_t len = strlen(value);
	int64_t percent = 0;
	char *digits;
	int rc;

	conf->renew_percent = 0;
	conf->renew_left_s = 0;
	if (!strcmp(value, "auto"))
		return 0;
	if (value[strspn(value, "0123456789")] == '\0')
		return why_set(why, DP_EINVAL,
			       "'%s' has no unit: %sd is so many days before the end, "
			       "%s%% that share of the lifetime",
			       value, value, value);
	if (value[len - 1] != '%')
		return take_seconds(value, &conf->renew_left_s, why);
	digits = mem_text_n(value, len - 1);
	rc = number_parse(digits, 1, 99, &percent, why);
	free(digits);
	if (rc == 0)
		conf->renew_percent = (int)percent;
	return rc;
}

static int take_rollover(struct lineage_conf *conf, const char *value, struct why *why)
{
	if (!strcmp(value, "never")) {
		conf->rollover_every_s = 0;
		return 0;
	}
	return take_seconds(value, &conf->rollover_every_s, why);
}

static int take_ttl(struct lineage_conf *conf, const char *value, struct why *why)
{
	int64_t ttl = 0;
	int rc = number_parse(value, 1, RECORD_TTL_MAX, &ttl, why);

	if (rc == 0)
		conf->ttl = (uint32_t)ttl;
	return rc;
}

static int take_policy(struct lineage_conf *conf, const char *value, struct why *why)
{
	conf->all_but_one = !strcmp(value, "all-but-one");
	if (conf->all_but_one || !strcmp(value, "all"))
		return 0;
	return why_set(why, DP_EINVAL, "'%s' is neither all nor all-but-one", value);
}

static int take_text(struct lineage_conf *conf, const char *value, struct why *why)
{
	(void)conf;
	(void)value;
	(void)why;
	return 0;
}

static const struct lineage_conf_row rows[LINEAGE_CONF_COUNT] = {
	[LINEAGE_CONF_DOMAINS] = { "domains", take_domains, NULL,
				   "The names of the certificate.",
				   "example.com www.example.com" },
	[LINEAGE_CONF_SERVICES] = { "services", take_services, NULL,
				    "The services that present it: targets as check "
				    "takes "
				    "them. Their records are\n"
				    "published, and they are checked after each change.",
				    "https://www.example.com" },
	[LINEAGE_CONF_FOREIGN] = { "foreign", take_foreign, NULL,
				   "Services run by others, such as a backup MX: checked "
				   "and shown, never waited for.",
				   "smtp://mx2.example.net" },
	[LINEAGE_CONF_KEY_TYPES] = { "key_types", take_key_types, "ecdsa-p256",
				     "One key pair of each: " KEY_TYPES ".\n"
				     "The first one's files are also live/*.pem.",
				     NULL },
	[LINEAGE_CONF_ACME] = { "acme", take_acme, NULL,
				"How to get a certificate for a request: a preset and "
				"its options (certbot, uacme,\nlego, acme.sh, "
				"dehydrated), or exec COMMAND with {csr} {cert} "
				"{chain}\n{fullchain} {domains}; or hook certbot: "
				"certbot renews on its own and calls\ndaneprobe hook.",
				"certbot --webroot -w /var/www/html --agree-tos "
				"-m you@example.com" },
	[LINEAGE_CONF_PUBLISH] = { "publish", take_publish, "print",
				   "How records get into DNS: print (by you), rfc2136 "
				   "server=ADDR[@PORT] key=FILE,\n"
				   "powerdns url=URL zone=ZONE key-file=FILE, exec "
				   "COMMAND (JSON on its input), or a\nDNS provider: "
				   "desec, cloudflare, gandi, ovh, google, route53 with "
				   "key-file=FILE.",
				   NULL },
	[LINEAGE_CONF_DEPLOY] = { "deploy", take_deploy, NULL,
				  "Makes the servers reload live/. Several lines: one "
				  "per machine; all must succeed.",
				  "systemctl reload-or-restart nginx" },
	[LINEAGE_CONF_ACME_DIRECTORY] = { "acme_directory", take_text, NULL,
					  "Where the CA is asked when to renew (ARI, RFC "
					  "9773).",
					  "https://acme-v02.api.letsencrypt.org/"
					  "directory" },
	[LINEAGE_CONF_RENEW_AT] = { "renew_at", take_renew_at, "auto",
				    "Renew with this much of the certificate left: N%, "
				    "Nd or Nh; auto is a third of its\n"
				    "lifetime, half where that is below ten days.",
				    NULL },
	[LINEAGE_CONF_ROLLOVER_EVERY] = { "rollover_every", take_rollover, "365d",
					  "A new key after that time (rollover --all "
					  "begins it), or never.",
					  NULL },
	[LINEAGE_CONF_TTL] = { "ttl", take_ttl, "3600", "Of the records, in seconds.",
			       NULL },
	[LINEAGE_CONF_NS_POLICY] = { "ns_policy", take_policy, "all",
				     "Which name servers must have a record before it "
				     "counts: all, or all-but-one (one\n"
				     "may be dead; what it still serves is your risk).",
				     NULL },
	[LINEAGE_CONF_KEY_GROUP] = { "key_group", take_text, NULL,
				     "A group that may read the private keys.",
				     "ssl-cert" },
};

const struct lineage_conf_row *lineage_conf_rows_of(int key)
{
	return &rows[key];
}
