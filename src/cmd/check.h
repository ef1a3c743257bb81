/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of check: what its two forms, batch.h and survey.h, share. */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include <stdbool.h>

#include "cmd/counts.h"
#include "cmd/engine.h"
#include "cmd/intake.h"

struct check {
	const struct check_opts *opts; /* borrowed */
	bool single;		       /* one target was given, as an argument */
	struct engine engine;
	struct intake intake;
	struct counts counts;
	struct quota *quota;	     /* owned; NULL where connections aren't counted */
	struct interrupt *interrupt; /* owned; NULL before the form's start */
	struct clerk *clerk;	/* owned; writes --summary's file, NULL: this process */
	bool failed;		/* results were lost on their way out; it was said */
	const char *stopped_by; /* a signal's name; NULL: all targets have results */
};

#endif
