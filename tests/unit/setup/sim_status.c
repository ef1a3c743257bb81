/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_status.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"
#include "setup/life/status.h"
#include "sim.h"
#include "sim_dns.h"

static bool has_expired(const struct sim *sim)
{
	size_t i;

	for (i = 0; i < sim->kinds; i++)
		if (sim->live[i].key >= 0 && sim->now >= sim->live[i].end)
			return true;
	return false;
}

static void judge_ok(struct sim *sim, enum sim_status_mood mood, const char *trouble)
{
	if (sim_dns_fails(sim))
		sim_offend(sim, "status says OK, and clients find no record of the key");
	if (has_expired(sim))
		sim_offend(sim, "status says OK, and the certificate has expired");
	if (mood == SIM_STATUS_TROUBLED)
		sim_offend(sim, "status says OK, and %s", trouble);
}

char *sim_status_judge(struct sim *sim, struct env *env, enum sim_status_mood mood,
		       const char *trouble)
{
	struct status s;
	char *said = NULL;

	status_read(env, sim->base, "www", &s);
	if (s.level == STATUS_OK)
		judge_ok(sim, mood, trouble);
	else
		said = mem_text(s.error ? s.error : s.problem);
	if (said && mood == SIM_STATUS_WELL)
		sim_offend(sim, "all is well, and status says: %.180s", said);
	status_clear(&s);
	return said;
}
