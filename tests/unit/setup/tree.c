/* SPDX-License-Identifier: BSD-2-Clause */
#include "tree.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/fnv.h"
#include "base/mem.h"

#define FILE_MAX (1 << 20)

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

void tree_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	char *inner;

	while (dir && (entry = readdir(dir))) {
		if (is_dots(entry->d_name))
			continue;
		inner = mem_printf("%s/%s", path, entry->d_name);
		if (lstat(inner, &st) == 0 && S_ISDIR(st.st_mode))
			tree_remove(inner);
		else
			(void)unlink(inner);
		free(inner);
	}
	if (dir)
		closedir(dir);
	(void)rmdir(path);
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	if (file_read(from, FILE_MAX, &text, &len, NULL) < 0)
		abort();
	f = fopen(to, "w");
	if (!f || fwrite(text, 1, len, f) != len || fclose(f) != 0 || chmod(to, mode) < 0)
		abort();
	free(text);
}

static void copy_link(const char *from, const char *to)
{
	char target[512];
	ssize_t len = readlink(from, target, sizeof(target) - 1);

	if (len < 0)
		abort();
	target[len] = '\0';
	if (symlink(target, to) < 0)
		abort();
}

static void copy_any(const char *from, const char *to)
{
	struct stat st;

	if (lstat(from, &st) < 0)
		abort();
	if (S_ISDIR(st.st_mode))
		tree_copy(from, to);
	else if (S_ISLNK(st.st_mode))
		copy_link(from, to);
	else
		copy_file(from, to, st.st_mode & 07777);
}

void tree_copy(const char *from, const char *to)
{
	DIR *dir = opendir(from);
	struct dirent *entry;
	char *source, *copy;
	struct stat st;

	if (!dir || stat(from, &st) < 0 || mkdir(to, st.st_mode & 07777) < 0)
		abort();
	while ((entry = readdir(dir))) {
		if (is_dots(entry->d_name))
			continue;
		source = mem_printf("%s/%s", from, entry->d_name);
		copy = mem_printf("%s/%s", to, entry->d_name);
		copy_any(source, copy);
		free(source);
		free(copy);
	}
	closedir(dir);
}

/* The second word of each line is the number of the process that wrote it. */
static void blank_processes(char *text)
{
	char *at = text;

	while (at && *at) {
		at += strcspn(at, " \n");
		if (*at == ' ')
			memset(at + 1, '0', strspn(at + 1, "0123456789"));
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
}

static void print_file(FILE *out, const char *path)
{
	const char *name = strrchr(path, '/');
	char *text = NULL;
	size_t len;

	if (file_read(path, FILE_MAX, &text, &len, NULL) < 0)
		abort();
	if (!strcmp(name, "/journal"))
		blank_processes(text);
	if (fprintf(out, "%zu:", len) < 0 || fwrite(text, 1, len, out) != len)
		abort();
	free(text);
}

static void print_link(FILE *out, const char *path)
{
	char target[512];
	ssize_t len = readlink(path, target, sizeof(target));

	if (len < 0 || fwrite(target, 1, (size_t)len, out) != (size_t)len)
		abort();
}

static void print_tree(FILE *out, const char *path)
{
	struct dirent **entry = NULL;
	int count = scandir(path, &entry, NULL, alphasort), i;
	struct stat st;

	if (count < 0)
		abort();
	for (i = 0; i < count; i++) {
		char *inner = mem_printf("%s/%s", path, entry[i]->d_name);

		if (!is_dots(entry[i]->d_name)) {
			if (lstat(inner, &st) < 0 ||
			    fprintf(out, "\n%s %o ", inner, (unsigned)st.st_mode) < 0)
				abort();
			if (S_ISDIR(st.st_mode))
				print_tree(out, inner);
			else if (S_ISLNK(st.st_mode))
				print_link(out, inner);
			else
				print_file(out, inner);
		}
		free(inner);
		free(entry[i]);
	}
	free(entry);
}

uint64_t tree_fingerprint(const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	uint64_t print;

	if (!out)
		abort();
	print_tree(out, path);
	if (fclose(out) != 0)
		abort();
	print = fnv_octets(text, len);
	free(text);
	return print;
}
