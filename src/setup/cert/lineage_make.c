/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/lineage_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/text_file.h"
#include "base/why.h"
#include "setup/cert/certificate.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/salvage.h"

static const struct file_access private_file = { .mode = 0600, .group = (gid_t)-1 };
static const struct file_access base_folder = { .mode = 0755, .group = (gid_t)-1 };

static int make_folder(struct lineage *l, const char *path, struct why *why)
{
	struct file_access access;
	int rc = lineage_access(l, true, &access, why);

	return rc < 0 ? rc : file_mkdir(&l->env->files, path, &access, why);
}

static const struct lineage_make_adoption *
find_adoption(const struct lineage_make_adoption *adopt, size_t count, enum key_type type)
{
	enum key_type its;
	size_t i;

	for (i = 0; i < count; i++)
		if (key_type_of(adopt[i].key, &its, NULL) == 0 && its == type)
			return &adopt[i];
	return NULL;
}

static int same_key(const struct key *a, const struct key *b, bool *ret_same,
		    struct why *why)
{
	gnutls_datum_t x = { 0 }, y = { 0 };
	int rc = key_public(a, &x, why);

	if (rc == 0)
		rc = key_public(b, &y, why);
	if (rc == 0)
		*ret_same = x.size == y.size && !memcmp(x.data, y.data, x.size);
	gnutls_free(x.data);
	gnutls_free(y.data);
	return rc;
}

/* The records of the key in path would be published, while the server uses the other
 * one. */
static int check_adopted(const char *path, const struct key *key,
			 const struct lineage_make_adoption *adoption, struct why *why)
{
	const char *dir = adoption->cert_dir;
	bool same = false;
	int rc = same_key(key, adoption->key, &same, why);

	if (rc < 0 || same)
		return rc;
	return why_set(why, DP_EEXIST,
		       "%s, which an interrupted run left, is another key than "
		       "%s%s to adopt: move it away with its folder, or go on with "
		       "it, without --adopt",
		       path, dir ? dir : "that", dir ? "/privkey.pem" : "");
}

/* Makes the key of path: takes the one that is there, the adopted one, or a new one.
 * One that is there stays, and must be the adopted one where there is one. */
static int make_key(struct lineage *l, const char *path, enum key_type type,
		    const struct lineage_make_adoption *adoption, struct key **ret_key,
		    struct why *why)
{
	gnutls_datum_t pem = { 0 };
	struct file_access access;
	struct key *key = NULL;
	int rc;

	rc = key_load(path, &key, why);
	if (rc == 0 && adoption)
		rc = check_adopted(path, key, adoption, why);
	if (rc == 0)
		*ret_key = key;
	else
		key_free(key);
	if (rc != DP_ENOENT)
		return rc;
	key = NULL;
	rc = lineage_access(l, false, &access, why);
	if (rc == 0 && !adoption)
		rc = key_generate(type, &key, why);
	if (rc == 0)
		rc = key_export(adoption ? adoption->key : key, &pem, why);
	if (rc == 0)
		rc = file_create(&l->env->files, path, &access, pem.data, pem.size, why);
	if (pem.data)
		mem_wipe(pem.data, pem.size);
	gnutls_free(pem.data);
	key_free(key);
	return rc < 0 ? rc : key_load(path, ret_key, why);
}

/* Replaces a request that is there. */
static int make_request(struct lineage *l, const char *path, const struct key *key,
			struct why *why)
{
	gnutls_datum_t csr = { 0 };
	int rc = csr_make(key, &l->conf.domains, false, false, &csr, why);

	if (rc == 0)
		rc = file_replace(&l->env->files, path, &private_file, csr.data, csr.size,
				  why);
	gnutls_free(csr.data);
	return rc;
}

/* Makes what one key type of a generation lacks of folder, key and request. */
static int make_pair(struct lineage *l, int64_t number, enum key_type type,
		     const struct lineage_make_adoption *adoption, struct why *why)
{
	char *folder = lineage_key_path(l, number, type, "");
	char *key_path = lineage_key_path(l, number, type, "privkey.pem");
	char *csr_path = lineage_key_path(l, number, type, "request.csr");
	char *certs = lineage_key_path(l, number, type, "certs");
	struct key *key = NULL;
	int rc;

	rc = make_folder(l, folder, why);
	if (rc == 0)
		rc = make_folder(l, certs, why);
	if (rc == 0)
		rc = make_key(l, key_path, type, adoption, &key, why);
	if (rc == 0 && access(csr_path, F_OK) < 0)
		rc = make_request(l, csr_path, key, why);
	if (rc == 0 && adoption && adoption->cert_dir)
		rc = certificate_adopt(l, number, type, adoption->cert_dir, why);
	key_free(key);
	free(folder);
	free(key_path);
	free(csr_path);
	free(certs);
	return rc;
}

