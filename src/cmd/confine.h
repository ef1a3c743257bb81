/* SPDX-License-Identifier: BSD-2-Clause */
/* How the verbs that talk to strangers give up what they don't need for that. */
#ifndef CMD_CONFINE_H
#define CMD_CONFINE_H

#include <stddef.h>

/* Enters the sandbox of base/sandbox.h, and says with -vv what was given up. files may
 * still be read (NULL: none). After everything is opened, and before the first octet from
 * the network; for the processes made later, too. A call that only somebody makes who
 * took the process over ends it with status 3. */
void confine_enter(const char *const *files, size_t count);
/* With --no-sandbox: nothing is given up, and a fault of the program leaves a core. */
void confine_forgo(void);
#endif
