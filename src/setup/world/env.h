/* SPDX-License-Identifier: BSD-2-Clause */
/* The world as setup touches it: the clock, files, commands, DNS and the live services.
 * Everything goes through here, so that a test can set the time, fail or kill at any
 * write, and play the servers. */
#ifndef SETUP_ENV_H
#define SETUP_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/file.h"

struct buf;
struct record;
struct target;
struct tlsa;
struct why;

#define ENV_OUTPUT_MAX (1 << 20) /* of a command: a chain is a hundredth of it */

struct env_command {
	const char *text;  /* for sh -c */
	const char *input; /* its standard input; NULL: none */
	int64_t timeout_ms;
	struct buf *output;	/* gets its standard output; NULL: not wanted */
	const char *name;	/* what messages call it; NULL: by its text */
	struct buf *transcript; /* gets all that it says, however it ends; NULL: not
				   wanted */
};

/* A TLSA RRset as a server has it. */
struct env_rrset {
	char *owner;	 /* owned; with its final dot */
	struct tlsa *rr; /* owned */
	size_t count;
};

/* What all authoritative servers say about the records at the owners asked for. */
struct env_dns {
	bool agree;	  /* each server answered, validated: all of want, none of dead */
	bool contradicts; /* one that answered lacks one of want, or has one of dead */
	bool none;	  /* not one of them has a TLSA record at any of the owners */
	bool may_have_dead; /* one of them still has a record of dead, or didn't say */
	int64_t ttl_s; /* the largest seen: of record sets, and of the denial where there
			  was none; -1 unknown, as where one of them didn't say */
	int64_t answered_ttl_s; /* the same of those that answered; 0: nobody did */
	char *who_lags;	 /* owned; "ns2.example.net lacks the record"; NULL when all agree
			  */
	char *who_fails; /* owned; those that give no validated answer; NULL: none */
	/* Sets (owners.h), owned, of servers as "NAME@ADDRESS": those that answered, and
	 * those that didn't, but for one that may be dead. */
	char *answered, *silent;
	/* Sets of owners (owners.h), owned, for which of the servers that answered ... */
	char *absent;	/* none has any TLSA record, and all answered */
	char *unclear;	/* none has, and not all answered */
	bool some;	/* a server has a TLSA record at one of the owners */
	char *present;	/* one has a record of want */
	char *wildcard; /* owned; an owner whose records come from a wildcard; NULL: none
			 */
	struct env_rrset *set; /* owned; each different one that a server has, with all
				  its records, other people's too */
	size_t set_count;
};

/* Something wrong at one endpoint. */
struct env_fault {
	char *where; /* owned; the service, and its address where only that is meant */
	char *what;  /* owned; "mismatch: key 1234abcd... is not published" */
};

/* What the services present: count 0 where each endpoint presents a certificate of each
 * kind of key that is asked for, no others of those kinds, and DANE passes. */
struct env_live {
	struct env_fault *fault; /* owned */
	size_t count;
	bool other_key; /* an endpoint presents a certificate that isn't asked for */
	bool asked_key; /* one presents a certificate that is */
	char *stranger; /* owned; "https://www.example.com at 192.0.2.1 presents the key
			   1234abcd...": one that isn't asked for, though of a kind that
			   is, and that clients accept by records in DNS; NULL: none */
};

/* A question to all servers of the owners' zones; the records are borrowed. */
struct env_question {
	const struct record *want, *dead;
	size_t want_count, dead_count;
	bool all_but_one; /* one server may be dead */
};

/* A key of the lineage, whatever became of it. */
struct env_known_key {
	int64_t generation;
	uint8_t spki[32]; /* SHA-256 of SubjectPublicKeyInfo */
};

/* A question to the services: do they present one of these certificates, now? A server
 * that wasn't reloaded still has the former one of the same key. */
struct env_presented {
	const char *const *services; /* borrowed texts of targets, all of them hosts */
	size_t service_count;
	const char *const *others; /* run by others: shown, but nobody waits for them */
	size_t other_count;
	const uint8_t (*spki)[32]; /* SHA-256 of SubjectPublicKeyInfo, one a key type */
	const uint8_t (*cert)[32]; /* and of the leaf certificate in live */
	size_t count;
	const char *name, *live; /* borrowed: "key 0001", and where servers read it; not
				    needed with key_only */
	const struct env_known_key
		*known; /* borrowed; to name what is presented instead */
	size_t known_count;
	bool any_cert; /* any certificate will do: only the key counts */
	bool key_only; /* don't look into DNS: caches may have what is no longer there */
	bool has_rsa,
		has_ecdsa; /* the kinds of keys among them; ECDSA stands for EdDSA too */
	bool at_once; /* no server was reloaded just now, which could take some seconds */
};

