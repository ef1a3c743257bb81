/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/acme.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/why.h"

#define BLANKS " \t"
#define UACME_DIR "/etc/ssl/uacme" /* where it keeps its account by itself */

/* The parts of each command: before, then the user's options, then after. It begins in
 * an empty {work}, so that nothing of an earlier order passes for the result of this
 * one. */
static const struct preset {
	const char *name, *before, *after;
} presets[] = {
	/* certbot fails when a file that it is to write is there. */
	{ "certbot", "certbot certonly --non-interactive",
	  "--csr {csr} --cert-path {cert} --chain-path {chain} "
	  "--fullchain-path {fullchain}" },
	/* uacme writes beside the request, and writes nothing while a certificate there
	 * is valid. */
	{ "uacme", "cp {csr} {work}/request.csr && uacme",
	  "issue {work}/request.csr && mv {work}/request-cert.pem {fullchain}" },
	/* lego names its files after a domain, but tells a hook, whose path it
	 * splits at blanks. Without LEGO_PATH each order would make an account, in
	 * its folder. */
	{ "lego",
	  "cd {work} && printf '#!/bin/sh\\ncp \"$LEGO_CERT_PATH\" bundle.pem\\n' >hook "
	  "&& chmod 700 hook && LEGO_PATH=\"${LEGO_PATH:-/var/lib/lego}\" lego",
	  "--csr {csr} run --run-hook ./hook && mv bundle.pem {fullchain}" },
	/* How acme.sh is told where to put a certificate of a request depends on its
	 * version; it skips an order whose former certificate it has. */
	{ "acme.sh", "acme.sh --signcsr --csr {csr} --cert-home {work}",
	  "&& mv {work}/*/fullchain.cer {fullchain}" },
	/* Prints the whole chain; with --full-chain it would look for it once more, by an
	 * address in the certificate. */
	{ "dehydrated", "dehydrated", "--signcsr {csr} >{fullchain}" },
};

static int refuse_line(const char *line, size_t len, struct why *why)
{
	return why_set(why, DP_EINVAL,
		       "'%.*s' is no way to get a certificate: one of " ACME_PRESETS
		       " and its options, exec COMMAND, or hook certbot",
		       (int)len, line);
}

int acme_command(const char *line, char **ret_command, struct why *why)
{
	size_t len = strcspn(line, BLANKS), i;
	const char *options = line + len + strspn(line + len, BLANKS);
	const struct preset *p = NULL;

	if (len == 4 && !strncmp(line, "exec", len) && !*options)
		return why_set(why, DP_EINVAL, "acme = exec lacks its command");
	if (len == 4 && !strncmp(line, "exec", len)) {
		*ret_command = mem_text(options);
		return 0;
	}
	for (i = 0; i < sizeof(presets) / sizeof(presets[0]) && !p; i++)
		if (strlen(presets[i].name) == len &&
		    !strncmp(line, presets[i].name, len))
			p = &presets[i];
	if (!p)
		return refuse_line(line, len, why);
	*ret_command = mem_printf("rm -rf {work} && mkdir {work} && %s %s %s", p->before,
				  options, p->after);
	return 0;
}

char *acme_client(const char *line)
{
	size_t len = strcspn(line, BLANKS);

	return len == 4 && !strncmp(line, "exec", len) ? mem_text("the acme command")
						       : mem_text_n(line, len);
}

char *acme_program(const char *line)
{
	size_t len = strcspn(line, BLANKS);
	const char *rest = line + len + strspn(line + len, BLANKS);

	return len == 4 && !strncmp(line, "exec", len) ? mem_text(rest)
						       : mem_text_n(line, len);
}

/* Whether text begins with word; *ret_rest is what follows it and blanks. */
static bool begins_with(const char *text, const char *word, const char **ret_rest)
{
	size_t len = strcspn(text, BLANKS);

	if (len != strlen(word) || strncmp(text, word, len) != 0)
		return false;
	*ret_rest = text + len + strspn(text + len, BLANKS);
	return true;
}

bool acme_is_hook(const char *line, const char **ret_rest)
{
	return begins_with(line, "hook", ret_rest) &&
	       begins_with(*ret_rest, "certbot", ret_rest);
}

int acme_check(const char *line, struct why *why)
{
	const char *rest;
	char *command = NULL;
	int rc;

	if (acme_is_hook(line, &rest))
		return 0;
	rc = acme_command(line, &command, why);
	free(command);
	return rc;
}

static bool is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && !strncmp(word, name, len);
}

/* What of uacme's options its account hangs on. */
struct uacme {
	char *dir; /* owned; of -c; NULL: its own */
	bool yes;  /* -y: an order makes the account */
};

static void read_options(const char *options, struct uacme *u)
{
	const char *word, *value;
	size_t len;

	for (word = options + strspn(options, BLANKS); *word;
	     word += len + strspn(word + len, BLANKS)) {
		len = strcspn(word, BLANKS);
		value = word + len + strspn(word + len, BLANKS);
		if (is_word(word, len, "-y") || is_word(word, len, "--yes"))
			u->yes = true;
		else if (!u->dir && *value &&
			 (is_word(word, len, "-c") || is_word(word, len, "--confdir")))
			u->dir = mem_text_n(value, strcspn(value, BLANKS));
	}
}

/* uacme asks whether the terms are accepted where it makes an account, which nobody
 * hears. */
int acme_check_account(const char *line, struct why *why)
{
	struct uacme u = { .yes = false };
	const char *options;
	char *key;
	int rc = 0;

	if (!begins_with(line, "uacme", &options))
		return 0;
	read_options(options, &u);
	key = mem_printf("%s/private/key.pem", u.dir ? u.dir : UACME_DIR);
	if (!u.yes && access(key, F_OK) < 0 && errno == ENOENT)
		rc = why_set(why, DP_ENOENT,
			     "uacme has no account (%s isn't there): `uacme -y%s%s new` "
			     "makes one, and accepts the CA's terms",
			     key, *options ? " " : "", options);
	free(key);
	free(u.dir);
	return rc;
}
