/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/finding.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "verdict/overrides.h"

static const struct {
	const char *name;
	bool raises;
} table[FINDING_COUNT] = {
	[FINDING_CERT_EXPIRING] = { "cert-expiring", true },
	[FINDING_RRSIG_EXPIRING] = { "rrsig-expiring", true },
	[FINDING_SLOW] = { "slow", true },
	[FINDING_COMBINATION_STALE] = { "combination-stale", true },
	[FINDING_ANCHOR_ONLY_IN_DNS] = { "anchor-only-in-dns", true },
	[FINDING_RESOLVER_NO_DNSSEC] = { "resolver-no-dnssec", false },
	[FINDING_IPV6_UNREACHABLE] = { "ipv6-unreachable", false },
	[FINDING_IPV4_UNREACHABLE] = { "ipv4-unreachable", false },
	[FINDING_KEY_TYPE_DIFFERS] = { "key-type-differs", false },
	[FINDING_EE_SELECTOR_0] = { "ee-selector-0", false },
	[FINDING_FULL_DATA] = { "full-data", false },
	[FINDING_CN_FALLBACK] = { "cn-fallback", false },
	[FINDING_NAME_IGNORED] = { "name-ignored", false },
	[FINDING_DATES_IGNORED] = { "dates-ignored", false },
	[FINDING_UNUSABLE_RECORD] = { "unusable-record", false },
	[FINDING_DIFFERENT_CHAINS] = { "different-chains", false },
	[FINDING_HTTP_SKIPPED] = { "http-skipped", false },
	[FINDING_NULL_BESIDE] = { "null-beside", false },
	[FINDING_START_ASSUMED] = { "start-assumed", false },
	[FINDING_MTA_DEFERS] = { "mta-defers", false },
	[FINDING_MTA_UNAUTHENTICATED] = { "mta-unauthenticated", false },
	[FINDING_MX_LOOPBACK] = { "mx-loopback", false },
	[FINDING_CLIENT_CERTIFICATE_DEMANDED] = { "client-certificate-demanded", false },
	[FINDING_KEY_USAGE_ODD] = { "key-usage-odd", false },
	[FINDING_NOTHING_LISTENS] = { "nothing-listens", false },
	[FINDING_MAIL_DOMAIN] = { "mail-domain", false },
};

const char *finding_name(enum finding_id id)
{
	return table[id].name;
}

bool finding_raises(enum finding_id id)
{
	return table[id].raises;
}

const char *finding_severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_INFO] = "info",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_CRITICAL] = "critical",
	};

	return names[severity];
}

static enum state state_of(enum finding_id id, enum severity severity,
			   const struct overrides *o)
{
	static const enum state states[] = {
		[SEVERITY_INFO] = STATE_OK,
		[SEVERITY_WARNING] = STATE_WARNING,
		[SEVERITY_CRITICAL] = STATE_CRITICAL,
	};

	if (o && o->finding_set[id])
		return o->finding[id];
	return table[id].raises ? states[severity] : STATE_OK;
}

void finding_take(struct finding_list *list, enum finding_id id, enum severity severity,
		  const struct overrides *o, char *take_text)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->item[i].id == id && !strcmp(list->item[i].text, take_text)) {
			free(take_text);
			return;
		}
	}
	list->item = mem_grow(list->item, list->count, sizeof(*list->item));
	list->item[list->count++] = (struct finding){ .id = id,
						      .severity = severity,
						      .state = state_of(id, severity, o),
						      .text = take_text };
}

void finding_list_clear(struct finding_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->item[i].text);
	free(list->item);
	*list = (struct finding_list){ 0 };
}
