/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/provider.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/world/env.h"
#include "setup/world/secret_file.h"

#define NAME_MAX_ENCODED 4096

bool provider_url_is_private(const char *url)
{
	static const char *const good[] = { "https://",
					    "http://localhost:", "http://localhost/",
					    "http://127.", "http://[::1]" };
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!strncmp(url, good[i], strlen(good[i])) && !strchr(url, '@'))
			return true;
	return false;
}

char *provider_relative(const char *owner, const char *zone)
{
	size_t owner_len = strlen(owner), zone_len = strlen(zone), cut;

	if (!strcasecmp(owner, zone))
		return mem_text("@");
	if (owner_len <= zone_len + 1)
		return NULL;
	cut = owner_len - zone_len;
	if (owner[cut - 1] != '.' || strcasecmp(owner + cut, zone) != 0)
		return NULL;
	return mem_text_n(owner, cut - 1);
}

char *provider_encode(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._~";
	struct buf b;
	char *copy;

	buf_init(&b, NAME_MAX_ENCODED);
	for (; *text; text++) {
		if (strchr(safe, *text))
			buf_add(&b, text, 1);
		else
			buf_printf(&b, "%%%02X", (unsigned char)*text);
	}
	copy = mem_text(b.overflow ? "" : buf_str(&b));
	buf_clear(&b);
	return copy;
}

char *provider_json(json_t *root)
{
	char *text = json_dumps(root, JSON_COMPACT);

	json_decref(root);
	if (!text)
		mem_exhausted();
	return text;
}

static int check_options(const struct provider *p, const struct provider_options *o,
			 struct why *why)
{
	if (o->url && !provider_url_is_private(o->url))
		return why_set(why, DP_EINVAL,
			       "publish = %s: url=%s is neither https nor on this "
			       "machine: the key could be read on its way",
			       p->name, o->url);
	if (!o->key_file && !p->key_optional)
		return why_set(why, DP_EINVAL, "publish = %s needs key-file=FILE: %s",
			       p->name, p->key_name);
	if (o->project && !p->uses_project)
		return why_set(why, DP_EINVAL, "publish = %s knows no project=", p->name);
	if (o->profile && !p->uses_profile)
		return why_set(why, DP_EINVAL, "publish = %s knows no profile=", p->name);
	return 0;
}

static char *trim_slashes(const char *url)
{
	size_t len = strlen(url);

	while (len && url[len - 1] == '/')
		len--;
	return mem_text_n(url, len);
}

int provider_open(struct provider_session *s, const struct provider *provider,
		  struct env *env, struct provider_options *take_options, struct why *why)
{
	char *url;
	int rc;

	*s = (struct provider_session){ .env = env,
					.provider = provider,
					.options = *take_options };
	*take_options = (struct provider_options){ 0 };
	rc = check_options(provider, &s->options, why);
	url = trim_slashes(s->options.url ? s->options.url : provider->url);
	free(s->options.url);
	s->options.url = url;
	return rc < 0 ? rc : provider->load(s, why);
}

