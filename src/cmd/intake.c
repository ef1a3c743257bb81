/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/intake.h"

#include <unistd.h>

#include "base/why.h"
#include "cmd/check_opts.h"
#include "cmd/counts.h"
#include "cmd/progress.h"
#include "cmd/resume.h"
#include "cmd/shard.h"

/* The key by which --shard and --resume know a target. */
static const char *key_of(const struct run_item *item)
{
	return item->good ? item->target.normalized : item->text;
}

static bool is_in_shard(const struct check_opts *o, const struct run_item *item)
{
	bool by_host = o->shard_by == CHECK_BY_HOST && item->good;

	return shard_has(&o->shard, by_host ? item->target.host : key_of(item));
}

static bool is_wanted(void *arg, const struct run_item *item)
{
	struct intake *in = arg;

	if (!is_in_shard(in->opts, item)) {
		in->shared_out++;
		return false;
	}
	if (in->resume && resume_take(in->resume, key_of(item))) {
		in->done_before++;
		return false;
	}
	in->taken++;
	return true;
}

int intake_open(const struct check_opts *opts, const struct opt_list *args,
		struct counts *counts, struct intake *ret_intake, struct why *why)
{
	struct intake *in = ret_intake;
	int rc;

	*in = (struct intake){ .opts = opts };
	rc = source_new(args->item, args->count, opts->file, &in->source, why);
	if (rc == 0)
		source_want(in->source, is_wanted, in);
	if (rc == 0 && opts->resume)
		rc = resume_new(opts->resume, opts->dry_run ? -1 : STDOUT_FILENO,
				!opts->lookup_only, counts, &in->resume, why);
	return rc;
}

enum run_step intake_next(struct intake *in, struct run_item *ret_item)
{
	return in->drained ? RUN_END : source_next(in->source, ret_item);
}

void intake_drain(struct intake *in)
{
	in->drained = true;
}

bool intake_ended(const struct intake *in)
{
	return source_ended(in->source);
}

void intake_progress(const struct intake *in, const struct counts *counts,
		     struct progress_numbers *ret_numbers)
{
	uint64_t fresh = counts_total(counts) - counts->resumed;

	*ret_numbers = (struct progress_numbers){ .counts = counts,
						  .done = in->done_before + fresh,
						  .fresh = fresh,
						  .taken = in->done_before + in->taken,
						  .share = source_share(in->source) };
}

void intake_clear(struct intake *in)
{
	source_free(in->source);
	resume_free(in->resume);
}
