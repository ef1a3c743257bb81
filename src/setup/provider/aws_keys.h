/* SPDX-License-Identifier: BSD-2-Clause */
/* Where AWS's own programs find the key of an account, and how it signs a request. */
#ifndef SETUP_PROVIDER_AWS_KEYS_H
#define SETUP_PROVIDER_AWS_KEYS_H

struct env_request;
struct provider_answer;
struct provider_session;
struct provider_signed;
struct why;

/* What rows of struct provider call: load, open and sign. */
int aws_keys_load(struct provider_session *s, struct why *why);
int aws_keys_open(struct provider_session *s, struct why *why);
int aws_keys_sign(struct provider_session *s, const struct env_request *request,
		  struct provider_signed *ret_signed, struct why *why);
/* What the machine's metadata server answers: provider_read_fn. */
int aws_keys_read_word(const char *body, const char *arg,
		       struct provider_answer *ret_answer, struct why *why);
int aws_keys_read_role(const char *body, const char *arg,
		       struct provider_answer *ret_answer, struct why *why);

#endif
