/* SPDX-License-Identifier: BSD-2-Clause */
/* main() of a fuzz target where libFuzzer isn't linked: each file of its corpus goes
 * through the target once. Files or folders may be given instead. Speaks TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"

#define INPUT_MAX (1 << 20) /* libFuzzer's own limit for a file of a corpus */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	char *data = NULL;
	size_t len = 0;

	if (file_read(path, INPUT_MAX, &data, &len, NULL) < 0) {
		printf("# %s: can't be read\n", path);
		return 0;
	}
	fprintf(stderr, "# %s\n", path); /* the last one named is the one that crashed */
	(void)LLVMFuzzerTestOneInput((const uint8_t *)data, len);
	free(data);
	return 1;
}

static int replay_folder(DIR *dir, const char *path)
{
	struct dirent *entry;
	int count = 0;

	while ((entry = readdir(dir))) {
		char *file = mem_printf("%s/%s", path, entry->d_name);

		if (entry->d_name[0] != '.')
			count += replay_file(file);
		free(file);
	}
	return count;
}

static int replay(const char *path)
{
	DIR *dir = opendir(path);
	int count;

	if (!dir)
		return replay_file(path);
	count = replay_folder(dir, path);
	closedir(dir);
	return count;
}

/* tests/fuzz/corpus/NAME for the program .../fuzz_NAME */
static char *own_corpus(const char *program)
{
	const char *name = strstr(program, "fuzz_"), *next, *top = getenv("top_srcdir");

	while (name && (next = strstr(name + 1, "fuzz_")))
		name = next;
	return mem_printf("%s/tests/fuzz/corpus/%s", top ? top : ".",
			  name ? name + strlen("fuzz_") : "");
}

int main(int argc, char **argv)
{
	char *corpus = own_corpus(argv[0]);
	int i, count = 0;

	if (argc == 1)
		count = replay(corpus);
	for (i = 1; i < argc; i++)
		count += replay(argv[i]);
	free(corpus);
	printf("1..1\n%s 1 - %d files of the corpus\n", count ? "ok" : "not ok", count);
	return count == 0;
}
