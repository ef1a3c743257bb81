/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/tsig_key.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/file_kind.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/world/secret_file.h"

#define BLANKS " \t\r\n"
#define WORD_MAX 256 /* a domain name, or the base64 of 128 octets */

static const char *const algorithms[] = { "hmac-sha256", "hmac-sha512" };

void tsig_key_clear(struct tsig_key *key)
{
	if (key->secret)
		mem_wipe(key->secret, strlen(key->secret));
	free(key->secret);
	free(key->name);
	*key = (struct tsig_key){ 0 };
}

/* Blanks and comments of BIND's and Knot's files. */
static const char *skip_blanks(const char *p)
{
	const char *end;

	for (;;) {
		p += strspn(p, BLANKS);
		if (*p == '#' || !strncmp(p, "//", 2)) {
			p += strcspn(p, "\n");
		} else if (!strncmp(p, "/*", 2)) {
			end = strstr(p + 2, "*/");
			p = end ? end + 2 : p + strlen(p);
		} else {
			return p;
		}
	}
}

/* Takes the next word: in quotes, or up to a blank or one of "{};:". NULL where there
 * is none that fits. */
static const char *take_word(const char *p, char word[WORD_MAX])
{
	bool quoted;
	size_t len;

	p = skip_blanks(p);
	quoted = *p == '"';
	p += quoted;
	len = quoted ? strcspn(p, "\"\n") : strcspn(p, BLANKS "{};:\"");
	if (!len || len >= WORD_MAX || (quoted && p[len] != '"'))
		return NULL;
	memcpy(word, p, len);
	word[len] = '\0';
	return p + len + quoted;
}

static const char *take_mark(const char *p, char mark)
{
	if (!p)
		return NULL;
	p = skip_blanks(p);
	return *p == mark ? p + 1 : NULL;
}

static int set_name(struct tsig_key *key, const char *word, struct why *why)
{
	size_t len = strlen(word), i;

	if (word[len - 1] == '.')
		len--;
	for (i = 0; i < len; i++)
		if (!isgraph((unsigned char)word[i]))
			len = 0;
	if (!len || key->name)
		return why_set(why, DP_EFORMAT, "not a key's name, or a second one");
	key->name = mem_text_n(word, len);
	for (i = 0; i < len; i++)
		key->name[i] = (char)tolower((unsigned char)key->name[i]);
	return 0;
}

static int set_algorithm(struct tsig_key *key, const char *word, struct why *why)
{
	size_t i;

	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (!strcasecmp(word, algorithms[i]))
			key->algorithm = algorithms[i];
	if (key->algorithm)
		return 0;
	return why_set(why, DP_EFORMAT,
		       "algorithm '%s' is neither hmac-sha256 nor hmac-sha512", word);
}

static int set_secret(struct tsig_key *key, const char *word, struct why *why)
{
	uint8_t *octets = NULL;
	size_t len = 0;
	int rc = base64_decode(word, &octets, &len, NULL);

	if (rc == 0)
		mem_wipe(octets, len);
	free(octets);
	if (rc < 0 || !len || key->secret)
		return why_set(why, DP_EFORMAT,
			       "the secret is not base64, or there twice");
	key->secret = mem_text(word);
	return 0;
}

static int check_complete(const struct tsig_key *key, struct why *why)
{
	if (key->algorithm && key->secret)
		return 0;
	return why_set(why, DP_EFORMAT, "the %s is missing",
		       key->algorithm ? "secret" : "algorithm");
}

static int refuse_second_key(struct why *why)
{
	return why_set(why, DP_EFORMAT, "more than one key");
}

/* Sets a field, in whatever form the file has it. DP_EINVAL: there is no such field. */
static int set_field(struct tsig_key *key, const char *field, const char *value,
		     struct why *why)
{
	if (!strcmp(field, "algorithm"))
		return set_algorithm(key, value, why);
	return !strcmp(field, "secret") ? set_secret(key, value, why) : DP_EINVAL;
}

/* Whether a key clause begins here: ddns-confgen prints other things besides. */
static bool begins_clause(const char *p)
{
	char word[WORD_MAX];

	p = take_word(p, word);
	return p && !strcmp(word, "key") && (p = take_word(p, word)) && take_mark(p, '{');
}

static bool has_second_clause(const char *p)
{
	for (p = skip_blanks(p); *p; p = skip_blanks(p)) {
		if (begins_clause(p))
			return true;
		p += strcspn(p, BLANKS "{};");
		p += strspn(p, "{};");
	}
	return false;
}