/* Where the records of an owner really are. */
#define ENV_ZONE_SERVERS_MAX 6 /* that are tried for an update, one by one */

struct env_zone {
	char *owner;   /* owned; aliases followed, without a final dot */
	bool is_alias; /* it is another name than the one asked for */
	char *apex;    /* owned; the zone's name */
	char *server[ENV_ZONE_SERVERS_MAX]; /* owned; addresses: of the server that SOA
					       MNAME names, then of the others */
	size_t server_count;
	char **name; /* owned, as the texts; its NS RRset */
	size_t name_count;
};

/* A question over HTTP; all borrowed. */
struct env_request {
	const char *method; /* NULL: GET */
	const char *url;
	const char *const *headers; /* further ones, "Name: value", NULL behind the last;
				       no message shows them. NULL: none */
	const char *body;	    /* NULL: none */
	const char *type;	    /* of the body; NULL: JSON */
	const char *sigv4, *user;   /* "aws:amz:REGION:SERVICE" and "ID:SECRET", by which
				       it is signed; NULL: it isn't */
};

/* Its answer. */
struct env_page {
	int status;
	char *text;	       /* owned */
	int64_t retry_after_s; /* 0: not said */
};

struct env {
	void *arg; /* borrowed; given to each function */
	time_t (*now)(void *arg);
	/* Seconds that the system has run, which no setting of the clock changes, and on
	 * the heap a name of this run. NULL: nobody can tell. */
	int64_t (*uptime)(void *arg, char **ret_boot);
	struct file_place files; /* how a lineage's files are made */
	/* Asked before each command: 0 to run it, else the errno that it fails with.
	 * NULL: all are run. */
	int (*before_command)(void *arg, const char *text);
	/* Runs sh -c; 0 when it exits with status 0. */
	int (*run)(void *arg, const struct env_command *command, struct why *why);
	/* Whether sh finds a program of that name. NULL: nobody can tell. */
	bool (*has_program)(void *arg, const char *program);
	/* A variable of the environment. NULL: nobody can tell. */
	const char *(*variable)(void *arg, const char *name);
	/* The functions below are NULL where nobody can tell. */
	int (*ask)(void *arg, const struct env_question *question,
		   struct env_dns *ret_dns, struct why *why);
	int (*look)(void *arg, const struct env_presented *presented,
		    struct env_live *ret_live, struct why *why);
	/* Finds the hosts of mx:// and srv:// as targets of their own; the caller
	 * clears each and frees the array. */
	int (*discover)(void *arg, const struct target *service,
			struct target **ret_targets, size_t *ret_count, struct why *why);
	/* Whether the zone of the owner is signed and its DS is at the parent: 0, or
	 * DP_EDNS naming what is missing. */
	int (*secure)(void *arg, const char *owner, struct why *why);
	int (*zone)(void *arg, const char *owner, struct env_zone *ret_zone,
		    struct why *why);
	/* Asks, with the CA checked where the URL is https. Any status is an answer. */
	int (*fetch)(void *arg, const struct env_request *request,
		     struct env_page *ret_page, struct why *why);
};

/* The real clock, files and commands; DNS and services unset. */
void env_init(struct env *env);
time_t env_now(const struct env *env);
void env_dns_clear(struct env_dns *dns);
/* Copies what a server has at owner (with its final dot), unless another has the same. */
void env_dns_add_set(struct env_dns *dns, const char *owner, const struct tlsa *rr,
		     size_t count);
/* Whether one of the servers has rr at owner. */
bool env_dns_has(const struct env_dns *dns, const char *owner, const struct tlsa *rr);
/* Takes both texts. */
void env_live_add(struct env_live *live, char *take_where, char *take_what);
void env_live_clear(struct env_live *live);
void env_zone_clear(struct env_zone *zone);
void env_page_clear(struct env_page *page);

/* A copy on the heap; NULL: it isn't set, or empty. */
char *env_variable(const struct env *env, const char *name);

int env_run(struct env *env, const struct env_command *command, struct why *why);

#endif
