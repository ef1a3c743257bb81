/* SPDX-License-Identifier: BSD-2-Clause */
#include "power.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tree.h"

void power_begin(struct power *power, const char *base)
{
	*power = (struct power){ .backups = 0 };
	(void)snprintf(power->folder, sizeof(power->folder), "%s.power", base);
	if (mkdir(power->folder, 0700) < 0)
		abort();
}

void power_end(struct power *power)
{
	tree_remove(power->folder);
	power->names = 0;
	power->dirty[0] = '\0';
}

static char *backup_path(const struct power *power, const struct power_name *name)
{
	return mem_printf("%s/%u", power->folder, name->backup);
}

static bool is_temporary(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && !strcmp(path + len - 4, ".tmp");
}

static bool is_in(const char *folder, const char *path)
{
	size_t len = strlen(folder);

	return !strncmp(path, folder, len) && path[len] == '/' &&
	       !strchr(path + len + 1, '/');
}

static void forget(struct power *power, size_t i)
{
	char *path = backup_path(power, &power->name[i]);

	if (power->name[i].backup)
		(void)unlink(path);
	free(path);
	memmove(&power->name[i], &power->name[i + 1],
		(--power->names - i) * sizeof(power->name[0]));
}

void power_settle(struct power *power)
{
	while (power->names)
		forget(power, power->names - 1);
	power->dirty[0] = '\0';
}

static void settle_folder(struct power *power, const char *folder)
{
	size_t i = power->names;

	while (i--)
		if (is_in(folder, power->name[i].path))
			forget(power, i);
}

/* A link to what is there, also where that is a symbolic link itself. */
static void back_up(struct power *power, struct power_name *name)
{
	char *path;

	name->backup = ++power->backups;
	path = backup_path(power, name);
	if (linkat(AT_FDCWD, name->path, AT_FDCWD, path, 0) < 0)
		abort();
	free(path);
}

static void note_name(struct power *power, enum file_op op, const char *path)
{
	struct power_name *name;
	struct stat st;

	if (power->names == POWER_NAMES_MAX)
		forget(power, 0);
	name = &power->name[power->names++];
	*name = (struct power_name){ .op = op };
	if ((size_t)snprintf(name->path, sizeof(name->path), "%s", path) >=
	    sizeof(name->path))
		abort();
	name->existed = lstat(path, &st) == 0;
	name->is_folder = name->existed && S_ISDIR(st.st_mode);
	name->mode = name->existed ? st.st_mode & 07777 : 0;
	if (name->existed && !name->is_folder && (op == FILE_RENAME || op == FILE_UNLINK))
		back_up(power, name);
}

/* What was written to a temporary file and not fsynced goes on under its new name. */
static bool is_beside(const char *dirty, const char *path)
{
	size_t len = strlen(path);

	return !strncmp(dirty, path, len) && !strcmp(dirty + len, ".tmp");
}

void power_note(struct power *power, enum file_op op, const char *path)
{
	switch (op) {
	case FILE_WRITE:
		(void)snprintf(power->dirty, sizeof(power->dirty), "%s", path);
		return;
	case FILE_FSYNC:
		if (!strcmp(path, power->dirty))
			power->dirty[0] = '\0';
		settle_folder(power, path);
		return;
	case FILE_PROTECT: /* it only takes rights away or gives them: no data */
		return;
	case FILE_MKDIR:
	case FILE_CREATE:
	case FILE_SYMLINK:
	case FILE_UNLINK:
		break;
	case FILE_RENAME:
	case FILE_LINK:
		if (is_beside(power->dirty, path))
			(void)snprintf(power->dirty, sizeof(power->dirty), "%s", path);
		break;
	}
	note_name(power, op, path);
}

bool power_is_at_risk(const struct power *power)
{
	size_t i;

	for (i = 0; i < power->names; i++)
		if (!is_temporary(power->name[i].path))
			return true;
	return *power->dirty && !is_temporary(power->dirty);
}

static void bring_back(const struct power *power, const struct power_name *name)
{
	char *path = backup_path(power, name);

	if (name->is_folder)
		(void)mkdir(name->path, name->mode);
	else
		(void)rename(path, name->path);
	free(path);
}

/* The one folder that is renamed was "new" before (certificate.c). */
static void rename_back(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *from = mem_printf("%.*s/new", (int)(slash - path), path);
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		(void)rename(path, from);
	else
		(void)unlink(path);
	free(from);
}

static void undo(const struct power *power, const struct power_name *name)
{
	if (name->op == FILE_RENAME && !name->existed)
		rename_back(name->path);
	else if (name->existed && (name->op == FILE_RENAME || name->op == FILE_UNLINK))
		bring_back(power, name);
	else if (!name->existed && name->op == FILE_MKDIR)
		tree_remove(name->path);
	else if (!name->existed)
		(void)unlink(name->path);
}

void power_lose(struct power *power, enum power_loss loss)
{
	size_t i = power->names;

	if (loss != POWER_NONE && *power->dirty)
		(void)!truncate(power->dirty, 0);
	while (loss == POWER_ALL && i--)
		undo(power, &power->name[i]);
	power_settle(power);
}
