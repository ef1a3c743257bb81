/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/ari.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/apart.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/certificate.h"
#include "setup/key/delivered.h"
#include "setup/lineage/lineage.h"
#include "setup/world/env.h"

#define AGAIN_S (6 * 3600) /* section 4.3.3: after an error that lasts, too */
#define AGAIN_MIN_S 60	   /* section 4.3.2: what a CA may ask for is bounded */
#define AGAIN_MAX_S (24 * 3600)
#define TRIES_MAX 5 /* section 4.3.3: after errors that may pass, each wait doubled */
#define URL_MAX 500
#define TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */
#define FACTS_MAX 1024

/* base64url without padding (RFC 4648 section 5). */
static char *encode_base64url(const uint8_t *data, size_t len)
{
	char *text = base64_encode(data, len), *p;

	for (p = text; *p && *p != '='; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	*p = '\0';
	return text;
}

int ari_cert_id(const struct delivered *d, char **ret_id, struct why *why)
{
	char *key, *serial;

	if (!d->authority_key.len || !d->serial.len)
		return why_set(why, DP_EFORMAT,
			       "the certificate has no authority key identifier");
	key = encode_base64url(d->authority_key.octets, d->authority_key.len);
	serial = encode_base64url(d->serial.octets, d->serial.len);
	*ret_id = mem_printf("%s.%s", key, serial);
	free(key);
	free(serial);
	return 0;
}

static bool take_time(const json_t *window, const char *name, time_t *ret_t)
{
	const char *text = json_string_value(json_object_get(window, name));

	return text && clock_parse_rfc3339(text, ret_t, NULL) == 0;
}

/* Only what can stand in a line is shown. */
static char *copy_url(const char *url)
{
	size_t i, len = url ? strlen(url) : 0;

	if (!len || len > URL_MAX ||
	    (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0))
		return NULL;
	for (i = 0; i < len; i++)
		if (url[i] <= ' ' || url[i] > '~')
			return NULL;
	return mem_text(url);
}

int ari_read(const char *text, struct ari_answer *ret_answer, struct why *why)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t *window = json_object_get(root, "suggestedWindow");
	struct ari_answer a = { 0 };
	bool good = take_time(window, "start", &a.start) &&
		    take_time(window, "end", &a.end) && a.start > 0 && a.end > a.start;

	if (good)
		a.explanation = copy_url(
			json_string_value(json_object_get(root, "explanationURL")));
	json_decref(root);
	if (!good)
		return why_set(why, DP_EFORMAT, "it names no window to renew in");
	*ret_answer = a;
	return 0;
}

static int find_window(const void *text, struct buf *facts, struct why *why)
{
	struct ari_answer a = { 0 };
	int rc = ari_read(text, &a, why);

	if (rc < 0)
		return rc;
	fields_put_number(facts, (int64_t)a.start);
	fields_put_number(facts, (int64_t)a.end);
	fields_put_text(facts, a.explanation);
	ari_answer_clear(&a);
	return 0;
}

int ari_take(const struct buf *facts, struct ari_answer *ret_answer, struct why *why)
{
	struct ari_answer a = { 0 };
	struct fields f;
	char *url;

	fields_begin(&f, facts);
	a.start = (time_t)fields_number(&f, 1, TIME_MAX - 1);
	a.end = (time_t)fields_number(&f, (int64_t)a.start + 1, TIME_MAX);
	url = fields_text(&f, URL_MAX);
	a.explanation = copy_url(url);
	free(url);
	if (!fields_end(&f)) {
		ari_answer_clear(&a);
		return why_set(why, DP_EFORMAT, "it names no window to renew in");
	}
	*ret_answer = a;
	return 0;
}

int ari_read_apart(const char *text, struct ari_answer *ret_answer, struct why *why)
{
	struct buf facts;
	int rc = apart_run(find_window, text, APART_BOUNDS(FACTS_MAX), &facts, why);

	if (rc == 0)
		rc = ari_take(&facts, ret_answer, why);
	buf_clear(&facts);
	return rc;
}

