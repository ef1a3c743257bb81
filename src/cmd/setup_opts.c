/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/setup_opts.h"

#include <stdlib.h>

const char *setup_opts_dir(const struct setup_opts *opts)
{
	const char *dir = opts->dir ? opts->dir : getenv("DANEPROBE_DIR");

	return dir && *dir ? dir : SETUP_OPTS_DIR;
}
