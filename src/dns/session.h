/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to DNS that somebody waits for: a loop of its own with a resolver in it, run
 * until a callback has what was asked for, or the time is up. */
#ifndef DNS_SESSION_H
#define DNS_SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct resolver;
struct session;
struct upstream;
struct upstream_conf;
struct why;

/* Its time begins to run: timeout_ms for all that follows, until session_extend(). */
int session_new(const struct upstream_conf *conf, int64_t timeout_ms,
		struct session **ret_session, struct why *why);
/* Whatever was asked in it is freed before. */
void session_free(struct session *session);

/* Waits until it is known which resolver is asked; DP_EDNS where that takes too long. */
int session_begin(struct session *session, struct why *why);
/* Runs until session_stop(); false when the time was up before. */
bool session_run(struct session *session);
/* Runs likewise without a limit, for questions that have one of their own. */
void session_wait(struct session *session);
/* From a callback: what was waited for is there. */
void session_stop(struct session *session);
/* The time begins anew. */
void session_extend(struct session *session);

/* Borrowed. The resolver is there after session_begin(). */
struct loop *session_loop(const struct session *session);
struct upstream *session_upstream(const struct session *session);
struct resolver *session_resolver(const struct session *session);

#endif
