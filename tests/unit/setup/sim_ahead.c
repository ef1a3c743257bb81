/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_ahead.h"

#include <string.h>

#include "setup/cert/certificate.h"
#include "setup/cert/lineage_make.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_open.h"
#include "setup/world/env.h"
#include "sim.h"

void sim_ahead_note(struct sim *sim, const char *path)
{
	if (strstr(path, "/keys/"))
		sim->keys_written = true;
}

/* What comes of it is the runs' business. */
static void read_generation(const struct lineage *l, int64_t generation)
{
	struct certificate c;
	bool named;
	size_t i;

	if (!generation)
		return;
	(void)lineage_make_check(l, generation, NULL);
	for (i = 0; i < l->conf.key_types; i++) {
		c = (struct certificate){ 0 };
		if (certificate_newest(l, generation, l->conf.key_type[i], &c, NULL) ==
			    0 &&
		    c.number)
			(void)certificate_is_named(l, generation, l->conf.key_type[i],
						   c.number, &named, NULL);
	}
}

void sim_ahead_read(struct sim *sim)
{
	struct lineage l;
	struct env env;

	if (!sim->keys_written)
		return;
	sim->keys_written = false;
	sim_env(sim, &env);
	if (lineage_open(&env, sim->base, "www", "status", LINEAGE_READ, &l, NULL) < 0)
		return;
	read_generation(&l, l.state.next);
	read_generation(&l, l.state.current);
	lineage_close(&l);
}
