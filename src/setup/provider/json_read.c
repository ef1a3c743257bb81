/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/json_read.h"

#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "setup/provider/provider_answer.h"

#define TEXT_MAX 300

json_t *json_read(const char *body, int *ret_rc, struct why *why)
{
	json_t *root = json_loads(body, JSON_REJECT_DUPLICATES, NULL);

	*ret_rc = root ? 0 : why_set(why, DP_EFORMAT, "it is no JSON");
	return root;
}

char *json_read_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	char *copy = text ? mem_text_n(text, strnlen(text, TEXT_MAX)) : NULL, *c;

	for (c = copy; c && *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return copy;
}

uint32_t json_read_number(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	int64_t number = 0;

	if (json_is_string(value) &&
	    number_parse(json_string_value(value), 0, UINT32_MAX, &number, NULL) < 0)
		return 0;
	if (json_is_integer(value))
		number = json_integer_value(value);
	return number < 0 || number > UINT32_MAX ? 0 : (uint32_t)number;
}

int json_read_records(const json_t *array, struct provider_answer *answer,
		      struct why *why)
{
	const json_t *value;
	size_t i;
	int rc = 0;

	if (!json_is_array(array))
		return why_set(why, DP_EFORMAT, "it has no list of records");
	json_array_foreach(array, i, value)
	{
		if (!json_is_string(value))
			return why_set(why, DP_EFORMAT, "a record of it is no text");
		rc = provider_answer_add_record(answer, "", json_string_value(value),
						why);
		if (rc < 0)
			break;
	}
	return rc;
}
