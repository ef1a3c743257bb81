/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/install/view.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "setup/cert/certificate.h"
#include "setup/lineage/lineage.h"

static const char *const files[] = { "privkey.pem", "cert.pem", "chain.pem",
				     "fullchain.pem" };

#define TARGET_MAX 256 /* octets of such a link */
#define SELF_SIGNED LINEAGE_SELF_SIGNED
#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

/* Removes everything in folder that is no folder: links, and what a crash left of
 * some. */
static int remove_links(struct lineage *l, const char *folder, struct why *why)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct stat st;
	char *path;
	int rc = 0;

	while (dir && rc == 0 && (entry = readdir(dir))) {
		path = mem_printf("%s/%s", folder, entry->d_name);
		if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
			rc = file_remove(&l->env->files, path, why);
		free(path);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static int remove_folder(struct lineage *l, const char *folder, struct why *why)
{
	int rc;

	if (access(folder, F_OK) < 0)
		return 0;
	rc = remove_links(l, folder, why);
	return rc < 0 ? rc : file_remove(&l->env->files, folder, why);
}

/* Removes links and folders only: what the links lead to stays. */
static int remove_view(struct lineage *l, int64_t number, struct why *why)
{
	char *folder = lineage_path(l, "views/%s", lineage_number(number).text), *path;
	int i, rc = 0;

	for (i = 0; i < KEY_TYPE_COUNT && rc == 0; i++) {
		path = mem_printf("%s/%s", folder, key_type_name((enum key_type)i));
		rc = remove_folder(l, path, why);
		free(path);
	}
	if (rc == 0)
		rc = remove_folder(l, folder, why);
	free(folder);
	return rc;
}

/* The target of views/NNNN/<type>/file; certificate 0 is the key's own. */
static char *target_of(int64_t generation, enum key_type type, int64_t certificate,
		       const char *file)
{
	const char *name = key_type_name(type);

	if (!strcmp(file, "privkey.pem"))
		return mem_printf("../../../keys/%s/%s/%s",
				  lineage_number(generation).text, name, file);
	if (!certificate)
		return mem_printf("../../../keys/%s/%s/" SELF_SIGNED "/%s",
				  lineage_number(generation).text, name, file);
	return mem_printf("../../../keys/%s/%s/certs/%s/%s",
			  lineage_number(generation).text, name,
			  lineage_number(certificate).text, file);
}

static int need_certificate(struct lineage *l, int64_t generation, enum key_type type,
			    int64_t *ret_number, struct why *why)
{
	struct certificate c;
	int rc = certificate_newest(l, generation, type, &c, why);

	if (rc < 0)
		return rc;
	if (!c.number)
		return why_set(why, DP_ENOENT,
			       "key %s (%s) has no certificate: daneprobe renew %s",
			       lineage_number(generation).text, key_type_name(type),
			       l->name);
	*ret_number = c.number;
	return 0;
}

static int build_type(struct lineage *l, const char *folder, int64_t generation,
		      enum key_type type, int64_t number, struct why *why)
{
	char *sub = mem_printf("%s/%s", folder, key_type_name(type)), *path, *target;
	struct file_access access;
	size_t i;
	int rc = lineage_access(l, true, &access, why);

	if (rc == 0)
		rc = file_mkdir(&l->env->files, sub, &access, why);
	for (i = 0; i < FILE_COUNT && rc == 0; i++) {
		path = mem_printf("%s/%s", sub, files[i]);
		target = target_of(generation, type, number, files[i]);
		rc = file_point(&l->env->files, path, target, why);
		free(path);
		free(target);
	}
	free(sub);
	return rc;
}

static int build_first(struct lineage *l, const char *folder, struct why *why)
{
	char *path, *target;
	size_t i;
	int rc = 0;

	for (i = 0; i < FILE_COUNT && rc == 0; i++) {
		path = mem_printf("%s/%s", folder, files[i]);
		target =
			mem_printf("%s/%s", key_type_name(l->conf.key_type[0]), files[i]);
		rc = file_point(&l->env->files, path, target, why);
		free(path);
		free(target);
	}
	return rc;
}

/* Finds the number of the certificate that a view is to show. */
typedef int find_fn(struct lineage *l, int64_t generation, enum key_type type,
		    int64_t *ret_number, struct why *why);

static int build_folder(struct lineage *l, const char *folder, int64_t generation,
			find_fn *find, struct why *why)
{
	struct file_access access;
	int64_t number = 0;
	size_t i;
	int rc = lineage_access(l, true, &access, why);

	if (rc == 0)
		rc = file_mkdir(&l->env->files, folder, &access, why);
	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		rc = find(l, generation, l->conf.key_type[i], &number, why);
		if (rc == 0)
			rc = build_type(l, folder, generation, l->conf.key_type[i],
					number, why);
	}
	return rc < 0 ? rc : build_first(l, folder, why);
}

