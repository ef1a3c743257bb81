/* SPDX-License-Identifier: BSD-2-Clause */
/* A lineage's state: what is taken has a stage and an intent that have names, and mends
 * to times that may be. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/why.h"
#include "setup/lineage/lineage_state.h"

#define NOW 1800000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file = -1;
static char path[64];

/* The file is gone from its folder, and stays open to be filled anew each time. */
static void open_file(void)
{
	char name[] = "/tmp/fuzz_lineage_state.XXXXXX";

	file = mkstemp(name);
	if (file < 0 || unlink(name) < 0)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
}

static void check_state(struct lineage_state *s)
{
	if (!lineage_state_stage_name(s->stage) || !lineage_state_stage_name(s->resume) ||
	    s->intent > INTENT_GO_BACK)
		abort();
	(void)lineage_state_mend(s, NOW);
	if (lineage_state_mend(s, NOW))
		abort();
	(void)lineage_state_live(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lineage_state s;
	struct why why = { "" };

	if (file < 0)
		open_file();
	if (ftruncate(file, 0) < 0 || pwrite(file, data, size, 0) != (ssize_t)size)
		abort();
	if (lineage_state_load(path, &s, &why) == 0) {
		check_state(&s);
		lineage_state_clear(&s);
	} else if (!*why.text) {
		abort();
	}
	return 0;
}
