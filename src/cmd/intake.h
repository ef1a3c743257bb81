/* SPDX-License-Identifier: BSD-2-Clause */
/* The targets that a check has to do: those of its source, less what --shard leaves to
 * others and what --resume finds done. */
#ifndef CMD_INTAKE_H
#define CMD_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/source.h"

struct check_opts;
struct counts;
struct opt_list;
struct progress_numbers;

struct intake {
	const struct check_opts *opts; /* borrowed */
	struct source *source;	       /* owned */
	struct resume *resume;	       /* owned; NULL without --resume */
	bool drained;		       /* by intake_drain() */
	uint64_t shared_out;	       /* targets of other shards */
	uint64_t done_before;	       /* targets that --resume passed over */
	uint64_t taken;		       /* to be checked by this run */
};

/* counts get the results in --resume's file. The struct must stay where it is; on
 * failure, too, to be undone with intake_clear(). */
int intake_open(const struct check_opts *opts, const struct opt_list *args,
		struct counts *counts, struct intake *ret_intake, struct why *why);
enum run_step intake_next(struct intake *in, struct run_item *ret_item);
/* From now on no target comes any more. */
void intake_drain(struct intake *in);
/* Whether the whole source could be read, and all its targets were given out. */
bool intake_ended(const struct intake *in);
/* Tells progress.h how far it is; counts are borrowed. */
void intake_progress(const struct intake *in, const struct counts *counts,
		     struct progress_numbers *ret_numbers);
void intake_clear(struct intake *in);

#endif