void ari_answer_clear(struct ari_answer *a)
{
	free(a->explanation);
	*a = (struct ari_answer){ 0 };
}

time_t ari_draw(time_t start, time_t end)
{
	uint64_t random;

	if (end <= start)
		return start;
	if (getentropy(&random, sizeof(random)) < 0)
		random = (uint64_t)(end - start) / 2;
	return start + (time_t)(random % (uint64_t)(end - start));
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
		rc = why_set(why, ret_page->status >= 500 ? DP_ELATER : DP_EIO,
			     "%s answered with status %d", url, ret_page->status);
		env_page_clear(ret_page);
	}
	return rc;
}

static int find_renewal_info(const void *text, struct buf *facts, struct why *why)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	char *url = copy_url(json_string_value(json_object_get(root, "renewalInfo")));
	int rc = url ? 0 : why_set(why, DP_ENOENT, "it offers no renewalInfo");

	if (url)
		fields_put_text(facts, url);
	free(url);
	json_decref(root);
	return rc;
}

/* The URL of renewalInfo, on the heap. */
static int read_directory(const char *text, char **ret_url, struct why *why)
{
	struct fields f;
	struct buf facts;
	char *url = NULL;
	int rc = apart_run(find_renewal_info, text, APART_BOUNDS(FACTS_MAX), &facts, why);

	if (rc == 0) {
		fields_begin(&f, &facts);
		url = fields_text(&f, URL_MAX);
		if (!fields_end(&f) || !*url)
			rc = why_set(why, DP_EFORMAT, "it offers no renewalInfo");
	}
	buf_clear(&facts);
	if (rc == 0)
		*ret_url = url;
	else
		free(url);
	return rc;
}

static int find_service(struct lineage *l, const char *directory, char **ret_url,
			struct why *why)
{
	struct env_page page = { 0 };
	struct why inner;
	int rc = fetch_json(l, directory, &page, why);

	if (rc < 0)
		return rc;
	rc = read_directory(page.text, ret_url, &inner);
	if (rc < 0)
		why_set(why, rc, "%s: %s", directory, inner.text);
	env_page_clear(&page);
	return rc;
}

/* NULL where there is none that could still be renewed early (section 4.3). */
static int find_newest_id(struct lineage *l, int64_t generation, enum key_type type,
			  char **ret_id, struct why *why)
{
	const struct delivered_question q = { 0 };
	struct delivered d = { 0 };
	struct certificate c;
	char *folder, *path;
	int rc = certificate_newest(l, generation, type, &c, why);

	if (rc < 0 || !c.number || c.not_after <= env_now(l->env))
		return rc;
	folder = lineage_key_path(l, generation, type, "certs");
	path = mem_printf("%s/%s/cert.pem", folder, lineage_number(c.number).text);
	rc = delivered_read_file(path, &q, &d, why);
	if (rc == 0)
		rc = ari_cert_id(&d, ret_id, why);
	delivered_clear(&d);
	free(path);
	free(folder);
	return rc;
}

/* The certificates that are asked about, by their names. */
struct ids {
	char *id[KEY_TYPE_COUNT]; /* owned */
	size_t count;
};

static int find_ids(struct lineage *l, int64_t generation, struct ids *ids,
		    struct why *why)
{
	char *id;
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		id = NULL;
		rc = find_newest_id(l, generation, l->conf.key_type[i], &id, why);
		if (id)
			ids->id[ids->count++] = id;
	}
	return rc;
}

/* What is known so far: the earliest window, and when to ask again. */
struct advice {
	struct ari_answer window;
	int64_t again_s; /* 0: not said */
};

static int ask_one(struct lineage *l, const char *service, const char *id,
		   struct advice *a, struct why *why)
{
	bool has_slash = service[strlen(service) - 1] == '/';
	char *url = mem_printf("%s%s%s", service, has_slash ? "" : "/", id);
	struct ari_answer answer = { 0 };
	struct env_page page = { 0 };
	int rc = fetch_json(l, url, &page, why);

