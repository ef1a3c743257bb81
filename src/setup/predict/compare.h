/* SPDX-License-Identifier: BSD-2-Clause */
/* Predictions compared with the records that are really published at the names of the
 * certificates. */
#ifndef SETUP_COMPARE_H
#define SETUP_COMPARE_H

#include <stddef.h>
#include <stdint.h>

struct prediction;
struct upstream_conf;
struct why;

/* The ports at which TLSA records are looked for at each name, where no services are
 * given. */
#define COMPARE_PORTS "25, 443, 465, 587, 993, 995"

struct compare_conf {
	const struct upstream_conf *upstream; /* borrowed */
	int64_t timeout_ms;
	const char *const *services; /* borrowed texts of targets; each counts for the
				      * certificates that name its host */
	size_t service_count;
};

/* Fills in what becomes of the records. DP_EINVAL for a service that can't be looked
 * up, DP_EDNS where no resolver can be asked; of a certificate that can't be read its
 * prediction tells. */
int compare_predictions(const struct compare_conf *conf, struct prediction *list,
			size_t count, struct why *why);

#endif
