/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of verbs: finds the one that is asked for, and runs it. */
#ifndef CMD_DISPATCH_H
#define CMD_DISPATCH_H

struct cmd;

/* The whole program: picks the verb and returns the exit status. */
int dispatch_main(int argc, char **argv);
/* NULL when there is none of that name. */
const struct cmd *dispatch_find(const char *name);

#endif
