/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/key_lines.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/mem.h"

#define BLANKS " \t\r"

/* One line without the blanks around it. */
struct key_line {
	const char *at;
	size_t len;
};

static struct key_line trim_line(const char *at, size_t len)
{
	size_t lead = 0;

	while (lead < len && strchr(BLANKS, at[lead]))
		lead++;
	while (len > lead && strchr(BLANKS, at[len - 1]))
		len--;
	return (struct key_line){ at + lead, len - lead };
}

static bool is_section(const struct key_line *line, const char *section)
{
	size_t len = strlen(section);

	return line->len == len + 2 && !strncmp(line->at + 1, section, len) &&
	       line->at[len + 1] == ']';
}

/* The value on the line, if it is name's; NULL else. */
static char *value_on(const struct key_line *line, const char *name)
{
	const char *equals = memchr(line->at, '=', line->len);
	struct key_line left, right;
	size_t before;

	if (!equals)
		return NULL;
	before = (size_t)(equals - line->at);
	left = trim_line(line->at, before);
	right = trim_line(equals + 1, line->len - before - 1);
	if (left.len != strlen(name) || strncmp(left.at, name, left.len) != 0 ||
	    !right.len)
		return NULL;
	return mem_text_n(right.at, right.len);
}

char *key_lines_find(const char *text, const char *section, const char *name)
{
	bool inside = !section;
	struct key_line line;
	char *value = NULL;
	size_t len;

	for (; *text && !value; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		line = trim_line(text, len);
		if (line.len && *line.at == '[')
			inside = !section || is_section(&line, section);
		else if (inside && line.len && *line.at != '#' && *line.at != ';')
			value = value_on(&line, name);
	}
	return value;
}
