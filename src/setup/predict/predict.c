/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/predict.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"

#define CONF_MAX (1 << 20)

struct found {
	const char *dir; /* borrowed */
	char *cli;	 /* owned; certbot's, NULL none */
	struct prediction *list;
	size_t count;
};

/* Takes name, file and chain. */
static void add_prediction(struct found *f, const char *client, char *name, char *file,
			   char *chain, enum predict_key key)
{
	f->list = mem_grow(f->list, f->count, sizeof(*f->list));
	f->list[f->count++] = (struct prediction){
		.client = client, .name = name, .file = file, .chain = chain, .key = key
	};
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

/* Reads a text file; NULL where it can't be read, or is no text. */
static char *read_text(const char *path)
{
	struct why why;
	char *text = NULL;
	size_t len = 0;

	return text_file_read(path, CONF_MAX, &text, &len, &why) < 0 ? NULL : text;
}

typedef void entry_fn(struct found *f, const char *folder, const char *name);

/* Calls fn for what is in dir/sub; a folder that isn't there is empty. */
static void each_entry(struct found *f, const char *folder, entry_fn *fn)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir && f->count < PREDICT_MAX && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			fn(f, folder, entry->d_name);
	if (dir)
		closedir(dir);
}

static void each_entry_of(struct found *f, const char *sub, entry_fn *fn)
{
	char *folder = mem_printf("%s/%s", f->dir, sub);

	each_entry(f, folder, fn);
	free(folder);
}

/* A file that certbot itself can't read stays in the list: what isn't renewed ends. */
static void take_certbot(struct found *f, const char *folder, const char *name)
{
	char *path, *text = NULL, *short_name;
	enum predict_key key = PREDICT_NO_RENEWAL;
	struct why why = { "" };
	size_t len;

	if (!ends_with(name, ".conf"))
		return;
	path = mem_printf("%s/%s", folder, name);
	short_name = mem_text_n(name, strlen(name) - strlen(".conf"));
	if (text_file_read(path, CONF_MAX, &text, &len, &why) == 0)
		(void)predict_conf_certbot(text, f->cli, &key, &why);
	add_prediction(f, "certbot", short_name, mem_text(path),
		       mem_printf("%s/live/%s/fullchain.pem", f->dir, short_name), key);
	if (key == PREDICT_NO_RENEWAL)
		f->list[f->count - 1].fault = mem_text(why.text);
	free(text);
	free(path);
}

/* live/NAME with a certificate, which no renewal/NAME.conf keeps alive. */
static void take_certbot_orphan(struct found *f, const char *folder, const char *name)
{
	char *chain = mem_printf("%s/%s/fullchain.pem", folder, name);
	char *path = mem_printf("%s/renewal/%s.conf", f->dir, name);
	struct stat st;

	if (stat(chain, &st) == 0 && lstat(path, &st) < 0 && errno == ENOENT) {
		add_prediction(f, "certbot", mem_text(name), mem_text(path),
			       mem_text(chain), PREDICT_NO_RENEWAL);
		f->list[f->count - 1].fault = mem_text("it isn't there");
	}
	free(path);
	free(chain);
}

static void each_certbot(struct found *f)
{
	char *folder = mem_printf("%s/renewal", f->dir);
	struct stat st;

	each_entry_of(f, "renewal", take_certbot);
	if (stat(folder, &st) == 0)
		each_entry_of(f, "live", take_certbot_orphan);
	free(folder);
}

/* lego has certificates/NAME.json beside NAME.crt. Whether renew is called with
 * --reuse-key stands in no file. */
static void take_lego(struct found *f, const char *folder, const char *name)
{
	struct stat st;
	char *crt;

	if (!ends_with(name, ".json"))
		return;
	crt = mem_printf("%s/%.*s.crt", folder, (int)strlen(name) - 5, name);
	if (stat(crt, &st) == 0)
		add_prediction(f, "lego", mem_text_n(name, strlen(name) - 5),
			       mem_text(crt), mem_text(crt), PREDICT_EITHER);
	free(crt);
}

/* acme.sh has DOMAIN/DOMAIN.conf, or DOMAIN_ecc/DOMAIN.conf. */
static void take_acme_sh(struct found *f, const char *folder, const char *name)
{
	size_t len = strlen(name) - (ends_with(name, "_ecc") ? 4 : 0);
	char *path = mem_printf("%s/%s/%.*s.conf", folder, name, (int)len, name);
	char *text = read_text(path);

	if (text && predict_conf_is_acme_sh(text))
		add_prediction(f, "acme.sh", mem_text(name), mem_text(path),
			       mem_printf("%s/%s/fullchain.cer", folder, name),
			       predict_conf_acme_sh(text));
	free(text);
	free(path);
}

