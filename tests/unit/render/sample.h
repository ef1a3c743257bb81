/* SPDX-License-Identifier: BSD-2-Clause */
/* Targets made by hand, judged by verdict_decide(), for the golden files. */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include <stddef.h>
#include <time.h>

struct facts_target;
struct verdict_conf;

#define SAMPLE_NOW ((time_t)1795455000) /* 2026-11-23T17:30:00Z */

/* The names in order; NULL past the last. */
const char *sample_name(size_t i);
/* Sample i judged at SAMPLE_NOW; facts_target_free() it. */
struct facts_target *sample_make(size_t i, const struct verdict_conf *conf);

#endif
