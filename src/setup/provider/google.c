/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/google.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/provider/api_signature.h"
#include "setup/provider/json_read.h"
#include "setup/provider/provider.h"
#include "setup/world/env.h"

#define TOKEN_SERVER "https://oauth2.googleapis.com/token"
#define SCOPE "https://www.googleapis.com/auth/ndev.clouddns.readwrite"
#define GRANT "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
#define TOKEN_LIFETIME_S 3600
#define METADATA_HEADER "Metadata-Flavor: Google"
#define PROJECT_MAX 100

enum { CLIENT_EMAIL, PRIVATE_KEY, TOKEN_URI };

/* The assertion goes nowhere but to Google, whatever a key file says. */
static int check_token_uri(const struct provider_session *s, struct why *why)
{
	const char *uri = s->secret[TOKEN_URI];

	if (!strcmp(uri, TOKEN_SERVER) ||
	    (!strncmp(uri, "http://", 7) && provider_url_is_private(uri)))
		return 0;
	return why_set(why, DP_EINVAL, "%s: token_uri isn't " TOKEN_SERVER,
		       s->options.key_file);
}

static char *copy_member(const json_t *root, const char *name)
{
	return mem_text(json_string_value(json_object_get(root, name)));
}

/* The key file of a service account, the user's own. */
static int take_key_file(struct provider_session *s, const char *text, struct why *why)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	int rc = 0;

	s->secret[CLIENT_EMAIL] = copy_member(root, "client_email");
	s->secret[PRIVATE_KEY] = copy_member(root, "private_key");
	s->secret[TOKEN_URI] = copy_member(root, "token_uri");
	if (!s->options.project)
		s->options.project = copy_member(root, "project_id");
	json_decref(root);
	if (!s->secret[TOKEN_URI])
		s->secret[TOKEN_URI] = mem_text(TOKEN_SERVER);
	if (!s->secret[CLIENT_EMAIL] || !s->secret[PRIVATE_KEY])
		rc = why_set(why, DP_EFORMAT,
			     "%s is no key file of a service account: it lacks "
			     "client_email or private_key",
			     s->options.key_file);
	return rc < 0 ? rc : check_token_uri(s, why);
}

static int load_key(struct provider_session *s, struct why *why)
{
	char *text = NULL;
	int rc = s->options.key_file ? provider_read_key(s, &text, why) : 0;

	if (rc == 0 && text)
		rc = take_key_file(s, text, why);
	provider_forget(&text);
	return rc;
}

static int read_token(const char *body, const char *arg,
		      struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);

	(void)arg;
	ret_answer->token[0] = copy_member(root, "access_token");
	if (rc == 0 && !ret_answer->token[0])
		rc = why_set(why, DP_EFORMAT, "it has no access_token");
	json_decref(root);
	return rc;
}

static int read_project(const char *body, const char *arg,
			struct provider_answer *ret_answer, struct why *why)
{
	size_t len = strspn(body, "abcdefghijklmnopqrstuvwxyz0123456789-.:");

	(void)arg;
	if (!len || len > PROJECT_MAX || body[len + strspn(body + len, " \r\n")])
		return why_set(why, DP_EFORMAT, "it is no name of a project");
	ret_answer->zone = mem_text_n(body, len);
	return 0;
}

static int ask_token_server(struct provider_session *s,
			    struct provider_answer *ret_answer, struct why *why)
{
	const struct api_signature_claims claims = { .issuer = s->secret[CLIENT_EMAIL],
						     .scope = SCOPE,
						     .audience = s->secret[TOKEN_URI],
						     .now = env_now(s->env),
						     .lifetime_s = TOKEN_LIFETIME_S };
	struct why inner;
	char *token = NULL, *body;
	int rc = api_signature_jwt(&claims, s->secret[PRIVATE_KEY], &token, &inner);

	if (rc < 0)
		return why_set(why, rc, "%s: %s", s->options.key_file, inner.text);
	body = mem_printf("grant_type=%s&assertion=%s", GRANT, token);
	rc = provider_ask(s,
			  &(const struct provider_request){
				  .method = "POST",
				  .path = s->secret[TOKEN_URI],
				  .body = body,
				  .type = "application/x-www-form-urlencoded",
				  .unsigned_ = true,
				  .read = read_token },
			  ret_answer, why);
	provider_forget(&body);
	provider_forget(&token);
	return rc;
}

