/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/predict_conf.h"

#include <string.h>

#include "base/same.h"

#define BLANKS "\"' \t\r"

/* A line without its end; the next one's begin, NULL behind the last. */
static const char *next_line(const char *line, size_t *ret_len)
{
	*ret_len = strcspn(line, "\n");
	return line[*ret_len] ? line + *ret_len + 1 : NULL;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	while (len && strchr(BLANKS, *text)) {
		text++;
		len--;
	}
	while (len && strchr(BLANKS, text[len - 1]))
		len--;
	return same_word(text, len, word);
}

/* Both spellings of certbot's names: reuse_key and reuse-key. */
static bool is_name(const char *text, size_t len, const char *a, const char *b)
{
	return is_word(text, len, a) || is_word(text, len, b);
}

static bool is_true(const char *text, size_t len)
{
	return is_word(text, len, "true") || is_word(text, len, "1") ||
	       is_word(text, len, "yes") || is_word(text, len, "on");
}

/* A value; NULL: the name stands alone, as a flag of argparse does. */
struct value {
	const char *text;
	size_t len;
};

/* The last "name = value" of the section ("" is the one before any). False where there
 * is none. */
static bool find_value(const char *text, const char *section, const char *a,
		       const char *b, struct value *ret_value)
{
	bool inside = !*section, found = false;
	const char *equals;
	size_t len, name;

	for (; text; text = next_line(text, &len)) {
		len = strcspn(text, "\n");
		if (*text == '[') {
			inside = is_word(text, len, section);
			continue;
		}
		equals = memchr(text, '=', len);
		name = equals ? (size_t)(equals - text) : len;
		if (!inside || !is_name(text, name, a, b))
			continue;
		found = true;
		*ret_value = equals ? (struct value){ equals + 1, len - name - 1 }
				    : (struct value){ NULL, 0 };
	}
	return found;
}

static bool find_flag(const char *text, const char *section, const char *a, const char *b,
		      bool *ret_value)
{
	struct value value;

	if (!find_value(text, section, a, b, &value))
		return false;
	*ret_value = !value.text || is_true(value.text, value.len);
	return true;
}

bool predict_conf_certbot_makes(const char *renewal, const char *type)
{
	struct value value;

	return !find_value(renewal, "[renewalparams]", "key_type", "key-type", &value) ||
	       !value.text || is_word(value.text, value.len, type);
}

bool predict_conf_is_certbot(const char *renewal)
{
	return strstr(renewal, "[renewalparams]") != NULL;
}

enum predict_key predict_conf_certbot(const char *renewal, const char *cli)
{
	bool reuse = false, flag = false;

	(void)find_flag(renewal, "[renewalparams]", "reuse_key", "reuse-key", &reuse);
	if (cli && find_flag(cli, "", "reuse_key", "reuse-key", &flag))
		reuse = flag;
	if (cli && find_flag(cli, "", "no_reuse_key", "no-reuse-key", &flag) && flag)
		reuse = false;
	if (cli && find_flag(cli, "", "new_key", "new-key", &flag) && flag)
		reuse = false;
	return reuse ? PREDICT_SAME_KEY : PREDICT_NEW_KEY;
}

bool predict_conf_is_acme_sh(const char *text)
{
	return !strncmp(text, "Le_Domain=", 10) || strstr(text, "\nLe_Domain=");
}

enum predict_key predict_conf_acme_sh(const char *text)
{
	bool forced = false;

	(void)find_flag(text, "", "Le_ForceNewDomainKey", "Le_ForceNewDomainKey",
			&forced);
	return forced ? PREDICT_NEW_KEY : PREDICT_SAME_KEY;
}