void provider_forget(char **secret)
{
	if (*secret)
		mem_wipe(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}

void provider_close(struct provider_session *s)
{
	size_t i;

	for (i = 0; i < sizeof(s->secret) / sizeof(s->secret[0]); i++)
		provider_forget(&s->secret[i]);
	provider_forget(&s->bearer);
	provider_answer_clear(&s->zone);
	free(s->options.url);
	free(s->options.key_file);
	free(s->options.zone);
	free(s->options.project);
	free(s->options.profile);
	*s = (struct provider_session){ 0 };
}

int provider_read_key(const struct provider_session *s, char **ret_text, struct why *why)
{
	return secret_file_read(s->options.key_file, s->provider->key_name, ret_text,
				why);
}

static int take_token(struct provider_session *s, const char *word, const char *text,
		      struct why *why)
{
	size_t len;

	text += strspn(text, " \t\r\n");
	len = strcspn(text, " \t\r\n");
	if (!len || text[len + strspn(text + len, " \t\r\n")])
		return why_set(why, DP_EFORMAT, "%s: it holds no %s in one word",
			       s->options.key_file, s->provider->key_name);
	s->bearer = mem_printf("Authorization: %s %.*s", word, (int)len, text);
	return 0;
}

int provider_load_token(struct provider_session *s, const char *word, struct why *why)
{
	char *text = NULL;
	int rc = provider_read_key(s, &text, why);

	if (rc == 0)
		rc = take_token(s, word, text, why);
	provider_forget(&text);
	return rc;
}

int provider_sign_bearer(struct provider_session *s, const struct env_request *request,
			 struct provider_signed *ret_signed, struct why *why)
{
	(void)request;
	(void)why;
	ret_signed->header[0] = mem_text(s->bearer);
	return 0;
}

static void clear_signed(struct provider_signed *sig)
{
	size_t i;

	for (i = 0; i < PROVIDER_HEADERS_MAX; i++)
		provider_forget(&sig->header[i]);
}

/* What a failure means for who asked. */
static int code_of_status(int status)
{
	switch (status) {
	case 409:
	case 412:
		return DP_EBUSY;
	case 429:
		return DP_ELIMIT;
	case 408:
		return DP_ELATER;
	default:
		return status >= 500 ? DP_ELATER : DP_EDNS;
	}
}

static char *word_remedy(const struct provider_session *s, int status,
			 int64_t retry_after_s, bool key_refused)
{
	const struct provider *p = s->provider;

	if (status == 401 || status == 403 || key_refused)
		return mem_printf(": %s%s%s must be valid, and allowed to %s",
				  p->key_name, s->options.key_file ? " in " : "",
				  s->options.key_file ? s->options.key_file : "",
				  p->rights);
	if (status == 429 && retry_after_s)
		return mem_printf(": it takes no more requests for %lld s; nothing is "
				  "lost, a later run goes on",
				  (long long)retry_after_s);
	if (status == 429)
		return mem_text(": it takes no more requests for now; nothing is lost, a "
				"later run goes on");
	return mem_text("");
}

/* The API's own code may tell a conflict, or a limit, that its status doesn't. */
static int say_failure(struct provider_session *s, const char *method, const char *url,
		       const struct env_page *page, struct why *why)
{
	int code = code_of_status(page->status);
	struct provider_answer a = { 0 };
	struct why inner;
	char *remedy;

	if (provider_answer_read_apart(s->provider->readers[0], page->text, NULL, &a,
				       &inner) < 0)
		a = (struct provider_answer){ 0 };
	if (a.number == DP_EBUSY || a.number == DP_ELIMIT)
		code = (int)a.number;
	remedy = word_remedy(s, page->status, page->retry_after_s, a.number == DP_EINVAL);
	why_set(why, code, "%s answers %d%s%s%s%s to %s %.*s%s", s->provider->title,
		page->status, a.error_code ? " " : "", a.error_code ? a.error_code : "",
		a.error ? " " : "", a.error ? a.error : "", method,
		(int)strcspn(url, "?"), url, remedy);
	provider_answer_clear(&a);
	free(remedy);
	return code;
}

static int take_page(struct provider_session *s, const struct provider_request *r,
		     const char *url, const struct env_page *page,
		     struct provider_answer *ret_answer, struct why *why)
{
	const char *method = r->method ? r->method : "GET";
	struct provider_answer ignored = { 0 };
	struct why inner = { "" };
	int rc;

	if (page->status == 404 && r->may_lack)
		return 0;
	if (page->status / 100 != 2)
		return say_failure(s, method, url, page, why);
	if (!r->read)
		return 0;
	rc = provider_answer_read_apart(r->read, page->text, r->arg,
					ret_answer ? ret_answer : &ignored, &inner);
	provider_answer_clear(&ignored);
	if (rc < 0)
		why_set(why, rc, "%s's answer to %s %.*s: %s", s->provider->title, method,
			(int)strcspn(url, "?"), url, inner.text);
	return rc;
}

/* Sends it with the headers that sign it. */
static int send_request(struct provider_session *s, const struct provider_request *r,
			const char *url, struct env_page *ret_page, struct why *why)
{
	struct env_request request = {
		.method = r->method, .url = url, .body = r->body, .type = r->type
	};
	struct provider_signed sig = { 0 };
	size_t n = 0;
	int rc = r->unsigned_ ? 0 : s->provider->sign(s, &request, &sig, why);

	while (n < PROVIDER_HEADERS_MAX - 2 && sig.header[n])
		n++;
	if (r->header)
		sig.header[n] = mem_text(r->header);
	request.headers = (const char *const *)sig.header;
	request.sigv4 = sig.sigv4;
	request.user = sig.user;
	if (rc == 0)
		rc = s->env->fetch(s->env->arg, &request, ret_page, why);
	clear_signed(&sig);
	return rc;
}

int provider_prepare(struct provider_session *s, struct why *why)
{
	int rc = s->opened || !s->provider->open ? 0 : s->provider->open(s, why);

	s->opened = rc == 0;
	return rc;
}

int provider_ask(struct provider_session *s, const struct provider_request *r,
		 struct provider_answer *ret_answer, struct why *why)
{
	char *url = strstr(r->path, "://") ? mem_text(r->path)
					   : mem_printf("%s%s", s->options.url, r->path);
	struct env_page page = { 0 };
	int rc = 0;

	if (ret_answer)
		*ret_answer = (struct provider_answer){ 0 };
	if (!r->unsigned_)
		rc = provider_prepare(s, why);
	if (rc == 0 && r->changes && s->watch) {
		s->watch->tell(s->watch->arg, r->method ? r->method : "GET", url,
			       r->body);
	} else if (rc == 0) {
		rc = send_request(s, r, url, &page, why);
		if (rc == 0)
			rc = take_page(s, r, url, &page, ret_answer, why);
		if (page.text)
			mem_wipe(page.text, strlen(page.text));
		env_page_clear(&page);
	}
	free(url);
	return rc;
}

int provider_enter_zone(struct provider_session *s, const char *path,
			provider_read_fn *read, const char *apex, struct why *why)
{
	const struct provider_request request = { .path = path,
						  .read = read,
						  .arg = apex };
	char *id;
	int rc = provider_ask(s, &request, &s->zone, why);

	if (rc < 0)
		return rc;
	s->zone.zone = mem_text(apex);
	id = s->zone.zone_id;
	s->zone.zone_id = id ? provider_encode(id) : NULL;
	free(id);
	return 0;
}

void provider_learn_signing(struct provider_session *s, const char *path,
			    provider_read_fn *read)
{
	struct provider_answer a = { 0 };

	if (provider_ask(s,
			 &(const struct provider_request){ .path = path, .read = read },
			 &a, NULL) == 0) {
		s->zone.is_signed = a.is_signed;
		s->zone.sign_word = mem_text(a.sign_word);
	}
	provider_answer_clear(&a);
}

int provider_delete(struct provider_session *s, const char *path, struct why *why)
{
	return provider_ask(s,
			    &(const struct provider_request){ .method = "DELETE",
							      .path = path,
							      .changes = true,
							      .may_lack = true },
			    NULL, why);
}
