/* SPDX-License-Identifier: BSD-2-Clause */
/* What a check found out, as data: filled by dns, net and probe, judged by verdict.c,
 * shown by render. Strings are owned heap copies unless marked; text from the network is
 * raw (render escapes it). Times are seconds since 1970, -1 unknown; durations ms, -1
 * unknown. */
#ifndef VERDICT_FACTS_H
#define VERDICT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "dane/match.h"
#include "dane/tlsa.h"
#include "verdict/code.h"
#include "verdict/finding.h"
#include "verdict/security.h"

struct matrix;

/* One question of the lookup, in the order in which it mattered: the "dns" lines. */
struct facts_lookup {
	int endpoint; /* its index; -1: the discovery of endpoints, or the target as such
		       */
	char *name;   /* A-labels without final dot */
	char *type;   /* "A", "AAAA", "CNAME", "TLSA" ... */
	enum security security;
	bool failed; /* no usable answer (SERVFAIL, time); error says why */
	bool absent; /* securely or not, as security says: NODATA or NXDOMAIN */
	bool nxdomain;
	char *data; /* "192.0.2.10, 192.0.2.11", a CNAME's target; NULL none, and for TLSA
		     */
	int64_t ttl;		/* -1 unknown */
	time_t rrsig_expires;	/* of the RRSIG that validators go by; -1 none */
	time_t rrsig_inception; /* of the same; -1 none */
	int64_t rrsig_original_ttl;
	int nsec3_iterations; /* the most of its proofs of denial; 0: none has any */
	char *error;	      /* libunbound's reason when bogus, or why it failed; NULL */
};

/* A line of the "dns" block: A and AAAA of one name share one when their security is the
 * same; render does that joining. */

struct facts_record {
	struct tlsa rr;
	bool usable;	 /* usable and counted: false for a superseded one, too */
	bool superseded; /* a stronger digest stands beside it (RFC 7671 section 9) */
	char *reason;	 /* why it isn't usable; NULL */
};

struct facts_cert {
	char *subject, *issuer; /* RFC 4514 text; "" for an empty DN */
	char *common_name;	/* NULL none */
	char **san; /* DNS names as they are, others as "IP:...", "email:..."; as many as
		     * there is room for */
	size_t san_count;
	time_t not_before, not_after;
	char *key;     /* "ECDSA P-256", "RSA 2048", "Ed25519" */
	bool has_cert; /* false: a raw public key (RFC 7250), or unreadable octets */
	char spki_sha256[65], cert_sha256[65]; /* hex; "" unknown */
};

struct facts_tls {
	char *version, *cipher, *group, *alpn, *sni; /* NULL unknown or not negotiated */
	char *auth; /* "ECDSA", "RSA", "EdDSA": key of the leaf */
};

struct facts_http {
	int status;  /* 0: no answer */
	char *error; /* NULL: as expected */
};

/* Kinds of keys; --auth asks for one. RAW: a raw public key (RFC 7250) of any kind. */
enum facts_keys { FACTS_KEYS_ANY, FACTS_KEYS_RSA, FACTS_KEYS_ECDSA, FACTS_KEYS_RAW };

enum facts_alias {
	FACTS_ALIAS_UNTRIED,
	FACTS_ALIAS_MATCHES, /* that matches what is published */
	FACTS_ALIAS_FAILS    /* that doesn't match either */
};