	free(url);
	if (rc < 0)
		return rc;
	rc = ari_read_apart(page.text, &answer, why);
	if (rc == 0 && (!a->window.start || answer.start < a->window.start)) {
		ari_answer_clear(&a->window);
		a->window = answer;
		answer = (struct ari_answer){ 0 };
	}
	if (rc == 0 && page.retry_after_s &&
	    (!a->again_s || page.retry_after_s < a->again_s))
		a->again_s = page.retry_after_s;
	ari_answer_clear(&answer);
	env_page_clear(&page);
	return rc;
}

static int ask_all(struct lineage *l, const struct ids *ids, const char *directory,
		   struct advice *a, struct why *why)
{
	char *service = NULL;
	size_t i;
	int rc = find_service(l, directory, &service, why);

	for (i = 0; i < ids->count && rc == 0; i++)
		rc = ask_one(l, service, ids->id[i], a, why);
	free(service);
	return rc;
}

/* A new window has a moment of its own; that of the former stays as long as it does
 * (section 4.2). */
static void take_window(struct lineage *l, struct ari_answer *window)
{
	struct lineage_state *s = &l->state;

	if (!s->ari_at || window->start != s->ari_start || window->end != s->ari_end)
		s->ari_at = ari_draw(window->start, window->end);
	s->ari_start = window->start;
	s->ari_end = window->end;
	free(s->ari_explanation);
	s->ari_explanation = window->explanation;
	window->explanation = NULL;
}

/* Section 4.3.3 */
static int64_t wait_after_error(struct lineage_state *s, int rc)
{
	if (rc != DP_ELATER || s->ari_failures >= TRIES_MAX) {
		s->ari_failures = 0;
		return AGAIN_S;
	}
	return (int64_t)AGAIN_MIN_S << s->ari_failures++;
}

static int64_t bound_wait(int64_t again_s)
{
	if (!again_s)
		return AGAIN_S;
	if (again_s < AGAIN_MIN_S)
		return AGAIN_MIN_S;
	return again_s > AGAIN_MAX_S ? AGAIN_MAX_S : again_s;
}

static void ask_about(struct lineage *l, const struct ids *ids, const char *directory)
{
	struct lineage_state *s = &l->state;
	struct advice a = { 0 };
	time_t now = env_now(l->env);
	struct why why;
	int64_t wait_s;
	int rc = ask_all(l, ids, directory, &a, &why);

	if (rc < 0) {
		log_warn("the CA could not be asked when to renew %s: %s", l->name,
			 why.text);
		wait_s = wait_after_error(s, rc);
	} else {
		take_window(l, &a.window);
		s->ari_failures = 0;
		wait_s = bound_wait(a.again_s);
	}
	ari_answer_clear(&a.window);
	s->ari_asked_at = now;
	s->ari_again_at = now + (time_t)wait_s;
}

bool ari_refresh(struct lineage *l, int64_t generation)
{
	const char *directory = lineage_conf_get(&l->conf, LINEAGE_CONF_ACME_DIRECTORY);
	const struct lineage_state *s = &l->state;
	time_t now = env_now(l->env);
	struct ids ids = { .count = 0 };
	struct why why;
	bool asked;

	/* After a clock was set back we ask all the same. */
	if (!*directory || !l->env->fetch ||
	    (s->ari_asked_at && now >= s->ari_asked_at && now < s->ari_again_at))
		return false;
	if (find_ids(l, generation, &ids, &why) < 0)
		log_warn("the CA could not be asked when to renew %s: %s", l->name,
			 why.text);
	else if (ids.count)
		ask_about(l, &ids, directory);
	asked = ids.count > 0;
	while (ids.count)
		free(ids.id[--ids.count]);
	return asked;
}

void ari_forget(struct lineage *l)
{
	struct lineage_state *s = &l->state;

	s->ari_start = s->ari_end = s->ari_at = 0;
	s->ari_asked_at = s->ari_again_at = 0;
	s->ari_failures = 0;
	free(s->ari_renewed);
	s->ari_renewed = NULL;
	free(s->ari_explanation);
	s->ari_explanation = NULL;
}
