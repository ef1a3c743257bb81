/* SPDX-License-Identifier: BSD-2-Clause */
/* A name without TLSA records that takes mail: its DANE may be that of its mail servers,
 * and who named it may mean them. Never for a verdict. */
#ifndef PROBE_HINT_H
#define PROBE_HINT_H

#include <stdbool.h>
#include <stdint.h>

struct hint;
struct loop;
struct resolver;

struct hint_conf {
	struct loop *loop;	   /* borrowed */
	struct resolver *resolver; /* borrowed */
	const char *host;
	int64_t timeout_ms;
};

typedef void hint_fn(void *arg, bool takes_mail);

/* Asks for MX records. fn is called once, from the loop; the hint must be freed, before
 * or after, also from fn. */
struct hint *hint_new(const struct hint_conf *conf, hint_fn *fn, void *arg);
void hint_free(struct hint *h);

#endif
