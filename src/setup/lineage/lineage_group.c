/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/lineage_group.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/same.h"
#include "base/why.h"
#include "setup/lineage/lineage.h"

#define DEPTH_MAX 8 /* keys/0001/ecdsa-p256/certs/0001 is five */

/* What is given to which group. */
struct giving {
	struct lineage *lineage;
	struct file_access folder, key;
};

static int give_folder(const struct giving *g, const char *path, int depth,
		       struct why *why);

static int give_entry(const struct giving *g, const char *path, const char *name,
		      int depth, struct why *why)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return why_errno(why, errno, "can't look at %s", path);
	if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
		return give_folder(g, path, depth + 1, why);
	if (S_ISREG(st.st_mode) && !strcmp(name, "privkey.pem"))
		return file_protect(&g->lineage->env->files, path, &g->key, why);
	return 0;
}

/* Where the group is new, what is in the folder comes first: nobody enters the folder
 * before that. */
static int give_folder(const struct giving *g, const char *path, int depth,
		       struct why *why)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char *inner;
	int rc = 0;

	if (!dir)
		return why_errno(why, errno, "can't read the folder %s", path);
	while (rc == 0 && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		inner = mem_printf("%s/%s", path, entry->d_name);
		rc = give_entry(g, inner, entry->d_name, depth, why);
		free(inner);
	}
	closedir(dir);
	return rc < 0 ? rc : file_protect(&g->lineage->env->files, path, &g->folder, why);
}

int lineage_group_apply(struct lineage *l, struct why *why)
{
	const char *group = l->conf.text[LINEAGE_CONF_KEY_GROUP];
	struct giving g = { .lineage = l };
	int rc;

	if (same_text(group, l->state.key_group))
		return 0;
	rc = lineage_access(l, true, &g.folder, why);
	if (rc == 0)
		rc = lineage_access(l, false, &g.key, why);
	if (rc == 0)
		rc = give_folder(&g, l->dir, 0, why);
	if (rc == 0)
		rc = lineage_note(l, why, "key-group", "group", group ? group : "none",
				  NULL);
	if (rc < 0)
		return rc;
	free(l->state.key_group);
	l->state.key_group = mem_text(group);
	return lineage_save(l, why);
}
