/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"

#define CONF_MAX (1 << 20)

struct found {
	const char *dir; /* borrowed */
	char *cli;	 /* owned; certbot's, NULL none */
	struct prediction *list;
	size_t count;
};

/* Takes name and file. */
static void add(struct found *f, const char *client, char *name, char *file,
		enum predict_key key)
{
	f->list = mem_grow(f->list, f->count, sizeof(*f->list));
	f->list[f->count++] = (struct prediction){ client, name, file, key };
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && !strcmp(text + len - end_len, end);
}

/* NULL where it can't be read, or is no text. */
static char *read_text(const char *path)
{
	struct why why;
	char *text = NULL;
	size_t len = 0;

	if (file_read(path, CONF_MAX, &text, &len, &why) < 0)
		return NULL;
	if (strlen(text) == len)
		return text;
	free(text);
	return NULL;
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

static void take_certbot(struct found *f, const char *folder, const char *name)
{
	char *path, *text;

	if (!ends_with(name, ".conf"))
		return;
	path = mem_printf("%s/%s", folder, name);
	text = read_text(path);
	if (text && predict_conf_is_certbot(text))
		add(f, "certbot", mem_text_n(name, strlen(name) - 5), mem_text(path),
		    predict_conf_certbot(text, f->cli));
	free(text);
	free(path);
}

/* certificates/NAME.json beside NAME.crt; whether renew is called with --reuse-key stands
 * in nobody's file. */
static void take_lego(struct found *f, const char *folder, const char *name)
{
	struct stat st;
	char *crt;

	if (!ends_with(name, ".json"))
		return;
	crt = mem_printf("%s/%.*s.crt", folder, (int)strlen(name) - 5, name);
	if (stat(crt, &st) == 0)
		add(f, "lego", mem_text_n(name, strlen(name) - 5), mem_text(crt),
		    PREDICT_EITHER);
	free(crt);
}

/* DOMAIN/DOMAIN.conf, or DOMAIN_ecc/DOMAIN.conf. */
static void take_acme_sh(struct found *f, const char *folder, const char *name)
{
	size_t len = strlen(name) - (ends_with(name, "_ecc") ? 4 : 0);
	char *path = mem_printf("%s/%s/%.*s.conf", folder, name, (int)len, name);
	char *text = read_text(path);

	if (text && predict_conf_is_acme_sh(text))
		add(f, "acme.sh", mem_text(name), mem_text(path),
		    predict_conf_acme_sh(text));
	free(text);
	free(path);
}

/* private/NAME/key.pem is made where it isn't there, and used where it is. */
static void take_uacme(struct found *f, const char *folder, const char *name)
{
	char *key = mem_printf("%s/%s/key.pem", folder, name);
	char *cert = mem_printf("%s/%s/cert.pem", f->dir, name);
	struct stat st;

	if (stat(key, &st) == 0 && stat(cert, &st) == 0)
		add(f, "uacme", mem_text(name), mem_text(key), PREDICT_SAME_KEY);
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
		return why_errno(why, errno, "can't read %.300s", dir);
	}
	f.cli = read_text(cli);
	free(cli);
	each_entry_of(&f, "renewal", take_certbot);
	each_entry_of(&f, "certificates", take_lego);
	each_entry_of(&f, "private", take_uacme);
	each_entry(&f, dir, take_acme_sh);
	free(f.cli);
	if (!f.count)
		return why_set(
			why, DP_ENOENT,
			"%.300s holds no certificate of certbot (/etc/letsencrypt), "
			"lego (.lego), acme.sh (~/.acme.sh) or uacme "
			"(/etc/ssl/uacme)",
			dir);
	qsort(f.list, f.count, sizeof(*f.list), by_name);
	*ret_list = f.list;
	*ret_count = f.count;
	return 0;
}

static json_t *to_json(const struct prediction *p)
{
	static const char *const words[] = { "same", "new", "depends" };
	json_t *one = json_object();

	json_object_set_new(one, "client", json_string(p->client));
	json_object_set_new(one, "name", json_string(p->name));
	json_object_set_new(one, "file", json_string(p->file));
	json_object_set_new(one, "key", json_string(words[p->key]));
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

void predict_clear(struct prediction *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(list[i].name);
		free(list[i].file);
	}
	free(list);
}
