/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/interrupt.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "cmd/cutoff.h"

struct interrupt {
	struct interrupt_conf conf;
	struct loop_signal *on_term, *on_int; /* owned */
	bool drained, stopped;
};

static void stop_once(struct interrupt *i, const char *by)
{
	if (i->stopped)
		return;
	i->stopped = true;
	i->conf.stop(i->conf.arg, by);
}

static void on_sigterm(void *arg)
{
	stop_once(arg, "SIGTERM");
}

static void on_sigint(void *arg)
{
	struct interrupt *i = arg;

	if (i->drained) {
		stop_once(i, "SIGINT");
		return;
	}
	i->drained = true;
	log_warn("SIGINT: finishing the checks under way; a second one stops them, too");
	i->conf.drain(i->conf.arg);
}

struct interrupt *interrupt_new(const struct interrupt_conf *conf)
{
	struct interrupt *i = mem_zero(sizeof(*i));

	i->conf = *conf;
	i->on_term = loop_signal_new(conf->loop, SIGTERM, on_sigterm, i);
	if (conf->list)
		i->on_int = loop_signal_new(conf->loop, SIGINT, on_sigint, i);
	cutoff_arm(conf->nagios);
	return i;
}

void interrupt_free(struct interrupt *i)
{
	if (!i)
		return;
	cutoff_clear();
	loop_signal_free(i->on_term);
	loop_signal_free(i->on_int);
	free(i);
}
