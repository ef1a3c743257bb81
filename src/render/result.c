/* SPDX-License-Identifier: BSD-2-Clause */
#include "render/result.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"

/* The members before "summary" say all, and are parsed as an object of their own: a line
 * can be long. That name with its quotes can't be within a string. NULL: no result. */
static json_t *parse_head(const char *head)
{
	const char *end = strstr(head, "\"summary\":");
	json_t *object;
	char *text;

	if (!end)
		return NULL;
	while (end > head && (end[-1] == ' ' || end[-1] == ','))
		end--;
	text = mem_printf("%.*s}", (int)(end - head), head);
	object = json_loads(text, 0, NULL);
	free(text);
	return object;
}

static const char *member_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static bool find_code(const char *name, enum code *ret_code)
{
	size_t i;

	for (i = 0; name && i < CODE_COUNT; i++)
		if (!strcmp(name, code_name((enum code)i))) {
			*ret_code = (enum code)i;
			return true;
		}
	return false;
}

static bool find_state(const char *name, enum state *ret_state)
{
	size_t i;

	for (i = 0; name && i <= STATE_UNKNOWN; i++)
		if (!strcmp(name, state_name((enum state)i))) {
			*ret_state = (enum state)i;
			return true;
		}
	return false;
}

bool result_from_head(const char *head, struct result *ret_result)
{
	json_t *o = parse_head(head);
	const char *key = member_text(o, "normalized");
	struct result r = { 0 };
	bool good;

	if (!key)
		key = member_text(o, "target");
	good = key && find_code(member_text(o, "code"), &r.code) &&
	       find_state(member_text(o, "state"), &r.state);
	r.lookup_only = json_is_true(json_object_get(o, "lookup_only"));
	if (good) {
		r.key = mem_text(key);
		*ret_result = r;
	}
	json_decref(o);
	return good;
}

void result_clear(struct result *result)
{
	free(result->key);
	*result = (struct result){ 0 };
}

char *result_key(const char *raw)
{
	json_t *text = json_string(raw);
	bool is_utf8 = text != NULL;

	json_decref(text);
	return is_utf8 ? mem_text(raw) : log_escape(raw, strlen(raw));
}
