/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/signed.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "dns/answer.h"
#include "dns/resolver.h"
#include "dns/rrtype.h"
#include "dns/session.h"

/* Questions asked one after the other, and what is kept of each answer. */
struct job {
	struct session *session; /* owned */
	enum answer_kind kind;
	enum security security;
	bool aliased;
	char *error; /* owned; NULL */
};

static void on_answer(void *arg, const struct answer *answer)
{
	struct job *j = arg;

	j->kind = answer->kind;
	j->security = answer->security;
	j->aliased = answer->alias_count != 0;
	free(j->error);
	j->error = mem_text(answer->error);
	session_stop(j->session);
}

static int ask_one(struct job *j, const char *name, uint16_t type, struct why *why)
{
	struct resolver_question *q =
		resolver_ask(session_resolver(j->session), name, type, on_answer, j);
	bool in_time = session_run(j->session);

	resolver_question_free(q);
	return in_time ? 0 : why_set(why, DP_EDNS, "no answer in time about %s", name);
}

/* Tells why owner isn't secure: the zone that it is in, and what that lacks. */
static int find_gap(struct job *j, const char *owner, struct why *why)
{
	const char *zone = owner;
	int rc = 0;

	for (; rc == 0 && *zone; zone += strcspn(zone, ".") + 1) {
		rc = ask_one(j, zone, RRTYPE_SOA, why);
		if (rc < 0 || (j->kind == ANSWER_DATA && !j->aliased) ||
		    !strchr(zone, '.') || !strchr(zone, '.')[1])
			break;
	}
	if (rc == 0)
		rc = ask_one(j, zone, RRTYPE_DNSKEY, why);
	if (rc < 0)
		return rc;
	if (j->kind == ANSWER_DATA)
		return why_set(why, DP_EDNS,
			       "the zone %s is signed, but no chain of trust leads to "
			       "it: its DS is missing at the parent, or one above is",
			       zone);
	return why_set(why, DP_EDNS, "the zone %s is not signed (it has no DNSKEY)",
		       zone);
}

static int judge_security(struct job *j, const char *owner, struct why *why)
{
	if (j->kind == ANSWER_FAILED)
		return why_set(why, DP_EDNS, "%s: %s", owner,
			       j->error ? j->error : "no answer");
	switch (j->security) {
	case SECURITY_SECURE:
		return 0;
	case SECURITY_BOGUS:
		return why_set(why, DP_EDNS, "%s: DNSSEC validation failed: %s", owner,
			       j->error ? j->error : "");
	case SECURITY_INSECURE:
	case SECURITY_INDETERMINATE:
		return find_gap(j, owner, why);
	}
	return DP_EDNS;
}

int signed_check(const struct upstream_conf *conf, const char *owner, int64_t timeout_ms,
		 struct why *why)
{
	struct job j = { .session = NULL };
	int rc = session_new(conf, timeout_ms, &j.session, why);

	if (rc == 0)
		rc = session_begin(j.session, why);
	if (rc == 0)
		rc = ask_one(&j, owner, RRTYPE_TLSA, why);
	if (rc == 0)
		rc = judge_security(&j, owner, why);
	session_free(j.session);
	free(j.error);
	return rc;
}