/* Behind "key": "NAME" { algorithm A; secret "S"; }; and what else is for people. */
static int parse_clause(const char *p, struct tsig_key *key, struct why *why)
{
	char word[WORD_MAX], value[WORD_MAX];
	const char *next = NULL;
	int rc;

	p = take_word(p, word);
	if (!p)
		return why_set(why, DP_EFORMAT, "the key's name is missing");
	rc = set_name(key, word, why);
	p = take_mark(p, '{');
	while (rc == 0 && p && !(next = take_mark(p, '}'))) {
		p = take_word(p, word);
		p = p ? take_word(p, value) : NULL;
		p = take_mark(p, ';');
		rc = p ? set_field(key, word, value, why) : 0;
	}
	mem_wipe(value, sizeof(value));
	p = p ? take_mark(next, ';') : NULL;
	if (rc == DP_EINVAL || (rc == 0 && !p))
		return why_set(why, DP_EFORMAT,
			       "not of the form key \"NAME\" { algorithm A; secret "
			       "\"S\"; };");
	if (rc < 0)
		return rc;
	return has_second_clause(p) ? refuse_second_key(why) : check_complete(key, why);
}

/* Behind "key:", as keymgr writes it and knot.conf has it: - id: NAME, algorithm: A,
 * secret: S. */
static int parse_yaml(const char *p, struct tsig_key *key, struct why *why)
{
	char word[WORD_MAX], value[WORD_MAX];
	int rc = 0;

	p = take_mark(p, '-');
	while (rc == 0 && p && *skip_blanks(p)) {
		if (take_mark(p, '-'))
			return refuse_second_key(why);
		p = take_word(p, word);
		p = take_mark(p, ':');
		p = p ? take_word(p, value) : NULL;
		if (p)
			rc = strcmp(word, "id") ? set_field(key, word, value, why)
						: set_name(key, value, why);
	}
	mem_wipe(value, sizeof(value));
	if (rc == DP_EINVAL || (rc == 0 && (!p || !key->name)))
		return why_set(
			why, DP_EFORMAT,
			"not of the form key: - id: NAME, algorithm: A, secret: S");
	return rc < 0 ? rc : check_complete(key, why);
}

/* A:NAME:S */
static int parse_line(const char *p, const char *algorithm, struct tsig_key *key,
		      struct why *why)
{
	char word[WORD_MAX];
	int rc = set_algorithm(key, algorithm, why);

	p = take_mark(p, ':');
	p = p ? take_word(p, word) : NULL;
	if (rc == 0 && p)
		rc = set_name(key, word, why);
	p = take_mark(p, ':');
	p = p ? take_word(p, word) : NULL;
	if (rc == 0 && p)
		rc = set_secret(key, word, why);
	mem_wipe(word, sizeof(word));
	if (rc < 0)
		return rc;
	if (!p)
		return why_set(why, DP_EFORMAT, "not of the form ALGORITHM:NAME:SECRET");
	return *skip_blanks(p) ? refuse_second_key(why) : check_complete(key, why);
}

static int parse_form(const char *text, struct tsig_key *key, struct why *why)
{
	char word[WORD_MAX];
	const char *p = take_word(text, word), *behind = take_mark(p, ':');

	if (p && !strcmp(word, "key"))
		return behind ? parse_yaml(behind, key, why) : parse_clause(p, key, why);
	if (behind)
		return parse_line(p, word, key, why);
	return why_set(why, DP_EFORMAT, "no TSIG key");
}

int tsig_key_parse(const char *text, struct tsig_key *ret_key, struct why *why)
{
	struct tsig_key key = { 0 };
	int rc = parse_form(text, &key, why);

	if (rc < 0)
		tsig_key_clear(&key);
	else
		*ret_key = key;
	return rc;
}

/* Says what the file is instead of a key, where that can be seen. */
static int refuse_text(const char *path, const char *text, const char *fault,
		       struct why *why)
{
	char *kind = file_kind_explain(text, strlen(text), "a TSIG key", path);
	bool other = kind && strncmp(kind, "a TSIG key", strlen("a TSIG key")) != 0;
	int rc = why_set(why, DP_EFORMAT, "TSIG key %s%s %s", path, other ? " is" : ":",
			 other ? kind : fault);

	free(kind);
	return rc;
}

int tsig_key_load(const char *path, struct tsig_key *ret_key, struct why *why)
{
	struct why inner = { "" };
	char *text = NULL;
	int rc = secret_file_read(path, "the TSIG key", &text, why);

	if (rc < 0)
		return rc;
	rc = tsig_key_parse(text, ret_key, &inner);
	if (rc < 0)
		rc = refuse_text(path, text, inner.text, why);
	secret_file_clear(text);
	return rc;
}
