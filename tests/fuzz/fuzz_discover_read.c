/* SPDX-License-Identifier: BSD-2-Clause */
/* MX or SRV records as they come from DNS: the first octet chooses, then each record is
 * an octet of length and its data. */
#include "dns/discover.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dns/answer.h"
#include "verdict/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_records(struct answer *a, const uint8_t *data, size_t size)
{
	size_t at = 0, len;

	while (at < size && a->rr_count < ANSWER_RR_MAX) {
		len = data[at++];
		if (len > size - at)
			len = size - at;
		a->rr = mem_grow(a->rr, a->rr_count, sizeof(*a->rr));
		a->rr[a->rr_count++] =
			(struct answer_rr){ .rdata = mem_copy(data + at, len),
					    .len = len };
		at += len;
	}
	if (a->rr_count)
		a->kind = ANSWER_DATA;
}

/* Clients get hosts of secure records alone, each with a name. */
static void check(const struct discover_result *r, bool secure)
{
	size_t i;

	if (r->status == DISCOVER_FOUND && (!secure || !r->count))
		abort();
	if (r->status == DISCOVER_FOUND && r->count > DISCOVER_MAX)
		abort();
	for (i = 0; i < r->count; i++)
		if (!*r->host[i].name)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct discover_conf conf = { .name = "_a._tcp.example", .port = 25 };
	struct discover_result result;
	struct answer a;
	bool secure;

	if (!size)
		return 0;
	secure = !(data[0] & 2);
	conf.kind = data[0] & 1 ? SERVICE_SRV : SERVICE_MX;
	conf.facts = facts_target_new();
	answer_failed(&a, secure ? SECURITY_SECURE : SECURITY_INSECURE, NULL);
	a.kind = ANSWER_ABSENT;
	add_records(&a, data + 1, size - 1);
	discover_read(&conf, &a, &result);
	check(&result, secure);
	discover_result_clear(&result);
	facts_target_free(conf.facts);
	answer_clear(&a);
	return 0;
}
