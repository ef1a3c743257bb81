/* SPDX-License-Identifier: BSD-2-Clause */
/* How many results came to which code and state; --summary shows it. */
#ifndef CMD_COUNTS_H
#define CMD_COUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "verdict/code.h"
#include "verdict/state.h"

#define COUNTS_STATES (STATE_UNKNOWN + 1)

/* All zero: nothing yet. */
struct counts {
	uint64_t count[COUNTS_STATES][CODE_COUNT];
	uint64_t resumed; /* of them from --resume's file */
};

struct why;

void counts_add(struct counts *s, enum state state, enum code code);
uint64_t counts_total(const struct counts *s);
uint64_t counts_of_state(const struct counts *s, enum state state);
/* STATE_UNKNOWN where there is no result. */
enum state counts_worst(const struct counts *s);
/* Prints a line with the states, then one for each state and code that came. */
void counts_print(const struct counts *s, FILE *out);
/* The same as one JSON object with every state and code, on the heap. complete: the list
 * was read to its end, and each of its targets has a result. */
char *counts_json(const struct counts *s, bool complete);
/* Replaces the file as a whole by that. */
int counts_write(const struct counts *s, bool complete, const char *path,
		 struct why *why);

#endif