int view_build(struct lineage *l, int64_t generation, int64_t number, struct why *why)
{
	char *folder = lineage_path(l, "views/%s", lineage_number(number).text);
	int rc = remove_view(l, number, why);

	if (rc == 0)
		rc = build_folder(l, folder, generation, need_certificate, why);
	free(folder);
	return rc;
}

static int point_live(struct lineage *l, const char *view, struct why *why)
{
	char *path = lineage_path(l, "live");
	char *target = mem_printf("views/%s", view);
	int rc = file_point(&l->env->files, path, target, why);

	free(path);
	free(target);
	return rc;
}

int view_switch(struct lineage *l, int64_t number, struct why *why)
{
	return point_live(l, lineage_number(number).text, why);
}

static bool has_live(const struct lineage *l)
{
	char *path = lineage_path(l, "live");
	struct stat st;
	bool has = lstat(path, &st) == 0;

	free(path);
	return has;
}

static int have_certificate(struct lineage *l, int64_t generation, enum key_type type,
			    int64_t *ret_number, struct why *why)
{
	struct certificate c;
	int rc = certificate_newest(l, generation, type, &c, why);

	if (rc < 0)
		return rc;
	*ret_number = c.number;
	return c.number ? 0 : certificate_self_sign(l, generation, type, why);
}

int view_begin(struct lineage *l, int64_t generation, struct why *why)
{
	char *folder;
	int rc;

	if (l->state.view || has_live(l))
		return 0;
	folder = lineage_path(l, "views/" SELF_SIGNED);
	rc = build_folder(l, folder, generation, have_certificate, why);
	free(folder);
	return rc < 0 ? rc : point_live(l, SELF_SIGNED, why);
}

int64_t view_live(const struct lineage *l)
{
	char *path = lineage_path(l, "live"), target[64];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	int64_t number = 0;

	free(path);
	target[len > 0 ? len : 0] = '\0';
	if (!strncmp(target, "views/", 6))
		(void)number_parse(target + 6, 1, INT64_MAX, &number, NULL);
	return number;
}

/* Where the certificate of type is a link to. */
static void read_target(const struct lineage *l, int64_t number, enum key_type type,
			char *ret_target, size_t size)
{
	char *path = lineage_path(l, "views/%s/%s/cert.pem", lineage_number(number).text,
				  key_type_name(type));
	ssize_t len = readlink(path, ret_target, size - 1);

	ret_target[len > 0 ? len : 0] = '\0';
	free(path);
}

bool view_shows_same(const struct lineage *l, int64_t a, int64_t b, enum key_type type)
{
	char one[TARGET_MAX], other[TARGET_MAX];

	read_target(l, a, type, one, sizeof(one));
	read_target(l, b, type, other, sizeof(other));
	return *one && !strcmp(one, other);
}

char *view_find_fault(const struct lineage *l, int64_t number, enum key_type type)
{
	char *path = lineage_path(l, "views/%s/%s/cert.pem", lineage_number(number).text,
				  key_type_name(type));
	struct certificate c = { 0 };
	char *text = NULL, *words;
	struct why why;

	if (certificate_read(path, &c, &why) < 0)
		text = mem_printf("can't be used (%s)", why.text);
	else
		text = certificate_word_dates(&c, env_now(l->env));
	free(path);
	if (!text)
		return NULL;
	words = mem_printf("(%s) that was live before %s", key_type_name(type), text);
	free(text);
	return words;
}

bool view_shows(const struct lineage *l, int64_t number, int64_t generation,
		enum key_type type, int64_t certificate)
{
	char *want = target_of(generation, type, certificate, "cert.pem");
	char target[TARGET_MAX];
	bool shows;

	read_target(l, number, type, target, sizeof(target));
	shows = !strcmp(want, target);
	free(want);
	return shows;
}

bool view_is_fresh(const struct lineage *l, int64_t number, int64_t generation)
{
	struct certificate c;
	bool fresh = number != 0;
	size_t i;

	for (i = 0; i < l->conf.key_types && fresh; i++) {
		enum key_type type = l->conf.key_type[i];

		fresh = certificate_newest(l, generation, type, &c, NULL) == 0 &&
			view_shows(l, number, generation, type, c.number);
	}
	return fresh;
}

int view_prune(struct lineage *l, struct why *why)
{
	char *folder = lineage_path(l, "views");
	int64_t live = view_live(l), number;
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	free(folder);
	while (dir && rc == 0 && (entry = readdir(dir))) {
		if (number_parse(entry->d_name, 1, INT64_MAX, &number, NULL) < 0)
			continue;
		if (number != live && number != l->state.view &&
		    number != l->state.former_view && number != l->state.intent_view)
			rc = remove_view(l, number, why);
	}
	if (dir)
		closedir(dir);
	return rc;
}