/* uacme makes private/NAME/key.pem where it isn't there, and uses it where it is. */
static void take_uacme(struct found *f, const char *folder, const char *name)
{
	char *key = mem_printf("%s/%s/key.pem", folder, name);
	char *cert = mem_printf("%s/%s/cert.pem", f->dir, name);
	struct stat st;

	if (stat(key, &st) == 0 && stat(cert, &st) == 0)
		add_prediction(f, "uacme", mem_text(name), mem_text(key), mem_text(cert),
			       PREDICT_SAME_KEY);
	free(key);
	free(cert);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct prediction *)a)->name,
		      ((const struct prediction *)b)->name);
}

int predict_read(const char *dir, struct prediction **ret_list, size_t *ret_count,
		 struct why *why)
{
	struct found f = { .dir = dir };
	char *cli = mem_printf("%s/cli.ini", dir);
	struct stat st;

	if (stat(dir, &st) < 0) {
		free(cli);
		return why_errno(why, errno, "can't read %s", dir);
	}
	f.cli = read_text(cli);
	free(cli);
	each_certbot(&f);
	each_entry_of(&f, "certificates", take_lego);
	each_entry_of(&f, "private", take_uacme);
	each_entry(&f, dir, take_acme_sh);
	free(f.cli);
	if (!f.count)
		return why_set(why, DP_ENOENT,
			       "%s holds no certificate of certbot (/etc/letsencrypt), "
			       "lego (.lego), acme.sh (~/.acme.sh) or uacme "
			       "(/etc/ssl/uacme)",
			       dir);
	qsort(f.list, f.count, sizeof(*f.list), by_name);
	*ret_list = f.list;
	*ret_count = f.count;
	return 0;
}

bool predict_is_risky(const struct prediction *p)
{
	bool may_change = p->key != PREDICT_SAME_KEY;
	size_t i;

	if (p->fault || !p->compared || p->unread)
		return may_change;
	for (i = 0; i < p->services; i++)
		if (p->service[i].error || (p->service[i].outlook != OUTLOOK_STAYS &&
					    p->service[i].outlook != OUTLOOK_OTHER))
			return true;
	return false;
}

static const char *const outlooks[] = {
	[OUTLOOK_OTHER] = "other",    [OUTLOOK_BREAKS] = "breaks",
	[OUTLOOK_EITHER] = "depends", [OUTLOOK_ISSUER] = "issuer",
	[OUTLOOK_STAYS] = "stays",
};

static json_t *text_json(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *service_json(const struct predicted_service *s)
{
	json_t *records = json_array();
	size_t i;

	for (i = 0; i < s->count; i++)
		json_array_append_new(records, json_pack("{s:s, s:s}", "record",
							 s->record[i].text, "outlook",
							 outlooks[s->record[i].outlook]));
	return json_pack("{s:s, s:o, s:s, s:o}", "owner", s->owner, "error",
			 text_json(s->error), "outlook",
			 s->error ? "unknown" : outlooks[s->outlook], "records", records);
}

static json_t *to_json(const struct prediction *p)
{
	static const char *const words[] = { "same", "new", "depends", "none" };
	json_t *one = json_object(), *services = json_array();
	size_t i;

	json_object_set_new(one, "client", json_string(p->client));
	json_object_set_new(one, "name", json_string(p->name));
	json_object_set_new(one, "file", json_string(p->file));
	json_object_set_new(one, "key", json_string(words[p->key]));
	json_object_set_new(one, "fault", text_json(p->fault));
	json_object_set_new(one, "risky", json_boolean(predict_is_risky(p)));
	for (i = 0; i < p->services; i++)
		json_array_append_new(services, service_json(&p->service[i]));
	if (!p->compared) {
		json_decref(services);
		return one;
	}
	json_object_set_new(one, "issuer", text_json(p->issuer));
	json_object_set_new(one, "error", text_json(p->unread));
	json_object_set_new(one, "services", services);
	return one;
}

char *predict_json(const struct prediction *list, size_t count)
{
	json_t *root = json_object(), *all = json_array();
	char *text;
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(all, to_json(&list[i]));
	json_object_set_new(root, "version", json_integer(1));
	json_object_set_new(root, "certificates", all);
	text = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(root);
	if (!text)
		mem_exhausted();
	return text;
}

static void clear_service(struct predicted_service *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		free(s->record[i].text);
		free(s->record[i].instead);
	}
	free(s->record);
	free(s->owner);
	free(s->error);
}

void predict_clear(struct prediction *list, size_t count)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < list[i].services; k++)
			clear_service(&list[i].service[k]);
		free(list[i].service);
		free(list[i].name);
		free(list[i].file);
		free(list[i].chain);
		free(list[i].issuer);
		free(list[i].unread);
		free(list[i].fault);
	}
	free(list);
}
