/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/predict/predict_conf.h"

#include <string.h>

#include "base/same.h"

#include "setup/predict/renewal_conf.h"

#define BLANKS "\"' \t\r"

/* Takes a line without its end; returns where the next one begins, NULL after the
 * last. */
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

/* Where the name of an option ends, and where its value begins: "name = value", "name:
 * value" or "name value". A comment begins behind a blank. */
static struct value split_option(const char *line, size_t len, size_t *ret_name)
{
	size_t i, at;

	for (i = 1; i < len; i++)
		if ((line[i] == '#' || line[i] == ';') && strchr(BLANKS, line[i - 1]))
			len = i;
	for (i = 0; i < len && !strchr("=: \t", line[i]);)
		i++;
	*ret_name = i;
	for (at = i; at < len && strchr(" \t", line[at]);)
		at++;
	if (at < len && (line[at] == '=' || line[at] == ':'))
		at++;
	else if (at == len)
		return (struct value){ NULL, 0 };
	return (struct value){ line + at, len - at };
}

/* The last value of a name in lines of "name = value"; those of sections count for
 * nothing. False where there is none. */
static bool find_value(const char *text, const char *a, const char *b,
		       struct value *ret_value)
{
	bool found = false;
	struct value value;
	size_t len, name;

	for (; text; text = next_line(text, &len)) {
		text += strspn(text, " \t");
		len = strcspn(text, "\n");
		value = split_option(text, len, &name);
		if (!is_name(text, name, a, b))
			continue;
		found = true;
		*ret_value = value;
	}
	return found;
}

static bool find_flag(const char *text, const char *a, const char *b, bool *ret_value)
{
	struct value value;

	if (!find_value(text, a, b, &value))
		return false;
	*ret_value = !value.text || is_true(value.text, value.len);
	return true;
}

static bool overrule_reuse(const char *cli, bool reuse)
{
	bool flag = false;

	if (find_flag(cli, "reuse_key", "reuse-key", &flag))
		reuse = flag;
	if (find_flag(cli, "no_reuse_key", "no-reuse-key", &flag) && flag)
		reuse = false;
	if (find_flag(cli, "new_key", "new-key", &flag) && flag)
		reuse = false;
	return reuse;
}

int predict_conf_certbot(const char *renewal, const char *cli, enum predict_key *ret_key,
			 struct why *why)
{
	struct renewal_conf conf = { 0 };
	bool reuse;
	int rc = renewal_conf_parse(renewal, &conf, why);

	if (rc < 0)
		return rc;
	reuse = cli ? overrule_reuse(cli, conf.reuse_key) : conf.reuse_key;
	*ret_key = reuse ? PREDICT_SAME_KEY : PREDICT_NEW_KEY;
	renewal_conf_clear(&conf);
	return 0;
}

bool predict_conf_certbot_makes(const char *renewal, const char *type)
{
	struct renewal_conf conf = { 0 };
	bool makes;

	if (renewal_conf_parse(renewal, &conf, NULL) < 0)
		return false;
	makes = !conf.key_type || same_word(type, strlen(type), conf.key_type);
	renewal_conf_clear(&conf);
	return makes;
}

bool predict_conf_is_acme_sh(const char *text)
{
	return !strncmp(text, "Le_Domain=", 10) || strstr(text, "\nLe_Domain=");
}

enum predict_key predict_conf_acme_sh(const char *text)
{
	bool forced = false;

	(void)find_flag(text, "Le_ForceNewDomainKey", "Le_ForceNewDomainKey", &forced);
	return forced ? PREDICT_NEW_KEY : PREDICT_SAME_KEY;
}
