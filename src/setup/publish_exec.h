/* SPDX-License-Identifier: BSD-2-Clause */
/* publish = exec COMMAND: records as JSON on the command's input, once a zone. */
#ifndef SETUP_PUBLISH_EXEC_H
#define SETUP_PUBLISH_EXEC_H

#include "setup/publish.h"

int publish_exec_records(struct lineage *lineage, const char *options,
			 const struct wanted *wanted, enum publish_result *ret_result,
			 struct why *why);

#endif
