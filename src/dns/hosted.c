/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/hosted.h"

#include <stddef.h>

#include "dns/address.h"
#include "dns/session.h"
#include "verdict/facts.h"

struct job {
	struct session *session; /* owned */
	enum hosted found;
};

static enum hosted judge_status(enum address_status status)
{
	switch (status) {
	case ADDRESS_SECURE:
	case ADDRESS_ALIAS_SECURE:
	case ADDRESS_INSECURE:
		return HOSTED_YES;
	case ADDRESS_NXDOMAIN:
		return HOSTED_NXDOMAIN;
	case ADDRESS_NONE:
		return HOSTED_NOWHERE;
	case ADDRESS_BOGUS:
	case ADDRESS_FAILED:
		break;
	}
	return HOSTED_UNKNOWN;
}

static void on_addresses(void *arg, struct address_result *take_result)
{
	struct job *j = arg;

	j->found = judge_status(take_result->status);
	address_result_clear(take_result);
	session_stop(j->session);
}

enum hosted hosted_find(const struct upstream_conf *conf, const char *host,
			int64_t timeout_ms)
{
	struct facts_target *facts = facts_target_new();
	struct job j = { .found = HOSTED_UNKNOWN };
	struct address_conf address = {
		.facts = facts, .host = host, .ipv4 = true, .ipv6 = true
	};
	struct address_lookup *lookup = NULL;

	if (session_new(conf, timeout_ms, &j.session, NULL) == 0 &&
	    session_begin(j.session, NULL) == 0) {
		address.resolver = session_resolver(j.session);
		lookup = address_lookup_new(&address, on_addresses, &j);
		(void)session_run(j.session);
	}
	address_lookup_free(lookup);
	session_free(j.session);
	facts_target_free(facts);
	return j.found;
}
