/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/publish_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"

static const struct publish_option *find_option(const struct publish_option *options,
						size_t count, const char *word,
						size_t len)
{
	size_t i, name;

	for (i = 0; i < count; i++) {
		name = strlen(options[i].name);
		if (name < len && !strncmp(word, options[i].name, name) &&
		    word[name] == '=')
			return &options[i];
	}
	return NULL;
}

static int take_word(const struct publish_option *options, size_t count, const char *word,
		     size_t len, struct why *why)
{
	const struct publish_option *o = find_option(options, count, word, len);
	size_t name = o ? strlen(o->name) + 1 : 0;

	if (!o)
		return why_set(why, DP_EINVAL, "publish: '%.*s' is not understood",
			       (int)len, word);
	if (*o->ret_value)
		return why_set(why, DP_EINVAL, "publish: %s= stands there twice",
			       o->name);
	if (name == len)
		return why_set(why, DP_EINVAL, "publish: %s= is empty", o->name);
	*o->ret_value = mem_text_n(word + name, len - name);
	return 0;
}

int publish_options_parse(const char *text, const struct publish_option *options,
			  size_t count, struct why *why)
{
	size_t len, i;
	int rc = 0;

	for (i = 0; i < count; i++)
		*options[i].ret_value = NULL;
	for (text += strspn(text, " \t"); *text && rc == 0; text += strspn(text, " \t")) {
		len = strcspn(text, " \t");
		rc = take_word(options, count, text, len, why);
		text += len;
	}
	for (i = 0; rc < 0 && i < count; i++) {
		free(*options[i].ret_value);
		*options[i].ret_value = NULL;
	}
	return rc;
}
