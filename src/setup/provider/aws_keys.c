/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/aws_keys.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/provider/json_read.h"
#include "setup/provider/key_lines.h"
#include "setup/provider/provider.h"
#include "setup/world/env.h"

#define METADATA "http://169.254.169.254"

#define SIGV4 "aws:amz:us-east-1:route53" /* the service has one region for all */

enum { KEY_PAIR, SESSION_TOKEN }; /* of the session's secrets */

/* Takes id and secret; false where one is missing. */
static bool take_pair(struct provider_session *s, char *take_id, char *take_secret)
{
	bool whole = take_id && take_secret;

	if (whole)
		s->secret[KEY_PAIR] = mem_printf("%s:%s", take_id, take_secret);
	provider_forget(&take_id);
	provider_forget(&take_secret);
	return whole;
}

static int take_key_file(struct provider_session *s, const char *text, struct why *why)
{
	const char *profile = s->options.profile ? s->options.profile : "default";

	s->secret[SESSION_TOKEN] = key_lines_find(text, profile, "aws_session_token");
	if (take_pair(s, key_lines_find(text, profile, "aws_access_key_id"),
		      key_lines_find(text, profile, "aws_secret_access_key")))
		return 0;
	return why_set(why, DP_EFORMAT,
		       "%s lacks aws_access_key_id or aws_secret_access_key in [%s]",
		       s->options.key_file, profile);
}

static int load_key_file(struct provider_session *s, struct why *why)
{
	char *text = NULL;
	int rc = provider_read_key(s, &text, why);

	if (rc == 0)
		rc = take_key_file(s, text, why);
	provider_forget(&text);
	return rc;
}

/* As AWS's own programs: the environment, then the file at home, then the machine's role
 * (ask_role()). */
int aws_keys_load(struct provider_session *s, struct why *why)
{
	char *home;

	if (s->options.key_file)
		return load_key_file(s, why);
	if (take_pair(s, env_variable(s->env, "AWS_ACCESS_KEY_ID"),
		      env_variable(s->env, "AWS_SECRET_ACCESS_KEY"))) {
		s->secret[SESSION_TOKEN] = env_variable(s->env, "AWS_SESSION_TOKEN");
		return 0;
	}
	home = env_variable(s->env, "HOME");
	if (home) {
		s->options.key_file = mem_printf("%s/.aws/credentials", home);
		free(home);
		if (access(s->options.key_file, F_OK) == 0)
			return load_key_file(s, why);
		free(s->options.key_file);
		s->options.key_file = NULL;
	}
	return 0;
}

int aws_keys_read_word(const char *body, const char *arg,
		       struct provider_answer *ret_answer, struct why *why)
{
	size_t len = strcspn(body, " \r\n");

	(void)arg;
	if (!len || body[len + strspn(body + len, " \r\n")])
		return why_set(why, DP_EFORMAT, "it is no single word");
	ret_answer->token[0] = mem_text_n(body, len);
	return 0;
}

int aws_keys_read_role(const char *body, const char *arg,
		       struct provider_answer *ret_answer, struct why *why)
{
	int rc = 0;
	json_t *root = json_read(body, &rc, why);
	static const char *const names[] = { "AccessKeyId", "SecretAccessKey", "Token" };
	size_t i;

	(void)arg;
	for (i = 0; i < 3 && rc == 0; i++) {
		ret_answer->token[i] =
			mem_text(json_string_value(json_object_get(root, names[i])));
		if (!ret_answer->token[i])
			rc = why_set(why, DP_EFORMAT, "it has no %s", names[i]);
	}
	json_decref(root);
	return rc;
}

/* Asks the machine's own metadata server, by version 2 of its protocol. */
static int ask_metadata(struct provider_session *s, const char *token, const char *what,
			provider_read_fn *read, struct provider_answer *ret_answer,
			struct why *why)
{
	char *base = env_variable(s->env, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	char *path = mem_printf("%s/latest/%s", base ? base : METADATA, what);
	char *header = token ? mem_printf("X-aws-ec2-metadata-token: %s", token)
			     : mem_text("X-aws-ec2-metadata-token-ttl-seconds: 300");
	int rc = provider_ask(
		s,
		&(const struct provider_request){ .method = token ? NULL : "PUT",
						  .path = path,
						  .unsigned_ = true,
						  .header = header,
						  .read = read },
		ret_answer, why);

	free(header);
	free(path);
	free(base);
	return rc;
}

static int ask_role(struct provider_session *s, const char *token, struct why *why)
{
	struct provider_answer role = { 0 }, keys = { 0 };
	char *name = NULL, *what = NULL;
	int rc = ask_metadata(s, token, "meta-data/iam/security-credentials/",
			      aws_keys_read_word, &role, why);

	if (rc == 0) {
		name = provider_encode(role.token[0]);
		what = mem_printf("meta-data/iam/security-credentials/%s", name);
		rc = ask_metadata(s, token, what, aws_keys_read_role, &keys, why);
	}
	if (rc == 0) {
		s->secret[SESSION_TOKEN] = mem_text(keys.token[2]);
		take_pair(s, mem_text(keys.token[0]), mem_text(keys.token[1]));
	}
	provider_answer_clear(&keys);
	provider_answer_clear(&role);
	free(what);
	free(name);
	return rc;
}

int aws_keys_open(struct provider_session *s, struct why *why)
{
	struct provider_answer token = { 0 };
	struct why inner;
	int rc;

	if (s->secret[KEY_PAIR])
		return 0;
	rc = ask_metadata(s, NULL, "api/token", aws_keys_read_word, &token, &inner);
	if (rc == 0)
		rc = ask_role(s, token.token[0], &inner);
	provider_answer_clear(&token);
	if (rc < 0)
		why_set(why, rc,
			"no key of AWS: key-file= isn't given, AWS_ACCESS_KEY_ID isn't "
			"set, ~/.aws/credentials isn't there, and the machine has no "
			"role: %s",
			inner.text);
	return rc;
}

int aws_keys_sign(struct provider_session *s, const struct env_request *request,
		  struct provider_signed *ret_signed, struct why *why)
{
	(void)request;
	(void)why;
	ret_signed->sigv4 = SIGV4;
	ret_signed->user = s->secret[KEY_PAIR];
	if (s->secret[SESSION_TOKEN])
		ret_signed->header[0] =
			mem_printf("X-Amz-Security-Token: %s", s->secret[SESSION_TOKEN]);
	return 0;
}