struct facts_peer {
	char *address; /* text form, no brackets */
	int port;
	enum state state;
	enum code code;
	bool has_match;		 /* match below is filled (a chain was seen and judged) */
	struct match match;	 /* record and depth, and what became of each record */
	char *error;		 /* why it failed; NULL on match */
	struct facts_http *http; /* owned; NULL: not asked */
	bool http_skipped;	 /* wanted, but libcurl speaks no raw public keys */
	bool has_tls;
	struct facts_tls tls;
	struct facts_cert *chain; /* owned */
	size_t chain_count;
	int64_t connect_ms, starttls_ms, handshake_ms;
	int64_t age_s; /* since it showed this, asked for another target; -1: for this one
			*/
	enum facts_keys offered; /* which keys the handshake was ready to take */
	enum facts_keys lacks;	 /* the server refused these; ANY: nothing known */
	bool known;		 /* not asked: the address answered nobody just before */
	/* Of an alias, whose records don't match what it leads to: what the server shows
	 * when asked with the endpoint's own host as SNI. */
	enum facts_alias alias;
	/* The server hangs up on clients without a certificate of their own. */
	bool demands_certificate;
	/* The leaf's key usage rules out the signature that the key made. */
	bool key_usage_odd;
	/* With usable SHA2-512 records: what a client makes of the rest that doesn't know
	 * them (RFC 7671 section 9). */
	bool has_sha512;
	enum match_code without_sha512;
};

struct facts_endpoint {
	char *host;
	int port;
	const char *protocol; /* "tcp"; constant */
	const char *service;  /* "https"; constant */
	char *base_domain; /* TLSA base domain (RFC 7671 section 7) = SNI; NULL unknown */
	enum state state;
	enum code code;
	char *error;	 /* why no peer was tried; NULL */
	char *tlsa_name; /* owner asked for; NULL when none was */
	enum security tlsa_security;
	int64_t tlsa_ttl;
	time_t tlsa_rrsig_expires;
	char *tlsa_why_bogus;	     /* NULL */
	struct facts_record *record; /* owned */
	size_t record_count;
	struct facts_peer *peer; /* owned */
	size_t peer_count;
	int priority, weight; /* of the MX or SRV record that led here; -1 none */
	char *story; /* the likely mistake behind records that don't match; NULL */
};

/* "discovery" of JSON: mx://, srv:// and host://; none in other schemes. */
struct facts_discovery {
	const char *kind; /* "mx" | "srv" | "host" | NULL */
	char *name;
	enum security security;
	/* presentation form, in the order in which clients try them; of "host" the owners
	 * of the TLSA records that were found */
	char **record;
	size_t record_count;
	bool implicit; /* no MX record: the domain itself takes its mail */
	char *error;   /* why it led to no endpoint; NULL */
};

/* What to tell the operator after the facts, of one fault. */
struct facts_advice {
	char *story;   /* what is wrong, a sentence or two; NULL on OK */
	char *remedy;  /* what to do, NULL none; record lines follow it */
	char **record; /* to publish, owned: "3 1 1 HEX"; with several endpoints whole
			* lines of a zone, or the names alone where the data isn't known
			*/
	size_t record_count;
	char *remedy_after; /* text behind the record lines; NULL none */
};

/* Whose fault a DNS failure is, as far as it was found out. */
enum blame_who {
	BLAME_UNKNOWN,
	BLAME_DOMAIN,
	BLAME_ALIASES, /* the domain's, which have no end */
	BLAME_SERVER,
	BLAME_RESOLVER,
	BLAME_CLOCK,   /* this host's */
	BLAME_FIREWALL /* between this host and everybody */
};

struct facts_target {
	char *target;	  /* as given, blanks trimmed, raw */
	long line;	  /* with -f; 0 otherwise */
	char *normalized; /* SCHEME://ALABEL:PORT[/PATH]; NULL: bad target */
	enum state state;
	enum code code;
	char *summary;			   /* one sentence without a final stop */
	struct facts_discovery *discovery; /* owned; NULL: none */
	struct facts_lookup *lookup;	   /* owned */
	size_t lookup_count;
	struct facts_endpoint *endpoint; /* owned */
	size_t endpoint_count;
	struct finding_list findings;
	struct facts_advice *advice; /* owned; the worst fault first */
	size_t advice_count;
	char **blame; /* owned lines: whose fault a DNS failure is, EDE texts */
	size_t blame_count;
	enum blame_who blame_who;
	int64_t dns_ms, total_ms; /* -1 unknown */
	int64_t timeout_ms;	  /* that bounded it; -1 none */
	bool dry_run;
	bool lookup_only;      /* no server was to be asked */
	struct matrix *matrix; /* owned; NULL: nothing to sum up, or not decided yet */
	size_t shown_octets;   /* see facts_take_room() */
};

