/* SPDX-License-Identifier: BSD-2-Clause */
/* One target through lookup, connection, match and verdict, as a state machine on the
 * loop with one deadline for all of it. */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ca_bundle;
struct contact_book;
struct connect_to_list;
struct expect;
struct facts_target;
struct gate;
struct handshake_kit;
struct loop;
struct probe;
struct target;
struct upstream;
struct verdict_conf;

/* What all probes of a run share; everything borrowed and constant while they live. */
/* Which keys of a server have to match: the one that it shows by itself, or one kind, or
 * each kind that it has. */
enum probe_auth { PROBE_AUTH_AUTO, PROBE_AUTH_BOTH, PROBE_AUTH_RSA, PROBE_AUTH_ECDSA };

struct probe_conf {
	struct loop *loop;
	struct upstream *upstream;
	struct handshake_kit *kit;
	struct ca_bundle *ca;
	const struct expect *expect;
	const struct verdict_conf *verdict;
	const struct connect_to_list *connect_to;
	bool ipv4, ipv6;  /* families to look up and connect to */
	bool lookup_only; /* connect to nothing: a target ends where its records are */
	enum probe_auth auth;
	bool ee_name_check;
	/* bounds everything but waiting at the gate; 0: what the service has by default
	 */
	int64_t timeout_ms;
	const char *helo;  /* our name for mail servers; NULL: our address */
	const char *agent; /* User-Agent of HTTP requests */
	/* What targets of one run share; NULL: each connects as if it were alone. */
	struct contact_book *contacts;
	struct gate *gate;
	/* A wait at the gate counts as the target's own time: it can only wait for itself
	 * and a few others. */
	bool counts_waits;
	int per_target; /* connections at once; 0: as by default */
	bool hints;	/* one question more, where a name without TLSA may take mail */
};

/* facts are judged; the callee takes them (facts_target_free()). */
typedef void probe_fn(void *arg, struct facts_target *take_facts);

/* target is copied from; line is its number in a file, 0 for an argument. fn is called
 * once, from the loop; free the probe then, also from within fn, or earlier to end it. */
struct probe *probe_new(const struct probe_conf *conf, const struct target *target,
			long line, probe_fn *fn, void *arg);
void probe_free(struct probe *p);
/* Whether nothing is done for it but waiting for addresses to accept connections. */
bool probe_is_connecting(const struct probe *p);
/* Gives the facts, judged, of a target that can't be waited for any longer: those at
 * hand where the probe is done, else code stopped, with the reason. Its fn isn't called
 * any more; the probe is to be freed all the same. */
struct facts_target *probe_stop(struct probe *p, const char *reason);
/* Gives the facts, judged, of a target whose probe was lost: code stopped, with the
 * reason. */
struct facts_target *probe_lost_target(const struct probe_conf *conf,
				       const struct target *target, long line,
				       const char *reason);
/* Gives the facts, judged, of a text that is no target: code bad-target. */
struct facts_target *probe_bad_target(const struct probe_conf *conf, const char *text,
				      long line, const char *reason);

#endif
