/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/confine.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/sandbox.h"
#include "cmd/crash.h"

void confine_enter(const char *const *files, size_t count)
{
	const struct sandbox_conf conf = { .files = files, .file_count = count };
	char *given_up = sandbox_enter(&conf);

	log_debug("sandbox: %s", given_up);
	free(given_up);
}

void confine_forgo(void)
{
	sandbox_forgo();
	crash_keep_core();
}