/* What a virtual machine of Google's asks for its own account. */
static int ask_metadata(struct provider_session *s, const char *what,
			provider_read_fn *read, struct provider_answer *ret_answer,
			struct why *why)
{
	char *host = env_variable(s->env, "GCE_METADATA_HOST");
	char *path = mem_printf("http://%s/computeMetadata/v1/%s",
				host ? host : "metadata.google.internal", what);
	struct why inner;
	int rc = provider_ask(s,
			      &(const struct provider_request){ .path = path,
								.unsigned_ = true,
								.header = METADATA_HEADER,
								.read = read },
			      ret_answer, &inner);

	if (rc < 0)
		why_set(why, rc,
			"without key-file= only a machine of Google's has an account: "
			"%s",
			inner.text);
	free(path);
	free(host);
	return rc;
}

static int find_project(struct provider_session *s, struct why *why)
{
	struct provider_answer a = { 0 };
	int rc = ask_metadata(s, "project/project-id", read_project, &a, why);

	if (rc == 0)
		s->options.project = mem_text(a.zone);
	provider_answer_clear(&a);
	return rc;
}

static int ask_token(struct provider_session *s, struct why *why)
{
	struct provider_answer a = { 0 };
	int rc = s->secret[PRIVATE_KEY]
			 ? ask_token_server(s, &a, why)
			 : ask_metadata(s, "instance/service-accounts/default/token",
					read_token, &a, why);

	if (rc == 0)
		s->bearer = mem_printf("Authorization: Bearer %s", a.token[0]);
	provider_answer_clear(&a);
	if (rc == 0 && !s->options.project)
		rc = find_project(s, why);
	return rc;
}

static bool is_rate_limit(const char *reason)
{
	return reason && (!strcmp(reason, "rateLimitExceeded") ||
			  !strcmp(reason, "userRateLimitExceeded") ||
			  !strcmp(reason, "quotaExceeded"));
}

/* {"error": {"code": 403, "message": ..., "errors": [{"reason": ...}]}}; the token server
 * has {"error": "invalid_grant", "error_description": ...}. */
static int read_google_error(const char *body, const char *arg,
			     struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);
	const json_t *error = json_object_get(root, "error");
	const json_t *first = json_array_get(json_object_get(error, "errors"), 0);

	(void)arg;
	if (json_is_string(error)) {
		ret_answer->error_code = json_read_text(root, "error");
		ret_answer->error = json_read_text(root, "error_description");
		ret_answer->number = DP_EINVAL; /* of the token server, about the key */
	} else {
		ret_answer->error_code = json_read_text(first, "reason");
		ret_answer->error = json_read_text(error, "message");
	}
	if (is_rate_limit(ret_answer->error_code))
		ret_answer->number = DP_ELIMIT;
	json_decref(root);
	return rc;
}

/* A zone of that name for private networks isn't the one that the world sees. */
static bool is_public(const json_t *zone)
{
	const char *visibility = json_string_value(json_object_get(zone, "visibility"));

	return !visibility || !strcmp(visibility, "public");
}

static int read_google_zone(const char *body, const char *apex,
			    struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);
	const json_t *zone, *signing;
	size_t i;

	json_array_foreach(json_object_get(root, "managedZones"), i, zone)
	{
		if (ret_answer->zone_id || !is_public(zone))
			continue;
		signing = json_object_get(zone, "dnssecConfig");
		ret_answer->zone_id = json_read_text(zone, "name");
		ret_answer->sign_word = json_read_text(signing, "state");
	}
	if (rc == 0 && !ret_answer->zone_id)
		rc = why_set(why, DP_EDNS, "the project has no public zone %s", apex);
	if (!ret_answer->sign_word)
		ret_answer->sign_word =
			mem_text("off"); /* left out where it was never on */
	ret_answer->is_signed = !strcmp(ret_answer->sign_word, "off") ? PROVIDER_UNSIGNED
								      : PROVIDER_SIGNED;
	json_decref(root);
	return rc;
}

/* Of the project that find_project() may find only now. */
static char *make_path(const struct provider_session *s, const char *below)
{
	char *project = provider_encode(s->options.project ? s->options.project : "");
	char *path = mem_printf("/projects/%s/managedZones%s", project, below);

	free(project);
	return path;
}

