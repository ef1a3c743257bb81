/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/state.h"

static const struct {
	const char *name;
	int weight;
} table[] = {
	[STATE_OK] = { "OK", 0 },
	[STATE_WARNING] = { "WARNING", 1 },
	[STATE_CRITICAL] = { "CRITICAL", 3 },
	[STATE_UNKNOWN] = { "UNKNOWN", 2 },
};

const char *state_name(enum state state)
{
	return table[state].name;
}

enum state state_worse(enum state a, enum state b)
{
	return table[a].weight >= table[b].weight ? a : b;
}
