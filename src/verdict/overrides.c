/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/overrides.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/same.h"
#include "base/why.h"

#define WORD_SHOWN 40

static int state_from_text(const char *text)
{
	int i;

	for (i = STATE_OK; i <= STATE_UNKNOWN; i++)
		if (!strcasecmp(text, state_name((enum state)i)))
			return i;
	return -1;
}

/* All the names would not fit into a message; the man page has them. */
static int unknown_id(const char *text, size_t len, struct why *why)
{
	char *word = mem_text_n(text, len > WORD_SHOWN ? WORD_SHOWN : len);
	struct nearest near;
	int i;

	nearest_init(&near, word);
	for (i = 0; i < CODE_COUNT; i++)
		nearest_offer(&near, code_name((enum code)i));
	for (i = 0; i < FINDING_COUNT; i++)
		nearest_offer(&near, finding_name((enum finding_id)i));
	if (near.best)
		why_set(why, DP_EINVAL, "'%s' is no code or finding: did you mean %s?",
			word, near.best);
	else
		why_set(why, DP_EINVAL,
			"'%s' is no code (like no-tlsa) and no finding (like slow); "
			"daneprobe(1) lists them",
			word);
	free(word);
	return DP_EINVAL;
}

int overrides_parse(struct overrides *o, const char *text, struct why *why)
{
	const char *equals = strchr(text, '=');
	bool known = false;
	int state, i;
	size_t len;

	if (!equals)
		return why_set(why, DP_EINVAL,
			       "'%s' is not CODE=STATE, like no-tlsa=warning", text);
	state = state_from_text(equals + 1);
	if (state < 0)
		return why_set(why, DP_EINVAL,
			       "'%s' is no state; there are ok, warning, critical and "
			       "unknown",
			       equals + 1);
	len = (size_t)(equals - text);
	for (i = 0; i < CODE_COUNT; i++) {
		if (same_word(text, len, code_name((enum code)i))) {
			o->code_set[i] = known = true;
			o->code[i] = (enum state)state;
		}
	}
	for (i = 0; i < FINDING_COUNT; i++) {
		if (same_word(text, len, finding_name((enum finding_id)i))) {
			o->finding_set[i] = known = true;
			o->finding[i] = (enum state)state;
		}
	}
	return known ? 0 : unknown_id(text, len, why);
}

enum state overrides_code_state(const struct overrides *o, enum code code)
{
	return o && o->code_set[code] ? o->code[code] : code_default_state(code);
}