static int find_google_zone(struct provider_session *s, const char *apex,
			    const char *owner, struct why *why)
{
	char *name = provider_encode(apex), *below = mem_printf("?dnsName=%s.", name);
	char *path = NULL;
	int rc = provider_prepare(s, why);

	(void)owner;
	if (rc == 0) {
		path = make_path(s, below);
		rc = provider_enter_zone(s, path, read_google_zone, apex, why);
	}
	free(path);
	free(below);
	free(name);
	return rc;
}

/* Names end with a dot there. */
static bool is_rrset_of(const json_t *rrset, const char *owner)
{
	const char *name = json_string_value(json_object_get(rrset, "name"));
	const char *type = json_string_value(json_object_get(rrset, "type"));
	size_t len = strlen(owner);

	return name && type && !strcmp(type, "TLSA") && !strncasecmp(name, owner, len) &&
	       !strcmp(name + len, ".");
}

static int read_google_rrset(const char *body, const char *owner,
			     struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);
	const json_t *rrsets = json_object_get(root, "rrsets"), *rrset;
	size_t i;

	if (rc == 0 && !json_is_array(rrsets))
		rc = why_set(why, DP_EFORMAT, "it has no list of RRsets");
	json_array_foreach(rrsets, i, rrset)
	{
		if (rc < 0 || ret_answer->count || !is_rrset_of(rrset, owner))
			continue;
		ret_answer->ttl = json_read_number(rrset, "ttl");
		rc = json_read_records(json_object_get(rrset, "rrdatas"), ret_answer,
				       why);
	}
	json_decref(root);
	return rc;
}

static int ask_google_records(struct provider_session *s, const char *owner,
			      struct provider_answer *ret_answer, struct why *why)
{
	char *name = provider_encode(owner);
	char *below = mem_printf("/%s/rrsets?name=%s.&type=TLSA", s->zone.zone_id, name);
	char *path = make_path(s, below);
	int rc = provider_ask(s,
			      &(const struct provider_request){ .path = path,
								.read = read_google_rrset,
								.arg = owner },
			      ret_answer, why);

	free(path);
	free(below);
	free(name);
	return rc;
}

static void add_rrset(json_t *list, const char *owner, json_t *take_records, uint32_t ttl)
{
	char *name = mem_printf("%s.", owner);

	json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:o}", "name", name,
					      "type", "TLSA", "ttl", (json_int_t)ttl,
					      "rrdatas", take_records));
	free(name);
}

/* What goes must be what is there to the octet, and what comes must not be there yet:
 * else the API refuses the change as a whole. */
static int replace_google_records(struct provider_session *s, const char *owner,
				  const struct provider_answer *before,
				  const struct provider_records *after, struct why *why)
{
	json_t *deletions = json_array(), *additions = json_array();
	json_t *old = json_array(), *new = json_array();
	char *below = mem_printf("/%s/changes", s->zone.zone_id);
	char *path = make_path(s, below), *body;
	size_t i;
	int rc;

	for (i = 0; i < before->count; i++)
		json_array_append_new(old, json_string(before->record[i].content));
	for (i = 0; i < after->count; i++)
		json_array_append_new(new, json_string(after->content[i]));
	if (before->count)
		add_rrset(deletions, owner, json_incref(old), before->ttl);
	if (after->count)
		add_rrset(additions, owner, json_incref(new), after->ttl);
	json_decref(old);
	json_decref(new);
	body = provider_json(
		json_pack("{s:o, s:o}", "deletions", deletions, "additions", additions));
	rc = provider_ask(
		s,
		&(const struct provider_request){
			.method = "POST", .path = path, .body = body, .changes = true },
		NULL, why);
	free(body);
	free(path);
	free(below);
	return rc;
}

static provider_read_fn *const readers[] = { read_google_error, read_token,
					     read_project,	read_google_zone,
					     read_google_rrset, NULL };

static const char *const servers[] = { "ns-cloud-*.googledomains.com", NULL };

const struct provider *google_provider(void)
{
	static const struct provider row = {
		.name = "google",
		.title = "Google Cloud DNS",
		.url = "https://dns.googleapis.com/dns/v1",
		.key_name = "the key file of a service account",
		.rights = "change records (role DNS Administrator of the project)",
		.signing = "gcloud dns managed-zones update ZONE --dnssec-state on",
		.key_optional = true,
		.uses_project = true,
		.servers = servers,
		.load = load_key,
		.open = ask_token,
		.sign = provider_sign_bearer,
		.readers = readers,
		.find_zone = find_google_zone,
		.read = ask_google_records,
		.replace = replace_google_records,
	};

	return &row;
}
