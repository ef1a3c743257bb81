/* SPDX-License-Identifier: BSD-2-Clause */
/* A DNS provider's HTTP API: how it is asked, and what it takes. Each provider is one
 * file with one constant row; providers.c lists them, and publish/publish_provider.c
 * walks through their steps. */
#ifndef SETUP_PROVIDER_H
#define SETUP_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/provider/provider_answer.h"

struct env;
struct env_request;
struct json_t;

struct provider;
struct why;

/* Is told each request that changes something, in a dry run; no secret is in it. */
struct provider_watch {
	void (*tell)(void *arg, const char *method, const char *url, const char *body);
	void *arg;
};

/* What follows the provider's word in lineage.conf; texts are owned, NULL: not given. */
struct provider_options {
	char *url;	/* another place of the API than the usual one */
	char *key_file; /* where the secret is */
	char *zone;	/* the zone's name at the provider */
	char *project;	/* of Google */
	char *profile;	/* of AWS */
};

/* What runs through the steps of one change. */
struct provider_session {
	struct env *env; /* borrowed */
	const struct provider *provider;
	struct provider_options options;    /* owned */
	const struct provider_watch *watch; /* borrowed; NULL: changes are made */
	char *secret[3];		    /* owned; what the provider's load() found */
	char *bearer;			    /* owned; a header, where the API takes one */
	int64_t clock_s;		    /* the provider's clock less ours */
	bool opened;
	struct provider_answer zone; /* the last one found */
};

/* What is sent beside the URL and the body; owned texts in a list that ends with NULL. */
#define PROVIDER_HEADERS_MAX 8
struct provider_signed {
	char *header[PROVIDER_HEADERS_MAX];
	const char *sigv4, *user; /* borrowed; for AWS */
};

struct provider_request {
	const char *method;	/* NULL: GET */
	const char *path;	/* behind the API's URL; or a whole URL */
	const char *body;	/* NULL: none */
	const char *type;	/* of the body; NULL: JSON */
	bool changes;		/* something in the zone: a dry run only tells it */
	bool may_lack;		/* 404 is an answer: there is none */
	bool unsigned_;		/* without the secret */
	const char *header;	/* a further one; NULL: none */
	provider_read_fn *read; /* NULL: the answer says nothing that is wanted */
	const char *arg;	/* for read */
};

/* The records that one owner is to have, or gets, or loses: presentation form. */
struct provider_records {
	const char *const *content; /* borrowed */
	size_t count;
	uint32_t ttl;
};

/* A row. Functions return 0 or DP_E*: DP_EBUSY where somebody else has changed the
 * records meanwhile, or may have: to be read again. */
struct provider {
	const char *name;     /* the word of `publish` */
	const char *title;    /* "Cloudflare" */
	const char *url;      /* of its API, without a final slash */
	const char *key_name; /* "the API token" */
	const char *rights;   /* what the key must be allowed to do */
	const char *signing;  /* where its users turn on DNSSEC */
	bool key_optional;    /* the platform may have one: load() finds it */
	bool uses_project, uses_profile;
	uint32_t ttl_min, ttl_max; /* 0: no bound known */
	const char *const
		*servers; /* patterns of its name servers, NULL behind the last */

	/* Reads the key file, or what the platform has instead; asks nobody. */
	int (*load)(struct provider_session *s, struct why *why);
	/* Asks for what further requests need: a token, the clock. NULL: nothing. */
	int (*open)(struct provider_session *s, struct why *why);
	/* Puts the secret into a request. */
	int (*sign)(struct provider_session *s, const struct env_request *request,
		    struct provider_signed *ret_signed, struct why *why);
	/* All that answers are read with, NULL behind the last; the first reads what the
	 * API says of a failure, and sets number where its status doesn't tell that:
	 * DP_EBUSY, DP_ELIMIT, or DP_EINVAL where the key is refused. */
	provider_read_fn *const *readers;
	/* Fills s->zone for the zone of owner, whose name in DNS is apex. */
	int (*find_zone)(struct provider_session *s, const char *apex, const char *owner,
			 struct why *why);
	/* The TLSA records at owner; count 0: none. */
	int (*read)(struct provider_session *s, const char *owner,
		    struct provider_answer *ret_answer, struct why *why);

	/* Either: the whole RRset is replaced at once, from what was read. */
	int (*replace)(struct provider_session *s, const char *owner,
		       const struct provider_answer *before,
		       const struct provider_records *after, struct why *why);
	/* Or: record by record. */
	int (*add)(struct provider_session *s, const char *owner, const char *content,
		   uint32_t ttl, struct why *why);
	int (*remove)(struct provider_session *s, const char *owner,
		      const struct provider_record *record, struct why *why);
	/* Has the changes served. NULL: they are by themselves. */
	int (*apply)(struct provider_session *s, struct why *why);
};

/* Takes the options, whatever comes of it, and reads the secret; asks nobody. Undo with
 * provider_close(), in any case. */
int provider_open(struct provider_session *s, const struct provider *provider,
		  struct env *env, struct provider_options *take_options,
		  struct why *why);
/* Does what further requests need (open), once. */
int provider_prepare(struct provider_session *s, struct why *why);
void provider_close(struct provider_session *s);
/* One request. Any answer but a success is an error that says why: DP_EBUSY for a
 * conflict, DP_ELIMIT where the API wants to be left alone for a time, DP_ELATER and
 * DP_EIO where no answer came or the API is broken, so that nobody knows what became of a
 * change, else DP_EDNS. *ret_answer is empty where nothing is read; ret_answer may be
 * NULL. */
int provider_ask(struct provider_session *s, const struct provider_request *request,
		 struct provider_answer *ret_answer, struct why *why);
/* Over plain HTTP everybody on the way could read the secret: whether the URL is https,
 * or on this machine. */
bool provider_url_is_private(const char *url);

/* Asks for the zone of that name and keeps it in s->zone; its id, if it has one, fit for
 * a URL. read NULL: that the API answers is enough. */
int provider_enter_zone(struct provider_session *s, const char *path,
			provider_read_fn *read, const char *apex, struct why *why);
/* Asks the API how the zone is signed, by a reader that fills is_signed and sign_word; a
 * key that may not ask that leaves it unknown. */
void provider_learn_signing(struct provider_session *s, const char *path,
			    provider_read_fn *read);
/* DELETE; what is gone already is no failure. */
int provider_delete(struct provider_session *s, const char *path, struct why *why);

/* The name of owner below zone: "_25._tcp.mx", "@" for the zone's own name; on the heap.
 * NULL where it isn't there. */
char *provider_relative(const char *owner, const char *zone);
/* Percent-encoding but for letters, digits and "-._~"; on the heap. */
char *provider_encode(const char *text);
/* The JSON as text, on the heap; takes root. */
char *provider_json(struct json_t *root);
/* The text of options.key_file, on the heap; to be forgotten. */
int provider_read_key(const struct provider_session *s, char **ret_text, struct why *why);
void provider_forget(char **secret); /* wiped and freed; NULL is fine */
/* What load() and sign() of a row with "Authorization: WORD SECRET" call. */
int provider_load_token(struct provider_session *s, const char *word, struct why *why);
int provider_sign_bearer(struct provider_session *s, const struct env_request *request,
			 struct provider_signed *ret_signed, struct why *why);

#endif
