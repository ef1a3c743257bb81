/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/lineage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/key/record.h"
#include "setup/lineage/journal.h"

#define ITEMS_MAX 12
#define KNOWN_MAX 100 /* generations, the newest: as many years, mostly */
#define LOCK_MAX 100  /* octets of the line that says who has it */

static const struct file_access private_file = { .mode = 0600, .group = (gid_t)-1 };

int lineage_check_name(const char *name, struct why *why)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

	if (!*name || strlen(name) > LINEAGE_NAME_MAX || strchr("-._", *name) ||
	    name[strspn(name, alphabet)])
		return why_set(why, DP_EINVAL,
			       "'%s' can't name a lineage: letters, digits, '.', '_' "
			       "and '-', at most %d",
			       name, LINEAGE_NAME_MAX);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool lineage_is_there(const char *base, const char *name)
{
	char *state = mem_printf("%s/%s/state", base, name);
	char *conf = mem_printf("%s/%s/lineage.conf", base, name);
	bool is = access(state, F_OK) == 0 || access(conf, F_OK) == 0;
	int failed = errno;

	free(state);
	free(conf);
	errno = failed;
	return is;
}

/* A folder that we may not look into counts: without it all the others would be told as
 * if they were all. */
static bool may_be_lineage(const char *base, const char *name)
{
	bool is = lineage_is_there(base, name);

	return is || errno == EACCES;
}

