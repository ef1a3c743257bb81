/* SPDX-License-Identifier: BSD-2-Clause */
/* Output formats: each renderer is one table row of functions over facts. The only place,
 * with cmd/, that writes to standard output. */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

struct facts_target;
struct verdict_conf;

struct render_conf {
	FILE *out;
	int verbosity;			    /* -1 quiet, 0, 1 ... */
	bool colour;			    /* a terminal, and NO_COLOR unset */
	size_t columns;			    /* of the terminal; 0: 80 */
	time_t now;			    /* for "69 d" */
	const struct verdict_conf *verdict; /* thresholds for perfdata */
	bool single; /* just one target was given: changes nagios' first line */
};

struct render_state; /* what a renderer keeps between calls; owned by it */

struct renderer {
	const char *name; /* of -o */
	struct render_state *(*begin)(const struct render_conf *conf);
	void (*target)(struct render_state *s, const struct facts_target *t);
	void (*end)(struct render_state *s); /* writes what is held, frees s */
};

/* NULL when there is none of that name. */
const struct renderer *render_find(const char *name);
/* "text, nagios, ..." for messages. */
const char *render_names(void);
/* Whether everything got out (a full disk, a closed pipe). */
bool render_flushed(FILE *out);

#endif
