/* SPDX-License-Identifier: BSD-2-Clause */
/* Folders with all that is in them. */
#ifndef TESTS_SETUP_TREE_H
#define TESTS_SETUP_TREE_H

#include <stdint.h>

/* What can't be removed stays. */
void tree_remove(const char *path);
/* to isn't there yet; modes and symbolic links as they are. Aborts where it can't. */
void tree_copy(const char *from, const char *to);
/* The same for two states of a folder only where all in it is the same: names, kinds,
 * modes, where links lead, contents, but for the processes' numbers in a journal. Aborts
 * where it can't be read. */
uint64_t tree_fingerprint(const char *path);

#endif
