/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/session.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/upstream.h"

struct session {
	struct loop *loop; /* owned, as the next */
	struct upstream *upstream;
	int64_t timeout_ms, deadline_ms;
	bool late;
};

int session_new(const struct upstream_conf *conf, int64_t timeout_ms,
		struct session **ret_session, struct why *why)
{
	struct session *s = mem_zero(sizeof(*s));
	int rc;

	s->loop = loop_new();
	s->timeout_ms = timeout_ms;
	session_extend(s);
	rc = s->loop ? upstream_new(s->loop, conf, &s->upstream, why)
		     : why_set(why, DP_EIO, "%s", loop_lack());
	if (rc == 0)
		*ret_session = s;
	else
		session_free(s);
	return rc;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	upstream_free(s->upstream);
	loop_free(s->loop);
	free(s);
}

void session_extend(struct session *s)
{
	s->deadline_ms = clock_ms() + s->timeout_ms;
}

void session_stop(struct session *s)
{
	loop_stop(s->loop);
}

static void on_session_deadline(void *arg)
{
	struct session *s = arg;

	s->late = true;
	loop_stop(s->loop);
}

bool session_run(struct session *s)
{
	int64_t left_ms = s->deadline_ms - clock_ms();
	struct loop_timer *timer = loop_timer_new(s->loop, left_ms > 0 ? left_ms : 0,
						  on_session_deadline, s);

	s->late = false;
	loop_run(s->loop);
	loop_timer_free(timer);
	return !s->late;
}

void session_wait(struct session *s)
{
	loop_run(s->loop);
}

static void on_ready(void *arg)
{
	session_stop(arg);
}

int session_begin(struct session *s, struct why *why)
{
	upstream_wait(s->upstream, on_ready, s);
	if (session_run(s))
		return 0;
	upstream_forget(s->upstream, s);
	return why_set(why, DP_EDNS, "no resolver answers in time");
}

struct loop *session_loop(const struct session *s)
{
	return s->loop;
}

struct upstream *session_upstream(const struct session *s)
{
	return s->upstream;
}

struct resolver *session_resolver(const struct session *s)
{
	return upstream_resolver(s->upstream);
}
