/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal that a person reads. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#define TERMINAL_COLUMNS 80	/* what isn't a terminal gets, or one that doesn't tell */
#define TERMINAL_COLUMNS_MIN 60 /* narrower ones break the lines themselves */
#define TERMINAL_COLUMNS_MAX 100

/* How many columns a line may have there. */
size_t terminal_columns(int fd);
/* Whether it shows colours: a terminal, and NO_COLOR isn't in the environment. */
bool terminal_has_colour(int fd);

#endif
