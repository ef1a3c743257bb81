/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/certbot.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "setup/key/delivered.h"
#include "setup/key/key.h"
#include "setup/lineage/acme.h"
#include "setup/lineage/lineage.h"
#include "setup/predict/predict_conf.h"

#define BLANKS " \t"
#define CERTBOT_LIVE "/etc/letsencrypt/live"
#define FILE_MAX (1 << 20)

static bool see_folder(const struct lineage *l, const char *word, size_t len,
		       certbot_folder_fn *see, void *arg)
{
	char *folder = memchr(word, '/', len)
			       ? mem_text_n(word, len)
			       : mem_printf(CERTBOT_LIVE "/%.*s", (int)len, word);
	bool enough = see(l, folder, arg);

	free(folder);
	return enough;
}

bool certbot_any_folder(const struct lineage *l, certbot_folder_fn *see, void *arg)
{
	const char *rest = "", *acme = lineage_conf_get(&l->conf, LINEAGE_CONF_ACME);
	size_t len;

	if (!acme_is_hook(acme, &rest))
		return false;
	if (!*rest)
		return see_folder(l, l->name, strlen(l->name), see, arg);
	for (; *rest; rest += len + strspn(rest + len, BLANKS)) {
		len = strcspn(rest, BLANKS);
		if (see_folder(l, rest, len, see, arg))
			return true;
	}
	return false;
}

static bool has_key(const struct lineage *l, int64_t generation, struct certbot_found *f)
{
	uint8_t spki[KEY_TYPE_COUNT][32];
	size_t i;

	if (!generation || lineage_spki(l, generation, spki, NULL) < 0)
		return false;
	for (i = 0; i < l->conf.key_types; i++) {
		if (memcmp(spki[i], f->spki, sizeof(f->spki)) != 0)
			continue;
		f->generation = generation;
		f->type = l->conf.key_type[i];
		return true;
	}
	return false;
}

/* Doesn't look among the keys that are being retired: they lose their records. */
static void find_key(const struct lineage *l, struct certbot_found *f)
{
	const struct lineage_state *s = &l->state;

	(void)(has_key(l, s->current, f) || has_key(l, s->goal, f) ||
	       has_key(l, s->next, f));
}

/* For a key that isn't the lineage's: the type of the lineage's keys that is most like
 * it. */
static enum key_type guess_type(const struct lineage *l, bool rsa)
{
	size_t i;

	for (i = 0; i < l->conf.key_types; i++)
		if (key_type_is_rsa(l->conf.key_type[i]) == rsa)
			return l->conf.key_type[i];
	return l->conf.key_type[0];
}

int certbot_find(const struct lineage *l, const char *folder,
		 struct certbot_found *ret_found, struct why *why)
{
	const struct delivered_question q = { 0 };
	char *path = mem_printf("%s/fullchain.pem", folder);
	struct delivered d = { 0 };
	int rc;

	*ret_found = (struct certbot_found){ 0 };
	rc = file_read(path, FILE_MAX, &ret_found->text, &ret_found->len, why);

	if (rc == 0)
		rc = delivered_read(ret_found->text, ret_found->len, &q, &d, why);
	if (rc == 0) {
		memcpy(ret_found->cert, d.sha256, sizeof(ret_found->cert));
		memcpy(ret_found->spki, d.spki_sha256, sizeof(ret_found->spki));
		ret_found->type = guess_type(l, d.is_rsa);
		find_key(l, ret_found);
	}
	delivered_clear(&d);
	free(path);
	return rc;
}

static int read_public(const char *path, uint8_t *ret_spki)
{
	gnutls_datum_t public = { 0 };
	struct key *key = NULL;
	struct tlsa rr = { 0 };
	int rc = key_load(path, &key, NULL);

	if (rc == 0)
		rc = key_public(key, &public, NULL);
	if (rc == 0)
		rc = tlsa_from_octets(TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256, public.data,
				      public.size, &rr, NULL);
	if (rc == 0)
		memcpy(ret_spki, rr.data, 32);
	tlsa_clear(&rr);
	gnutls_free(public.data);
	key_free(key);
	return rc;
}

