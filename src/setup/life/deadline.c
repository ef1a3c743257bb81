/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/deadline.h"

#include <stdlib.h>

#include "setup/cert/certificate.h"
#include "setup/install/view.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/renewal.h"

static int read_certificate(const struct lineage *l, enum key_type type,
			    struct certificate *ret_certificate, struct why *why)
{
	struct certificate c = { 0 };
	char *path;
	int rc;

	if (!l->state.view)
		return certificate_newest(l, l->state.current, type, ret_certificate,
					  why);
	/* Asks the state, and not the link live: after a crash that may lead to files
	 * that no server has read yet. */
	path = lineage_path(l, "views/%s/%s/cert.pem", lineage_number(l->state.view).text,
			    key_type_name(type));
	rc = certificate_read(path, &c, why);
	free(path);
	if (rc == 0)
		*ret_certificate = c;
	return rc;
}

static time_t due_at(const struct lineage *l, const struct certificate *c, bool fresh)
{
	/* The CA's window is that of the newest certificate. */
	const struct renewal_facts facts = { .not_before = c->not_before,
					     .not_after = c->not_after,
					     .percent = l->conf.renew_percent,
					     .left_s = l->conf.renew_left_s,
					     .ari_at = fresh ? l->state.ari_at : 0 };

	return renewal_time(&facts);
}

/* The type that is late first decides. */
static void note_late(struct deadline *d, time_t due, time_t end, bool is_first)
{
	time_t late = due + (end - due) / 2, critical = late + (end - late) / 2;

	if (is_first || late < d->late_at)
		d->late_at = late;
	if (is_first || critical < d->critical_at)
		d->critical_at = critical;
}

int deadline_read(const struct lineage *l, struct deadline *ret_deadline, struct why *why)
{
	struct deadline d = { .fresh = true };
	struct certificate c = { 0 };
	size_t i;
	int rc;

	if (l->state.view)
		d.fresh = view_is_fresh(l, l->state.view, l->state.view_generation);
	for (i = 0; i < l->conf.key_types; i++) {
		rc = read_certificate(l, l->conf.key_type[i], &c, why);
		if (rc < 0)
			return rc;
		if (i == 0 || c.not_after < d.not_after) {
			d.not_before = c.not_before;
			d.not_after = c.not_after;
		}
		note_late(&d, due_at(l, &c, d.fresh), c.not_after, i == 0);
	}
	*ret_deadline = d;
	return 0;
}
