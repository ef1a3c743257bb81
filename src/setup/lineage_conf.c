/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage_conf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/why.h"
#include "setup/acme.h"
#include "setup/record.h"
#include "target/target.h"

#define SERVICES_MAX 256 /* a host with more is not one lineage */
#define DEPLOY_MAX 64
#define BLANKS " \t"

typedef int take_fn(struct lineage_conf *conf, const char *value, struct why *why);

static void list_clear(struct lineage_conf_list *list)
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

/* The next word of *p; NULL behind the last. */
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

static int take_targets(struct lineage_conf_list *list, const char *value,
			struct why *why)
{
	struct target target;
	const char *word;
	struct why inner;
	char *text;
	size_t len;
	int rc = 0;

	list_clear(list);
	while (rc == 0 && (word = next_word(&value, &len))) {
		text = mem_text_n(word, len);
		rc = target_parse(text, &target, &inner);
		if (rc < 0)
			why_set(why, rc, "%.100s: %.380s", text, inner.text);
		else
			target_clear(&target);
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
	static const char *const ways[] = { "print", "rfc2136", "powerdns", "exec" };
	size_t len = strcspn(value, BLANKS), i;

	(void)conf;
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strlen(ways[i]) == len && !strncmp(ways[i], value, len))
			return 0;
	return why_set(why, DP_EINVAL,
		       "'%.*s' is no way to publish: print, rfc2136, powerdns or exec",
		       (int)len, value);
}

/* A client that nobody knows is told now, not when the certificate runs out. */
static int take_acme(struct lineage_conf *conf, const char *value, struct why *why)
{
	(void)conf;
	return acme_check(value, why);
}

static int take_seconds(const char *value, int64_t *ret_s, struct why *why)
{
	int64_t ms = 0;
	int rc = number_parse_time(value, true, &ms, why);

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
	return why_set(why, DP_EINVAL, "'%.100s' is neither all nor all-but-one", value);
}

static int take_text(struct lineage_conf *conf, const char *value, struct why *why)
{
	(void)conf;
	(void)value;
	(void)why;
	return 0;
}

static const struct row {
	const char *key;
	take_fn *take;
	const char *fallback; /* NULL: none */
	const char *comment;
	const char *example; /* shown, commented out, where neither value nor default is
			      */
} rows[LINEAGE_CONF_COUNT] = {
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
				"How a certificate is got for a request: a preset and "
				"its options (certbot, uacme,\n"
				"lego, acme.sh, dehydrated), or exec COMMAND with {csr} "
				"{cert} {chain}\n{fullchain} {domains}; or hook certbot: "
				"certbot renews by itself and calls\ndaneprobe hook.",
				"certbot --webroot -w /var/www/html" },
	[LINEAGE_CONF_PUBLISH] = { "publish", take_publish, "print",
				   "How records get into DNS: print (by you), rfc2136 "
				   "server=ADDR[@PORT] key=FILE,\n"
				   "powerdns url=URL zone=ZONE key-file=FILE, or exec "
				   "COMMAND (JSON on its input).",
				   NULL },
	[LINEAGE_CONF_DEPLOY] = { "deploy", take_deploy, NULL,
				  "Makes the servers read live/ anew. Several lines: one "
				  "a machine; all must succeed.",
				  "systemctl reload nginx" },
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

const char *lineage_conf_get(const struct lineage_conf *conf, enum lineage_conf_key key)
{
	if (conf->text[key])
		return conf->text[key];
	return rows[key].fallback ? rows[key].fallback : "";
}

/* The defaults are our own text: a bad one is a bug. */
static void apply_default(struct lineage_conf *conf, enum lineage_conf_key key)
{
	int rc = 0;

	if (rows[key].fallback)
		rc = rows[key].take(conf, rows[key].fallback, NULL);
	assert(rc == 0);
	(void)rc;
}

void lineage_conf_init(struct lineage_conf *conf)
{
	int key;

	*conf = (struct lineage_conf){ 0 };
	for (key = 0; key < LINEAGE_CONF_COUNT; key++)
		apply_default(conf, (enum lineage_conf_key)key);
}

void lineage_conf_clear(struct lineage_conf *conf)
{
	int key;

	for (key = 0; key < LINEAGE_CONF_COUNT; key++)
		free(conf->text[key]);
	csr_names_clear(&conf->domains);
	list_clear(&conf->services);
	list_clear(&conf->foreign);
	list_clear(&conf->deploy);
	*conf = (struct lineage_conf){ 0 };
}

void lineage_conf_unset(struct lineage_conf *conf, enum lineage_conf_key key)
{
	free(conf->text[key]);
	conf->text[key] = NULL;
	if (key == LINEAGE_CONF_DEPLOY)
		list_clear(&conf->deploy);
	else if (!rows[key].fallback)
		(void)rows[key].take(conf, "", NULL);
	apply_default(conf, key);
}

static void keep_text(struct lineage_conf *conf, enum lineage_conf_key key,
		      const char *value)
{
	char *before = conf->text[key];

	conf->text[key] = key == LINEAGE_CONF_DEPLOY && before
				  ? mem_printf("%s\n%s", before, value)
				  : mem_text(value);
	free(before);
}

