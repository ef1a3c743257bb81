/* SPDX-License-Identifier: BSD-2-Clause */
/* publish = exec COMMAND: records as JSON on the command's input, once a zone, aliases
 * followed. */
#ifndef SETUP_PUBLISH_EXEC_H
#define SETUP_PUBLISH_EXEC_H

#include "setup/publish/publish.h"

publish_fn publish_exec_records;
publish_check_fn publish_exec_check;

#endif
