/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wrong at the endpoints, held against what was wrong there before a switch. */
#ifndef SETUP_FAULTS_H
#define SETUP_FAULTS_H

#include <stdbool.h>

struct env_live;

/* As the state keeps them, on the heap; NULL: none. */
char *faults_to_text(const struct env_live *live);
/* The first that was there before (or that wasn't), on the heap; NULL: none. */
char *faults_find(const struct env_live *live, const char *before, bool was_there);

#endif
