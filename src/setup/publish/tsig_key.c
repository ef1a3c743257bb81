/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/publish/tsig_key.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"

#define KEY_FILE_MAX 4096
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

static const char *skip_blanks(const char *p)
{
	for (;;) {
		p += strspn(p, " \t\r\n");
		if (*p == '#' || !strncmp(p, "//", 2))
			p += strcspn(p, "\n");
		else
			return p;
	}
}

/* The next word: in quotes, or up to a blank or one of "{};:". NULL where there is none
 * that fits. */
static const char *take_word(const char *p, char word[WORD_MAX])
{
	bool quoted;
	size_t len;

	p = skip_blanks(p);
	quoted = *p == '"';
	p += quoted;
	len = quoted ? strcspn(p, "\"\n") : strcspn(p, " \t\r\n{};:\"");
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

static int check_complete(const struct tsig_key *key, const char *rest, struct why *why)
{
	if (!key->algorithm || !key->secret)
		return why_set(why, DP_EFORMAT, "the %s is missing",
			       key->algorithm ? "secret" : "algorithm");
	if (*skip_blanks(rest))
		return why_set(why, DP_EFORMAT, "more than one key");
	return 0;
}

/* key "NAME" { algorithm A; secret "S"; }; */
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
		if (p && !strcmp(word, "algorithm"))
			rc = set_algorithm(key, value, why);
		else if (p && !strcmp(word, "secret"))
			rc = set_secret(key, value, why);
		else
			p = NULL;
	}
	mem_wipe(value, sizeof(value));
	if (rc < 0)
		return rc;
	p = p ? take_mark(next, ';') : NULL;
	if (!p)
		return why_set(why, DP_EFORMAT,
			       "not of the form key \"NAME\" { algorithm A; secret "
			       "\"S\"; };");
	return check_complete(key, p, why);
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
	return check_complete(key, p, why);
}

int tsig_key_parse(const char *text, struct tsig_key *ret_key, struct why *why)
{
	struct tsig_key key = { 0 };
	char word[WORD_MAX];
	const char *p = take_word(text, word);
	int rc;

	if (!p)
		return why_set(why, DP_EFORMAT, "no TSIG key");
	rc = strcmp(word, "key") ? parse_line(p, word, &key, why)
				 : parse_clause(p, &key, why);
	if (rc < 0)
		tsig_key_clear(&key);
	else
		*ret_key = key;
	return rc;
}

int tsig_key_load(const char *path, struct tsig_key *ret_key, struct why *why)
{
	struct why inner = { "" };
	char *text = NULL;
	struct stat st;
	size_t len;
	int rc;

	if (stat(path, &st) < 0)
		return why_errno(why, errno, "can't read the TSIG key %s", path);
	if (st.st_mode & S_IROTH)
		return why_set(why, DP_EINVAL,
			       "everybody may read the TSIG key %s: chmod o-r it, and "
			       "make a new one if others had the chance",
			       path);
	rc = text_file_read(path, KEY_FILE_MAX, &text, &len, why);
	if (rc < 0)
		return rc;
	rc = tsig_key_parse(text, ret_key, &inner);
	mem_wipe(text, len);
	free(text);
	return rc < 0 ? why_set(why, rc, "TSIG key %s: %s", path, inner.text) : 0;
}
