/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a long list is: one line on a terminal, drawn over and over. */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct loop;
struct progress;
struct counts;

struct progress_numbers {
	const struct counts *counts; /* borrowed; what became of targets so far */
	uint64_t done;		     /* by this run, or found done by it */
	uint64_t fresh;		     /* by this run */
	uint64_t taken;		     /* taken from the list so far: done, or in flight */
	double share; /* of the list that is read: 0 to 1; below: unknown */
};

/* Makes the line, at most columns long, on the heap. elapsed_ms is the run's age. A
 * total that is guessed from the share of the list that is read has a "~". */
char *progress_line(const struct progress_numbers *n, int64_t elapsed_ms, size_t columns);

typedef void progress_ask_fn(void *arg, struct progress_numbers *ret_numbers);

/* NULL where the stream is no terminal that can erase a line; every function here takes
 * NULL. From now on ask is called twice a second, and the line is drawn. */
struct progress *progress_new(struct loop *loop, FILE *stream, progress_ask_fn *ask,
			      void *arg);
/* To be called before anything else goes to the terminal; the line comes back with the
 * next drawing. */
void progress_erase(struct progress *p);
void progress_free(struct progress *p); /* and erases it */

#endif
