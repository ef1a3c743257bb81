/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/renewed.h"

#include <stdlib.h>

#include "base/mem.h"
#include "setup/agree/agreement.h"
#include "setup/agree/foreign.h"
#include "setup/install/install.h"
#include "setup/life/claim.h"
#include "setup/life/outcome.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/renewal.h"

#define FAILED_MAX                                                                       \
	300 /* octets of an order that failed, where more is told behind it              \
	     */

time_t renewed_retry_at(const struct lineage_state *s)
{
	return s->renew_failures
		       ? s->renew_tried_at + (time_t)renewal_backoff_s(s->renew_failures)
		       : 0;
}

int renewed_failed(struct lineage *l, const char *text, struct outcome *r,
		   struct why *why)
{
	int rc;

	lineage_state_renewal_failed(&l->state, text, env_now(l->env));
	rc = lineage_save(l, why);
	return rc < 0 ? rc : outcome_tell(r, OUTCOME_REFUSED, 0, "%s", text);
}

/* The other endpoints have the new certificate, which is better than none. */
static int tell_old_fault(struct lineage *l, const char *text, struct outcome *r,
			  struct why *why)
{
	int rc = lineage_note(l, why, "fault", "why", text, NULL);

	return rc < 0 ? rc
		      : outcome_tell(r, OUTCOME_LATE, 0,
				     "the certificate is renewed, but as before it, %s",
				     text);
}

/* What became of installing a certificate. */
struct renewed {
	bool in_use;
	char *fault; /* owned; why it isn't, or what is wrong all the same; NULL */
	char *stale; /* owned; a record of others that it doesn't fit; NULL */
};

static void renewed_clear(struct renewed *n)
{
	free(n->fault);
	free(n->stale);
}

/* Asks about records of others first. Where the name servers don't answer, the look
 * after the switch judges. */
static int use_certificate(struct lineage *l, int64_t generation, struct renewed *n,
			   struct why *why)
{
	enum install_result result = INSTALL_DONE;
	struct foreign f = { 0 };
	int rc;

	(void)agreement_foreign(l, generation, &f, NULL);
	n->stale = f.stale;
	n->fault = f.blocked;
	if (f.blocked)
		return 0;
	rc = install_renewal(l, generation, &result, &n->fault, why);
	n->in_use = rc == 0 && result == INSTALL_DONE;
	return rc;
}

int renewed_done(struct lineage *l, struct why *why)
{
	if (!l->state.renew_failures && !l->state.renew_error)
		return 0;
	lineage_state_renewal_done(&l->state);
	return lineage_save(l, why);
}

/* The certificates are in use, but perhaps not all is as it should be. */
static int tell_renewed(struct lineage *l, const struct renewed *n, struct outcome *r,
			struct why *why)
{
	int rc = renewed_done(l, why);

	if (rc < 0)
		return rc;
	if (n->fault)
		return tell_old_fault(l, n->fault, r, why);
	claim_end(l);
	rc = lineage_save(l, why);
	if (rc < 0)
		return rc;
	if (n->stale)
		return outcome_tell(r, OUTCOME_LATE, 0,
				    "the certificate is renewed, but %s", n->stale);
	return outcome_tell(r, OUTCOME_MOVED, 0,
			    "the certificate is renewed and every endpoint presents it");
}

/* Only some types were renewed; failed tells why not the others, which are tried again
 * in their turn. */
static int tell_some_renewed(struct lineage *l, const struct renewed *n,
			     const char *failed, struct outcome *r, struct why *why)
{
	int rc = renewed_failed(l, failed, r, why);
	char *text = mem_shorten(failed, FAILED_MAX);

	if (rc == 0)
		rc = outcome_tell(r, OUTCOME_REFUSED, renewed_retry_at(&l->state),
				  "%s; the certificates that could be renewed are in "
				  "use%s%s",
				  text, n->fault ? ", but as before it, " : "",
				  n->fault ? n->fault : "");
	free(text);
	return rc;
}

static int tell_not_in_use(struct lineage *l, const struct renewed *n, const char *failed,
			   struct outcome *r, struct why *why)
{
	char *order = failed ? mem_shorten(failed, FAILED_MAX) : NULL;
	char *text =
		order ? mem_printf("%s; and %s", n->fault, order) : mem_text(n->fault);
	int rc = renewed_failed(l, text, r, why);

	free(order);
	free(text);
	return rc;
}

/* Installs the certificate that is there now. failed: why the order brought none for
 * some of the types; NULL: it brought all. */
int renewed_install(struct lineage *l, int64_t generation, const char *failed,
		    struct outcome *r, struct why *why)
{
	struct renewed n = { .in_use = false };
	int rc = use_certificate(l, generation, &n, why);

	if (rc == 0 && !n.in_use)
		rc = tell_not_in_use(l, &n, failed, r, why);
	else if (rc == 0 && failed)
		rc = tell_some_renewed(l, &n, failed, r, why);
	else if (rc == 0)
		rc = tell_renewed(l, &n, r, why);
	renewed_clear(&n);
	return rc;
}