/* "RSA"; NULL for any; borrowed constant. */
const char *facts_keys_name(enum facts_keys keys);
/* Everything unknown: times and durations -1, securities indeterminate. A target's code
 * starts as CODE_MATCH, which means "none of its own" (a bad target, a failed discovery
 * have one); an endpoint's and a peer's start as CODE_DNS_ERROR, so that what nobody
 * decided isn't OK. */
struct facts_target *facts_target_new(void);
void facts_target_free(struct facts_target *t); /* NULL is fine */
/* Each appends one and returns it, borrowed until the next add to the same list. */
struct facts_endpoint *facts_add_endpoint(struct facts_target *t);
/* Removes the endpoint of that index; those after it move up. No lookup may belong to one
 * of them yet. */
void facts_drop_endpoint(struct facts_target *t, size_t index);
/* False, and nothing is taken, where all that servers showed would come to more than
 * FACTS_SHOWN_MAX octets by so many: a stranger decides how long a chain is, and at how
 * many addresses it is shown. Nor may all targets that this process has facts of come to
 * more than FACTS_SHOWN_ALL; but FACTS_SHOWN_SURE each target has, whatever others
 * take. */
bool facts_take_room(struct facts_target *t, size_t octets);
#define FACTS_SHOWN_MAX ((size_t)4 << 20)
#define FACTS_SHOWN_ALL ((size_t)24 << 20)
#define FACTS_SHOWN_SURE ((size_t)64 << 10)
/* Removes the peer of that index; those after it move up. */
void facts_drop_peer(struct facts_endpoint *e, size_t index);
struct facts_peer *facts_add_peer(struct facts_endpoint *e);
/* Whether p is out of this host's reach for its family's sake: another family is
 * reached, and of p's own not one address. */
bool facts_peer_excused(const struct facts_endpoint *e, const struct facts_peer *p);
/* Swaps the last two lookups. */
void facts_swap_lookups(struct facts_target *t);
struct facts_lookup *facts_add_lookup(struct facts_target *t);
/* Moves the lookups of from, as those of that endpoint, behind those of t. */
void facts_take_lookups(struct facts_target *t, struct facts_target *from, int endpoint);
/* The records alone, as match_chain() takes them: a heap array, its data borrowed from e.
 */
struct tlsa *facts_rrset(const struct facts_endpoint *e);
struct facts_record *facts_add_record(struct facts_endpoint *e);
struct facts_cert *facts_add_cert(struct facts_peer *p);
void facts_add_san(struct facts_cert *c, char *take_name);
void facts_add_blame(struct facts_target *t, char *take_line);
struct facts_advice *facts_add_advice(struct facts_target *t);
void facts_add_advice_record(struct facts_advice *advice, char *take_record);
void facts_clear_advice(struct facts_advice *advice);
/* An empty "discovery" of the target, made on the first call. */
struct facts_discovery *facts_discovery(struct facts_target *t);
void facts_add_discovery_record(struct facts_discovery *d, char *take_record);
/* Where the target's code comes from: the first endpoint that has it, and the first of
 * its peers that has it. NULL where there is none. */
const struct facts_endpoint *facts_culprit(const struct facts_target *t,
					   const struct facts_peer **ret_peer);
/* The last lookup for that endpoint (one of t's; NULL: for the discovery) that has this
 * status, one with data before one without; NULL none. What merely wasn't answered has
 * none. */
const struct facts_lookup *facts_lookup_with(const struct facts_target *t,
					     const struct facts_endpoint *e,
					     enum security security);
/* "http" of the peer, made on the first call. */
struct facts_http *facts_http(struct facts_peer *p);

#endif