static int note_created(struct lineage *l, int64_t number, struct why *why)
{
	uint8_t spki[KEY_TYPE_COUNT][32];
	char *hex;
	size_t i;
	int rc = lineage_spki(l, number, spki, why);

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		hex = hex_encode(spki[i], sizeof(spki[i]));
		rc = lineage_note(l, why, "created", "generation",
				  lineage_number(number).text, "type",
				  key_type_name(l->conf.key_type[i]), "spki", hex, NULL);
		free(hex);
	}
	return rc;
}

static int make_generation(struct lineage *l, int64_t number,
			   const struct lineage_make_adoption *adopt, size_t adopt_count,
			   struct why *why)
{
	char *folder;
	size_t i;
	int rc;

	if (number > LINEAGE_NUMBER_MAX)
		return why_set(why, DP_ELIMIT, "more than %d generations of keys",
			       LINEAGE_NUMBER_MAX);
	folder = lineage_path(l, "keys/%s", lineage_number(number).text);
	rc = make_folder(l, folder, why);
	free(folder);
	for (i = 0; i < l->conf.key_types && rc == 0; i++)
		rc = make_pair(l, number, l->conf.key_type[i],
			       find_adoption(adopt, adopt_count, l->conf.key_type[i]),
			       why);
	return rc < 0 ? rc : note_created(l, number, why);
}

int lineage_make_generation(struct lineage *l, int64_t number, struct why *why)
{
	return make_generation(l, number, NULL, 0, why);
}

static int check_request(const struct key *key, const char *key_path,
			 const char *csr_path, struct why *why)
{
	gnutls_datum_t der = { 0 }, requested = { 0 }, public = { 0 };
	int rc = csr_load(csr_path, &der, &requested, why);

	if (rc == 0)
		rc = key_public(key, &public, why);
	if (rc == 0 && (public.size != requested.size ||
			memcmp(public.data, requested.data, public.size) != 0))
		rc = why_set(why, DP_EINVAL, "%s is not for the key %s", csr_path,
			     key_path);
	gnutls_free(der.data);
	gnutls_free(requested.data);
	gnutls_free(public.data);
	return rc;
}

static int check_newest(const struct lineage *l, int64_t generation, enum key_type type,
			struct why *why)
{
	struct certificate c = { 0 };
	bool fits = true;
	int rc = certificate_newest(l, generation, type, &c, why);

	if (rc == 0 && c.number)
		rc = certificate_is_for_key(l, generation, type, c.number, &fits, why);
	if (rc == 0 && !fits)
		rc = why_set(why, DP_EINVAL,
			     "the newest certificate of key %s (%s) is not for that key",
			     lineage_number(generation).text, key_type_name(type));
	return rc;
}

static int check_pair(const struct lineage *l, int64_t generation, enum key_type type,
		      struct why *why)
{
	char *key_path = lineage_key_path(l, generation, type, "privkey.pem");
	char *csr_path = lineage_key_path(l, generation, type, "request.csr");
	struct key *key = NULL;
	int rc = key_load(key_path, &key, why);

	if (rc == 0)
		rc = check_request(key, key_path, csr_path, why);
	if (rc == 0)
		rc = check_newest(l, generation, type, why);
	key_free(key);
	free(key_path);
	free(csr_path);
	return rc;
}

int lineage_make_check(const struct lineage *l, int64_t generation, struct why *why)
{
	size_t i;
	int rc = 0;

	/* The current one is in use until another has come. */
	if (generation != l->state.current && salvage_is_marked(l, generation))
		return why_set(
			why, DP_EINVAL,
			"it was declared compromised, so that a backup of it is no "
			"help either");
	for (i = 0; i < l->conf.key_types && rc == 0; i++)
		rc = check_pair(l, generation, l->conf.key_type[i], why);
	return rc;
}

/* Replaces a request whose names are others than lineage.conf has now. */
static int make_request_anew(struct lineage *l, int64_t generation, enum key_type type,
			     struct why *why)
{
	char *key_path = lineage_key_path(l, generation, type, "privkey.pem");
	char *csr_path = lineage_key_path(l, generation, type, "request.csr");
	struct csr_names names = { 0 };
	struct key *key = NULL;
	int rc = csr_read_names(csr_path, &names, why);

	if (rc == 0 && !csr_same_names(&names, &l->conf.domains)) {
		rc = key_load(key_path, &key, why);
		if (rc == 0)
			rc = make_request(l, csr_path, key, why);
		if (rc == 0)
			rc = lineage_note(
				l, why, "requested", "generation",
				lineage_number(generation).text, "type",
				key_type_name(type), "domains",
				lineage_conf_get(&l->conf, LINEAGE_CONF_DOMAINS), NULL);
	}
	csr_names_clear(&names);
	key_free(key);
	free(key_path);
	free(csr_path);
	return rc;
}

