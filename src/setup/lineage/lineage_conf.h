/* SPDX-License-Identifier: BSD-2-Clause */
/* lineage.conf: what the user wants, in lines "key = value" and comments after "#". The
 * verb new writes it, with a comment for each key; after that only the user does. */
#ifndef SETUP_LINEAGE_CONF_H
#define SETUP_LINEAGE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "setup/key/csr.h"
#include "setup/key/key.h"

struct why;

#define LINEAGE_CONF_FILE_MAX                                                            \
	(4 << 20) /* enough for more names and targets than are allowed */

enum lineage_conf_key {
	LINEAGE_CONF_DOMAINS,
	LINEAGE_CONF_SERVICES,
	LINEAGE_CONF_FOREIGN,
	LINEAGE_CONF_KEY_TYPES,
	LINEAGE_CONF_ACME,
	LINEAGE_CONF_PUBLISH,
	LINEAGE_CONF_DEPLOY,
	LINEAGE_CONF_ACME_DIRECTORY,
	LINEAGE_CONF_RENEW_AT,
	LINEAGE_CONF_ROLLOVER_EVERY,
	LINEAGE_CONF_TTL,
	LINEAGE_CONF_NS_POLICY,
	LINEAGE_CONF_KEY_GROUP,
	LINEAGE_CONF_COUNT
};

struct lineage_conf_list {
	char **item; /* owned */
	size_t count;
};

struct lineage_conf {
	char *text[LINEAGE_CONF_COUNT]; /* owned; as given, NULL: the default. Of deploy
					   the lines, "\n" between them */
	struct csr_names domains;
	struct lineage_conf_list services, foreign; /* texts that target_parse takes */
	struct lineage_conf_list deploy;	    /* commands */
	enum key_type key_type[KEY_TYPE_COUNT];
	size_t key_types;
	int renew_percent; /* renew with this share of the lifetime left; 0: see the next
			    */
	int64_t renew_left_s;	  /* renew with this much left; 0: by the schedule of
				     renewal.h */
	int64_t rollover_every_s; /* 0: only when asked */
	uint32_t ttl;
	bool all_but_one; /* one of the name servers may be dead */
};

/* All defaults. Undo with lineage_conf_clear(). */
void lineage_conf_init(struct lineage_conf *conf);
void lineage_conf_clear(struct lineage_conf *conf);
/* Sets one "KEY = VALUE". It replaces an earlier value; deploy gets one more line
 * instead. DP_EINVAL names the key, what is wrong with the value, and the nearest known
 * key. */
int lineage_conf_set(struct lineage_conf *conf, const char *line, struct why *why);
/* Sets a value that comes from an option. */
int lineage_conf_put(struct lineage_conf *conf, enum lineage_conf_key key,
		     const char *value, struct why *why);
/* Forgets the value of a key: the default holds. */
void lineage_conf_unset(struct lineage_conf *conf, enum lineage_conf_key key);
/* Parses the text of the whole file. A key that stands there twice (but deploy) is
 * refused; the message names the line. */
int lineage_conf_parse(struct lineage_conf *conf, const char *text, struct why *why);
/* Checks that what must be there is there: domains and services. */
int lineage_conf_check(const struct lineage_conf *conf, struct why *why);
/* The file for conf, every key with its comment; on the heap. */
char *lineage_conf_text(const struct lineage_conf *conf);
/* Of what it says, in whatever words the file does; not 0. */
int64_t lineage_conf_hash(const struct lineage_conf *conf);
/* The text of a key, its default's where it isn't set; "" without one. Borrowed. */
const char *lineage_conf_get(const struct lineage_conf *conf, enum lineage_conf_key key);

#endif