int lineage_conf_put(struct lineage_conf *conf, enum lineage_conf_key key,
		     const char *value, struct why *why)
{
	struct why inner;
	const char *p;
	int rc;

	for (p = value; *p; p++)
		if ((unsigned char)*p < ' ' && *p != '\t')
			return why_set(why, DP_EINVAL, "%s: a control character",
				       rows[key].key);
	if (!value[strspn(value, BLANKS)])
		return why_set(why, DP_EINVAL,
			       "%s has no value: leave the line out for the default",
			       rows[key].key);
	rc = rows[key].take(conf, value, &inner);
	if (rc < 0)
		return why_set(why, rc, "%s: %.480s", rows[key].key, inner.text);
	keep_text(conf, key, value);
	return 0;
}

static int find_key(const char *name, enum lineage_conf_key *ret_key, struct why *why)
{
	struct nearest near;
	int key;

	nearest_init(&near, name);
	for (key = 0; key < LINEAGE_CONF_COUNT; key++) {
		if (!strcmp(rows[key].key, name)) {
			*ret_key = (enum lineage_conf_key)key;
			return 0;
		}
		nearest_offer(&near, rows[key].key);
	}
	return why_set(why, DP_EINVAL, "unknown key '%.100s'%s%s", name,
		       near.best ? ": did you mean " : "", near.best ? near.best : "");
}

/* Splits "KEY = VALUE", blanks trimmed; the value is on the heap. */
static int split(const char *line, enum lineage_conf_key *ret_key, char **ret_value,
		 struct why *why)
{
	const char *equals = strchr(line, '='), *begin, *end;
	char *name;
	int rc;

	line += strspn(line, BLANKS);
	if (!equals)
		return why_set(why, DP_EINVAL, "'%.100s' is not KEY = VALUE", line);
	for (end = equals; end > line && strchr(BLANKS, end[-1]); end--)
		;
	name = mem_text_n(line, (size_t)(end - line));
	rc = find_key(name, ret_key, why);
	free(name);
	if (rc < 0)
		return rc;
	begin = equals + 1 + strspn(equals + 1, BLANKS);
	for (end = begin + strlen(begin); end > begin && strchr(BLANKS "\r", end[-1]);
	     end--)
		;
	*ret_value = mem_text_n(begin, (size_t)(end - begin));
	return 0;
}

int lineage_conf_set(struct lineage_conf *conf, const char *line, struct why *why)
{
	enum lineage_conf_key key;
	char *value = NULL;
	int rc = split(line, &key, &value, why);

	if (rc == 0)
		rc = lineage_conf_put(conf, key, value, why);
	free(value);
	return rc;
}

/* One line of the file: no second value for a key but deploy. */
static int take_line(struct lineage_conf *conf, const char *line, struct why *why)
{
	const char *text = line + strspn(line, BLANKS "\r");
	enum lineage_conf_key key = LINEAGE_CONF_COUNT;
	char *value = NULL;
	int rc;

	if (!*text || *text == '#')
		return 0;
	rc = split(text, &key, &value, why);
	if (rc == 0 && conf->text[key] && key != LINEAGE_CONF_DEPLOY)
		rc = why_set(why, DP_EINVAL, "%s stands there twice", rows[key].key);
	if (rc == 0)
		rc = lineage_conf_put(conf, key, value, why);
	free(value);
	return rc;
}

int lineage_conf_parse(struct lineage_conf *conf, const char *text, struct why *why)
{
	size_t len, number = 0;
	struct why inner;
	char *line;
	int rc;

	for (; *text; text += len + (text[len] != '\0')) {
		len = strcspn(text, "\n");
		number++;
		line = mem_text_n(text, len);
		rc = take_line(conf, line, &inner);
		free(line);
		if (rc < 0)
			return why_set(why, rc, "line %zu: %.480s", number, inner.text);
	}
	return 0;
}

int lineage_conf_check(const struct lineage_conf *conf, struct why *why)
{
	if (!conf->domains.count)
		return why_set(why, DP_EINVAL, "no domain: -d NAME (or domains = ...)");
	if (!conf->services.count)
		return why_set(why, DP_EINVAL,
			       "no service: --service TARGET (or services = ...) says "
			       "which server presents the key");
	return 0;
}

static void add_comment(struct buf *b, const char *comment)
{
	size_t len;

	for (;; comment += len + 1) {
		len = strcspn(comment, "\n");
		buf_printf(b, "# %.*s\n", (int)len, comment);
		if (!comment[len])
			return;
	}
}

static void add_row(struct buf *b, const struct row *row, const char *value)
{
	size_t len;

	buf_text(b, "\n");
	add_comment(b, row->comment);
	if (!value) {
		buf_printf(b, "#%s = %s\n", row->key,
			   row->fallback ? row->fallback : row->example);
		return;
	}
	for (;; value += len + 1) {
		len = strcspn(value, "\n");
		buf_printf(b, "%s = ", row->key);
		buf_add(b, value, len);
		buf_text(b, "\n");
		if (!value[len])
			return;
	}
}

char *lineage_conf_text(const struct lineage_conf *conf)
{
	struct buf b;
	char *text;
	int key;

	buf_init(&b, LINEAGE_CONF_FILE_MAX);
	buf_text(&b,
		 "# This file is yours; daneprobe only reads it (lineage.conf(5)).\n"
		 "# A line with # before its key shows the default, or an example.\n");
	for (key = 0; key < LINEAGE_CONF_COUNT; key++)
		add_row(&b, &rows[key], conf->text[key]);
	text = mem_text(buf_str(&b));
	buf_clear(&b);
	return text;
}
