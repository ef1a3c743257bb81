/* SPDX-License-Identifier: BSD-2-Clause */
/* Folders with all that is in them. */
#ifndef TESTS_SETUP_TREE_H
#define TESTS_SETUP_TREE_H

/* What can't be removed stays. */
void tree_remove(const char *path);
/* to isn't there yet; modes and symbolic links as they are. Aborts where it can't. */
void tree_copy(const char *from, const char *to);

#endif
