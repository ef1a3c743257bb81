/* SPDX-License-Identifier: BSD-2-Clause */
/* SIGTERM stops a run; SIGINT first lets a list's run finish what is in flight. */
#ifndef CMD_INTERRUPT_H
#define CMD_INTERRUPT_H

#include <stdbool.h>

struct interrupt;
struct loop;

struct interrupt_conf {
	struct loop *loop; /* borrowed */
	bool list;	   /* else SIGINT ends the process, as it does by default */
	bool nagios;	   /* standard output owes a status line */
	/* Called on the first SIGINT: nothing more is to be begun. */
	void (*drain)(void *arg);
	/* Called once, on SIGTERM or a second SIGINT, with the signal's name. */
	void (*stop)(void *arg, const char *by);
	void *arg;
};

/* Until interrupt_free(). Where SIGTERM can't have that effect, since a reader of the
 * output is awaited and no loop runs, cutoff.h ends the process. */
struct interrupt *interrupt_new(const struct interrupt_conf *conf);
void interrupt_free(struct interrupt *i);

#endif