int certbot_find_next(const struct lineage *l, const char *folder,
		      struct certbot_found *ret_found, struct why *why)
{
	int rc = certbot_find(l, folder, ret_found, why);
	char *path = mem_printf("%s/privkey.pem", folder);

	if (rc == 0 && read_public(path, ret_found->spki) == 0) {
		ret_found->generation = 0;
		find_key(l, ret_found);
	}
	free(path);
	return rc;
}

void certbot_found_clear(struct certbot_found *found)
{
	free(found->text);
	*found = (struct certbot_found){ 0 };
}

static const char *options_of(enum key_type type)
{
	switch (type) {
	case KEY_ECDSA_P256:
		return "--key-type ecdsa --elliptic-curve secp256r1";
	case KEY_ECDSA_P384:
		return "--key-type ecdsa --elliptic-curve secp384r1";
	case KEY_RSA_2048:
		return "--key-type rsa --rsa-key-size 2048";
	case KEY_RSA_3072:
		return "--key-type rsa --rsa-key-size 3072";
	case KEY_RSA_4096:
		return "--key-type rsa --rsa-key-size 4096";
	case KEY_ED25519:
		break;
	}
	return NULL;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* DIR of DIR/live/NAME, on the heap. */
static char *config_dir(const char *folder)
{
	char *dir = mem_text(folder), *slash;
	int i;

	for (i = 0; i < 2; i++) {
		slash = strrchr(dir, '/');
		if (slash)
			*slash = '\0';
	}
	return dir;
}

char *certbot_give_key(const struct lineage *l, const char *folder, int64_t generation,
		       enum key_type type)
{
	const char *options = options_of(type), *name = last_part(folder);
	char *key = lineage_key_path(l, generation, type, "privkey.pem");
	char *dir = config_dir(folder), *text = NULL;

	if (options)
		text = mem_printf("cp %s %s/privkey.pem\n"
				  "certbot renew --config-dir %s --cert-name %s "
				  "--reuse-key %s --force-renewal",
				  key, folder, dir, name, options);
	free(key);
	free(dir);
	return text;
}

/* A text file of certbot's; NULL where it can't be read, or is no text. */
static char *read_text(const char *path)
{
	char *text = NULL;
	struct why why;
	size_t len;

	return text_file_read(path, FILE_MAX, &text, &len, &why) < 0 ? NULL : text;
}

const char *certbot_predict(const char *folder, enum key_type type, char **ret_remedy)
{
	char *dir = config_dir(folder), *cli_path = mem_printf("%s/cli.ini", dir);
	char *path = mem_printf("%s/renewal/%s.conf", dir, last_part(folder));
	char *conf = read_text(path), *cli = read_text(cli_path);
	const char *word = key_type_is_rsa(type) ? "rsa" : "ecdsa", *text = NULL;
	enum predict_key key = PREDICT_NEW_KEY;
	struct why why;

	*ret_remedy = NULL;
	if (!conf) {
		text = "certbot has no configuration of its renewal";
	} else if (predict_conf_certbot(conf, cli, &key, &why) < 0) {
		text = "certbot can't renew it";
		*ret_remedy = mem_printf("mend %s: %s", path, why.text);
	} else if (key != PREDICT_SAME_KEY) {
		text = "certbot makes a new key at the next renewal, and it will be left "
		       "out";
		*ret_remedy =
			mem_printf("reuse_key = True below [renewalparams] of %s", path);
	} else if (!predict_conf_certbot_makes(conf, word)) {
		text = "certbot is configured for another type of key than it has, and "
		       "will refuse to renew";
		*ret_remedy = mem_printf("key_type = %s below [renewalparams] of %s",
					 word, path);
	}
	free(conf);
	free(cli);
	free(path);
	free(cli_path);
	free(dir);
	return text;
}