int lineage_list(const char *base, char ***ret_names, size_t *ret_count, struct why *why)
{
	DIR *dir = opendir(base);
	struct dirent *entry;
	char **names = NULL;
	size_t count = 0;

	if (!dir && errno != ENOENT)
		return why_errno(why, errno, "can't read the folder %s", base);
	while (dir && (entry = readdir(dir))) {
		if (lineage_check_name(entry->d_name, NULL) < 0 ||
		    !may_be_lineage(base, entry->d_name))
			continue;
		names = mem_grow(names, count, sizeof(*names));
		names[count++] = mem_text(entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (count)
		qsort(names, count, sizeof(*names), by_text);
	*ret_names = names;
	*ret_count = count;
	return 0;
}

struct lineage_number lineage_number(int64_t number)
{
	struct lineage_number n;

	(void)snprintf(n.text, sizeof(n.text), "%04lld", (long long)number);
	return n;
}

char *lineage_path(const struct lineage *l, const char *format, ...)
{
	char rest[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(rest, sizeof(rest), format, ap);
	va_end(ap);
	return mem_printf("%s/%s", l->dir, rest);
}

char *lineage_key_path(const struct lineage *l, int64_t generation, enum key_type type,
		       const char *rest)
{
	return lineage_path(l, "keys/%s/%s%s%s", lineage_number(generation).text,
			    key_type_name(type), *rest ? "/" : "", rest);
}

int lineage_access(const struct lineage *l, bool is_folder,
		   struct file_access *ret_access, struct why *why)
{
	const char *name = lineage_conf_get(&l->conf, LINEAGE_CONF_KEY_GROUP);
	const struct group *group;

	*ret_access = (struct file_access){ .mode = is_folder ? 0700 : 0600,
					    .group = (gid_t)-1 };
	if (!*name)
		return 0;
	group = getgrnam(name);
	if (!group)
		return why_set(why, DP_EINVAL, "key_group: there is no group '%s'", name);
	ret_access->mode = is_folder ? 0750 : 0640;
	ret_access->group = group->gr_gid;
	return 0;
}

int lineage_save(struct lineage *l, struct why *why)
{
	char *path = lineage_path(l, "state");
	int rc;

	l->state.conf_hash = lineage_conf_hash(&l->conf);
	rc = lineage_state_save(l->env, path, &private_file, &l->state, why);

	free(path);
	l->has_saved = l->has_saved || rc == 0;
	return rc;
}

int lineage_note(struct lineage *l, struct why *why, const char *event, ...)
{
	struct journal_item items[ITEMS_MAX];
	size_t count = 0;
	const char *key;
	va_list ap;
	char *path;
	int rc;

	if (l->lock < 0)
		return 0;
	va_start(ap, event);
	while (count < ITEMS_MAX && (key = va_arg(ap, const char *))) {
		items[count].key = key;
		items[count++].value = va_arg(ap, const char *);
	}
	va_end(ap);
	path = lineage_path(l, "journal");
	rc = journal_add(l->env, path, l->verb, event, items, count, why);
	free(path);
	return rc;
}

void lineage_begin(struct env *env, const char *base, const char *name, const char *verb,
		   struct lineage *lineage)
{
	*lineage = (struct lineage){ .env = env,
				     .verb = verb,
				     .name = mem_text(name),
				     .dir = mem_printf("%s/%s", base, name),
				     .lock = -1 };
	lineage_conf_init(&lineage->conf);
	lineage_state_init(&lineage->state);
}

/* For who loses the state. That a run couldn't make the copy is no reason to fail. */
static void copy_state(struct lineage *l)
{
	char *from = lineage_path(l, "state"), *text = NULL;
	char *to = lineage_path(l, LINEAGE_STATE_COPY);
	size_t len;

	if (file_read_itself(from, LINEAGE_STATE_MAX, &text, &len, NULL) == 0)
		(void)file_replace(&l->env->files, to, &private_file, text, len, NULL);
	free(text);
	free(from);
	free(to);
}

void lineage_close(struct lineage *l)
{
	if (l->has_saved)
		copy_state(l);
	if (l->lock >= 0)
		(void)close(l->lock);
	lineage_conf_clear(&l->conf);
	lineage_state_clear(&l->state);
	free(l->name);
	free(l->dir);
	*l = (struct lineage){ .lock = -1 };
}

/* Who has the lock writes that into it, for those who find it taken. */
static void sign_lock(const struct lineage *l, int fd)
{
	char *text = mem_printf("daneprobe %s (process %ld)\n", l->verb, (long)getpid());
	bool signed_it = ftruncate(fd, 0) == 0 && pwrite(fd, text, strlen(text), 0) > 0;

	(void)signed_it; /* on a full disk the lock counts without */
	free(text);
}

static int refuse_lock(const struct lineage *l, int fd, struct why *why)
{
	char text[LOCK_MAX];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return why_set(why, DP_EBUSY, "%s is at work on the lineage %s",
		       *text ? text : "another daneprobe", l->name);
}

/* flock() lasts until the last process closes the descriptor, so no command inherits
 * it. */
int lineage_lock(struct lineage *l, struct why *why)
{
	char *path = lineage_path(l, "lock");
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	int failed = errno;

	free(path);
	if (fd < 0)
		return why_errno(why, failed, "can't lock the lineage %s", l->name);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		failed = errno;
		failed = failed == EWOULDBLOCK
				 ? refuse_lock(l, fd, why)
				 : why_errno(why, failed, "can't lock the lineage %s",
					     l->name);
		(void)close(fd);
		return failed;
	}
	sign_lock(l, fd);
	l->lock = fd;
	return 0;
}

static int point_link(struct lineage *l, const char *name, int64_t generation,
		      struct why *why)
{
	char *path = lineage_path(l, "%s", name);
	char *target = mem_printf("keys/%s", lineage_number(generation).text);
	char now[64];
	ssize_t len = readlink(path, now, sizeof(now) - 1);
	int rc = 0;

	now[len > 0 ? len : 0] = '\0';
	if (strcmp(now, target) != 0)
		rc = file_point(&l->env->files, path, target, why);
	free(path);
	free(target);
	return rc;
}

int lineage_point(struct lineage *l, struct why *why)
{
	int rc = point_link(l, "current", l->state.current, why);

	return rc < 0 ? rc : point_link(l, "next", l->state.next, why);
}

int lineage_spki(const struct lineage *l, int64_t generation, uint8_t (*ret_spki)[32],
		 struct why *why)
{
	struct record_source source = { 0 };
	struct tlsa rr = { 0 };
	char *path;
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		path = lineage_key_path(l, generation, l->conf.key_type[i],
					"request.csr");
		rc = record_source_csr(path, &source, why);
		free(path);
		if (rc == 0)
			rc = tlsa_from_octets(TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256,
					      source.key, source.key_len, &rr, why);
		if (rc == 0)
			memcpy(ret_spki[i], rr.data, 32);
		tlsa_clear(&rr);
		record_source_clear(&source);
	}
	return rc;
}

size_t lineage_known_keys(const struct lineage *l, struct env_known_key **ret_keys)
{
	uint8_t spki[KEY_TYPE_COUNT][32];
	struct env_known_key *keys = NULL;
	int64_t g = l->state.last, oldest = g > KNOWN_MAX ? g - KNOWN_MAX : 0;
	size_t count = 0, i;

	for (; g > oldest; g--) {
		if (lineage_spki(l, g, spki, NULL) < 0) /* somebody deleted it */
			continue;
		for (i = 0; i < l->conf.key_types; i++) {
			keys = mem_grow(keys, count, sizeof(*keys));
			keys[count].generation = g;
			memcpy(keys[count++].spki, spki[i], sizeof(spki[i]));
		}
	}
	*ret_keys = keys;
	return count;
}

void lineage_kinds(const struct lineage *l, bool *ret_rsa, bool *ret_ecdsa)
{
	size_t i;

	*ret_rsa = *ret_ecdsa = false;
	for (i = 0; i < l->conf.key_types; i++)
		if (key_type_is_rsa(l->conf.key_type[i]))
			*ret_rsa = true;
		else
			*ret_ecdsa = true;
}
