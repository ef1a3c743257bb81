/* SPDX-License-Identifier: BSD-2-Clause */
/* How a target is called in text. */
#ifndef RENDER_TITLE_H
#define RENDER_TITLE_H

#include "verdict/state.h"

struct facts_target;

/* As given, with its scheme; safe to print. Heap. */
char *title_of(const struct facts_target *t);
/* The number of a terminal's colour for it. */
const char *title_colour(enum state state);

#endif
