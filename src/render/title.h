/* SPDX-License-Identifier: BSD-2-Clause */
/* How a target is called in text. */
#ifndef RENDER_TITLE_H
#define RENDER_TITLE_H

struct facts_target;

/* As given, with its scheme; safe to print. Heap. */
char *title_of(const struct facts_target *t);

#endif
