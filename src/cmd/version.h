/* SPDX-License-Identifier: BSD-2-Clause */
/* daneprobe --version. */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

/* The version; with -v also how it was built and what it runs with. Returns the exit
 * status. */
int version_print(int argc, char **argv);

/* "daneprobe/0.1.0", for HTTP's User-Agent. */
const char *version_agent(void);
/* The same as a plugin has it: "NAME VERSION (daneprobe)". */
void version_print_plugin(const char *name);

#endif
