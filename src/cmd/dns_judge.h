/* SPDX-License-Identifier: BSD-2-Clause */
/* What the servers said about the owners of a question, judged: do they agree, and if
 * not, who lags? No I/O. */
#ifndef CMD_DNS_JUDGE_H
#define CMD_DNS_JUDGE_H

#include "base/buf.h"
#include "setup/world/env.h"

struct authority_report;

struct dns_judge {
	const struct env_question *question; /* borrowed */
	const char *dead; /* borrowed from a report; the one server that may be silent */
	struct buf lags, fails;
	bool ttl_unknown;      /* a server that should have said its TTL didn't */
	bool answered_unknown; /* and one of those that answered */
	struct env_dns dns;
};

/* The question is borrowed until dns_judge_take() or dns_judge_clear(). */
void dns_judge_init(struct dns_judge *judge, const struct env_question *question);
/* Adds a report without error about one owner, whose name has no final dot. It is
 * borrowed as long. */
void dns_judge_add(struct dns_judge *judge, const char *owner,
		   const struct authority_report *report);
/* Ends the judging. The caller clears ret_dns. */
void dns_judge_take(struct dns_judge *judge, struct env_dns *ret_dns);
void dns_judge_clear(struct dns_judge *judge);

#endif
