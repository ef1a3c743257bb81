/* SPDX-License-Identifier: BSD-2-Clause */
/* The world for setup's struct env: DNS and the services, asked as the options say. */
#ifndef CMD_WORLD_H
#define CMD_WORLD_H

#include "cmd/world_dns.h"
#include "setup/world/env.h"

struct setup_dns_opts;

struct world {
	const struct setup_dns_opts *dns; /* borrowed */
	/* What each server said, owner by owner, as it is asked; NULL: nobody wants to
	 * know. */
	world_dns_show_fn *show;
	/* What became of a service that others run; NULL likewise. */
	void (*show_other)(const char *text, const char *problem);
};

/* Fills ret_env; world and opts must outlive it. */
void world_init(struct world *world, const struct setup_dns_opts *opts,
		struct env *ret_env);

#endif
