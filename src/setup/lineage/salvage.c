/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/salvage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage.h"

#define JOURNAL_MAX (1 << 16) /* of one that has only a creation in it */
#define FIRST_GENERATIONS 2   /* that new makes */

static bool is_there(const struct lineage *l, const char *name)
{
	char *path = lineage_path(l, "%s", name);
	struct stat st;
	bool there = lstat(path, &st) == 0;

	free(path);
	return there;
}

/* When the copy was the state, as text into when; false where there is none that is
 * whole. */
static bool find_copy(const struct lineage *l, char *when)
{
	char *path = lineage_path(l, LINEAGE_STATE_COPY);
	struct lineage_state copy;
	struct stat st;
	bool found = stat(path, &st) == 0 && lineage_state_load(path, &copy, NULL) == 0;

	free(path);
	if (!found)
		return false;
	lineage_state_clear(&copy);
	(void)clock_rfc3339(st.st_mtime, when);
	return true;
}

static char *tell_way_back(const struct lineage *l)
{
	char when[32];

	if (!find_copy(l, when))
		return mem_text("restore it from a backup that is no older than the last "
				"rollover");
	return mem_printf("`cp -p %s/%s %s/state` brings back the last one (of %s)",
			  l->dir, LINEAGE_STATE_COPY, l->dir, when);
}

int salvage_explain(const struct lineage *l, int code, const char *what, struct why *why)
{
	char *back = tell_way_back(l);

	why_set(why, code,
		"%s/state %s, and it alone says which key is in use and which must not "
		"be: %s; or begin anew with the key that is live, under another name: "
		"daneprobe new NAME --adopt %s/live, and then let the servers read "
		"NAME/live",
		l->dir, what, back, l->dir);
	free(back);
	return code;
}

/* The verb is the third word of a line. */
static bool is_by_new(const char *line)
{
	int i;

	for (i = 0; i < 2; i++) {
		line += strcspn(line, " \n");
		line += *line == ' ';
	}
	return !strncmp(line, "new ", 4);
}

static bool tells_more(const char *journal)
{
	const char *line;

	for (line = journal; *line; line += strcspn(line, "\n") + 1) {
		if (*line != '\n' && !is_by_new(line))
			return true;
		if (!strchr(line, '\n'))
			break;
	}
	return false;
}

/* One that is too long tells more, too. */
static bool journal_tells_more(const struct lineage *l)
{
	char *path = lineage_path(l, "journal"), *text = NULL;
	size_t len;
	int rc = file_read_itself(path, JOURNAL_MAX, &text, &len, NULL);
	bool more = rc == 0 ? tells_more(text) : rc != DP_ENOENT;

	free(text);
	free(path);
	return more;
}

/* Whether the copy tells more than that new has made the lineage. One that can't be read
 * may. */
static bool copy_tells_more(const struct lineage *l)
{
	char *path = lineage_path(l, LINEAGE_STATE_COPY);
	struct lineage_state s;
	int rc = lineage_state_load(path, &s, NULL);
	bool more;

	free(path);
	if (rc < 0)
		return rc != DP_ENOENT;
	more = s.stage != STAGE_STAGED || s.view || s.published_at || s.compromised ||
	       s.last > FIRST_GENERATIONS;
	lineage_state_clear(&s);
	return more;
}

/* What new itself made it lead to tells nothing. */
static bool live_tells_more(const struct lineage *l)
{
	static const char made[] = "views/" LINEAGE_SELF_SIGNED;
	char *path = lineage_path(l, "live"), target[sizeof(made) + 1];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	free(path);
	target[len > 0 ? len : 0] = '\0';
	return is_there(l, "live") && strcmp(target, made) != 0;
}

bool salvage_has_history(const struct lineage *l)
{
	size_t i;

	if (live_tells_more(l) || is_there(l, "keys/0003"))
		return true;
	for (i = 1; i <= FIRST_GENERATIONS; i++)
		if (salvage_is_marked(l, (int64_t)i))
			return true;
	return journal_tells_more(l) || copy_tells_more(l);
}

static char *mark_path(const struct lineage *l, int64_t generation)
{
	return lineage_path(l, "keys/%s/compromised", lineage_number(generation).text);
}

int salvage_mark(struct lineage *l, int64_t generation, struct why *why)
{
	char *path = mark_path(l, generation), when[32], *text;
	int rc;

	text = mem_printf("declared compromised at %s\n",
			  clock_rfc3339(env_now(l->env), when));
	rc = file_create(&l->env->files, path, FILE_ACCESS(0644), text, strlen(text),
			 why);
	free(text);
	free(path);
	return rc == DP_EEXIST ? 0 : rc;
}

bool salvage_is_marked(const struct lineage *l, int64_t generation)
{
	char *path = mark_path(l, generation);
	bool marked = access(path, F_OK) == 0;

	free(path);
	return marked;
}
