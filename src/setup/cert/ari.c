/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/ari.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"
#include "setup/cert/certificate.h"
#include "setup/key/chain_file.h"
#include "setup/lineage/lineage.h"
#include "setup/world/env.h"

#define ID_PART_MAX 64	   /* a serial has 20 octets, a key identifier 20 or 32 */
#define AGAIN_S (6 * 3600) /* section 4.3.3 */
#define AGAIN_MIN_S 60	   /* section 4.3.3: no CA is asked more often */
#define AGAIN_MAX_S (24 * 3600)
#define AGAIN_FAILED_S 3600

/* base64url without padding (RFC 4648 section 5). */
static char *encode_base64url(const uint8_t *data, size_t len)
{
	char *text = base64_encode(data, len), *p;

	for (p = text; *p && *p != '='; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	*p = '\0';
	return text;
}

int ari_cert_id(const struct chain_cert *cert, char **ret_id, struct why *why)
{
	uint8_t key[ID_PART_MAX], serial[ID_PART_MAX];
	size_t key_len = sizeof(key), serial_len = sizeof(serial);
	char *key_text, *serial_text;

	if (!chain_authority_key_id(cert, key, &key_len) ||
	    !chain_serial(cert, serial, &serial_len))
		return why_set(why, DP_EFORMAT,
			       "the certificate has no authority key identifier");
	key_text = encode_base64url(key, key_len);
	serial_text = encode_base64url(serial, serial_len);
	*ret_id = mem_printf("%s.%s", key_text, serial_text);
	free(key_text);
	free(serial_text);
	return 0;
}

static bool take_time(const json_t *window, const char *name, time_t *ret_t)
{
	const char *text = json_string_value(json_object_get(window, name));

	return text && clock_parse_rfc3339(text, ret_t, NULL) == 0;
}

int ari_read_window(const char *text, time_t *ret_start, time_t *ret_end, struct why *why)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t *window = json_object_get(root, "suggestedWindow");
	time_t start = 0, end = 0;
	bool good = take_time(window, "start", &start) && take_time(window, "end", &end);

	json_decref(root);
	if (!good || start <= 0 || end <= start)
		return why_set(why, DP_EFORMAT, "it tells no window to renew in");
	*ret_start = start;
	*ret_end = end;
	return 0;
}

static int fetch_json(struct lineage *l, const char *url, struct env_page *ret_page,
		      struct why *why)
{
	const struct env_request request = { .url = url };
	int rc;

	if (strncmp(url, "https://", 8) != 0)
		return why_set(why, DP_EINVAL, "'%s' is no https URL", url);
	rc = l->env->fetch(l->env->arg, &request, ret_page, why);
	if (rc == 0 && ret_page->status != 200) {
		rc = why_set(why, DP_EIO, "%s answered with status %d", url,
			     ret_page->status);
		env_page_clear(ret_page);
	}
	return rc;
}

/* The URL of renewalInfo, on the heap. */
static int find_service(struct lineage *l, const char *directory, char **ret_url,
			struct why *why)
{
	struct env_page page = { 0 };
	const char *url;
	json_t *root;
	int rc = fetch_json(l, directory, &page, why);

	if (rc < 0)
		return rc;
	root = json_loads(page.text, JSON_REJECT_DUPLICATES, NULL);
	url = json_string_value(json_object_get(root, "renewalInfo"));
	if (url && *url)
		*ret_url = mem_text(url);
	else
		rc = why_set(why, DP_ENOENT, "%s offers no renewalInfo", directory);
	json_decref(root);
	env_page_clear(&page);
	return rc;
}

static int newest_id(struct lineage *l, int64_t generation, enum key_type type,
		     char **ret_id, struct why *why)
{
	struct certificate c;
	struct chain chain = { 0 };
	char *folder, *path;
	int rc = certificate_newest(l, generation, type, &c, why);

	if (rc < 0 || !c.number)
		return rc;
	folder = lineage_key_path(l, generation, type, "certs");
	path = mem_printf("%s/%s/cert.pem", folder, lineage_number(c.number).text);
	rc = chain_file_read(path, &chain, why);
	if (rc == 0)
		rc = ari_cert_id(&chain.cert[0], ret_id, why);
	chain_clear(&chain);
	free(path);
	free(folder);
	return rc;
}

/* What is known so far: the earliest window, and when to ask again. */
struct advice {
	time_t start, end;
	int64_t again_s;
};

static int ask_one(struct lineage *l, const char *service, const char *id,
		   struct advice *a, struct why *why)
{
	bool has_slash = service[strlen(service) - 1] == '/';
	char *url = mem_printf("%s%s%s", service, has_slash ? "" : "/", id);
	struct env_page page;
	time_t start = 0, end = 0;
	int rc = fetch_json(l, url, &page, why);

	free(url);
	if (rc < 0)
		return rc;
	rc = ari_read_window(page.text, &start, &end, why);
	if (rc == 0 && (!a->start || start < a->start)) {
		a->start = start;
		a->end = end;
	}
	if (rc == 0 && page.retry_after_s)
		a->again_s = page.retry_after_s;
	env_page_clear(&page);
	return rc;
}

static int ask_all(struct lineage *l, int64_t generation, const char *directory,
		   struct advice *a, struct why *why)
{
	char *service = NULL, *id;
	size_t i;
	int rc = find_service(l, directory, &service, why);

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		id = NULL;
		rc = newest_id(l, generation, l->conf.key_type[i], &id, why);
		if (rc == 0 && id)
			rc = ask_one(l, service, id, a, why);
		free(id);
	}
	free(service);
	return rc;
}

void ari_refresh(struct lineage *l, int64_t generation)
{
	const char *directory = lineage_conf_get(&l->conf, LINEAGE_CONF_ACME_DIRECTORY);
	struct advice a = { .again_s = AGAIN_S };
	struct lineage_state *s = &l->state;
	time_t now = env_now(l->env);
	struct why why;

	/* After a clock was set back we ask all the same. */
	if (!*directory || !l->env->fetch ||
	    (s->ari_asked_at && now >= s->ari_asked_at && now < s->ari_again_at))
		return;
	if (ask_all(l, generation, directory, &a, &why) < 0) {
		log_warn("when to renew %s could not be asked: %s", l->name, why.text);
		a.again_s = AGAIN_FAILED_S;
	} else {
		s->ari_start = a.start;
		s->ari_end = a.end;
	}
	if (a.again_s < AGAIN_MIN_S)
		a.again_s = AGAIN_MIN_S;
	if (a.again_s > AGAIN_MAX_S)
		a.again_s = AGAIN_MAX_S;
	s->ari_asked_at = now;
	s->ari_again_at = now + (time_t)a.again_s;
}

void ari_forget(struct lineage *l)
{
	l->state.ari_start = 0;
	l->state.ari_end = 0;
	l->state.ari_asked_at = 0;
	l->state.ari_again_at = 0;
	free(l->state.ari_renewed);
	l->state.ari_renewed = NULL;
}