int lineage_make_requests(struct lineage *l, int64_t generation, struct why *why)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.key_types && rc == 0; i++)
		rc = make_request_anew(l, generation, l->conf.key_type[i], why);
	return rc;
}

/* Makes folders and lineage.conf of a lineage that isn't there, or not wholly. */
static int make_folders(struct lineage *l, const char *base, struct why *why)
{
	static const char *const folders[] = { "keys", "views" };
	char *path;
	size_t i;
	int rc = 0;

	if (access(base, F_OK) < 0)
		rc = file_mkdir(&l->env->files, base, &base_folder, why);
	if (rc == 0)
		rc = make_folder(l, l->dir, why);
	for (i = 0; i < 2 && rc == 0; i++) {
		path = lineage_path(l, "%s", folders[i]);
		rc = make_folder(l, path, why);
		free(path);
	}
	return rc;
}

/* One that says the same, in whatever words: an interrupted run may have left it. */
static int check_conf(const struct lineage *l, const char *path, const char *there,
		      const char *wanted, struct why *why)
{
	struct lineage_conf conf;
	char *text = NULL;
	bool same;

	lineage_conf_init(&conf);
	if (lineage_conf_parse(&conf, there, NULL) == 0)
		text = lineage_conf_text(&conf);
	same = text && !strcmp(text, wanted);
	free(text);
	lineage_conf_clear(&conf);
	if (same)
		return 0;
	return why_set(why, DP_EEXIST,
		       "%s is there and says something else than these options; it is "
		       "never overwritten: move it away, and daneprobe new %s makes one",
		       path, l->name);
}

static int write_conf(struct lineage *l, struct why *why)
{
	char *path = lineage_path(l, "lineage.conf"), *there = NULL;
	char *text = lineage_conf_text(&l->conf);
	size_t len;
	int rc = text_file_read(path, LINEAGE_CONF_FILE_MAX, &there, &len, why);

	if (rc == 0)
		rc = check_conf(l, path, there, text, why);
	else if (rc == DP_ENOENT)
		rc = file_create(&l->env->files, path, &private_file, text, strlen(text),
				 why);
	free(there);
	free(path);
	free(text);
	return rc;
}

/* What is there is completed only if it is what new itself left. */
static int refuse_another(const struct lineage *l, struct why *why)
{
	char *path = lineage_path(l, "state");
	struct lineage_state state;
	struct why inner;
	int rc = lineage_state_load(path, &state, &inner);

	free(path);
	if (rc == 0) {
		lineage_state_clear(&state);
		return why_set(why, DP_EEXIST,
			       "the lineage %s is there already and is not overwritten "
			       "(%s)",
			       l->name, l->dir);
	}
	if (rc != DP_ENOENT)
		return salvage_explain(l, DP_EEXIST, "is there, and can't be read", why);
	if (salvage_has_history(l))
		return salvage_explain(l, DP_EEXIST, "is missing", why);
	return 0;
}

/* Looks again under the lock: a lineage may have come before we had it. */
static int create_locked(struct lineage *l, const char *base,
			 const struct lineage_make_adoption *adopt, size_t adopt_count,
			 struct why *why)
{
	int rc = make_folders(l, base, why);

	if (rc == 0)
		rc = lineage_lock(l, why);
	if (rc == 0)
		rc = refuse_another(l, why);
	if (rc == 0)
		rc = write_conf(l, why);
	if (rc == 0)
		rc = make_generation(l, 1, adopt, adopt_count, why);
	if (rc == 0)
		rc = make_generation(l, 2, NULL, 0, why);
	if (rc < 0)
		return rc;
	l->state.stage = STAGE_STAGED;
	l->state.current = l->state.goal = 1;
	l->state.next = l->state.last = 2;
	l->state.since = l->state.created_at = env_now(l->env);
	l->state.key_group = mem_text(l->conf.text[LINEAGE_CONF_KEY_GROUP]);
	rc = lineage_point(l, why);
	return rc < 0 ? rc : lineage_save(l, why);
}

int lineage_make_new(struct env *env, const char *base, const char *name,
		     const struct lineage_conf *conf,
		     const struct lineage_make_adoption *adopt, size_t adopt_count,
		     struct lineage *ret_lineage, struct why *why)
{
	struct lineage l;
	char *text;
	int rc = lineage_check_name(name, why);

	if (rc < 0)
		return rc;
	lineage_begin(env, base, name, "new", &l);
	rc = refuse_another(&l, why);
	text = lineage_conf_text(conf);
	if (rc == 0)
		rc = lineage_conf_parse(&l.conf, text, why);
	if (rc == 0)
		rc = lineage_conf_check(&l.conf, why);
	free(text);
	if (rc == 0)
		rc = create_locked(&l, base, adopt, adopt_count, why);
	if (rc < 0) {
		lineage_close(&l);
		return rc;
	}
	*ret_lineage = l;
	return 0;
}
