/* SPDX-License-Identifier: BSD-2-Clause */
/* Performance values of a target. */
#ifndef VERDICT_PERF_H
#define VERDICT_PERF_H

#include <stddef.h>
#include <time.h>

struct facts_endpoint;
struct facts_target;
struct verdict_conf;

#define PERF_MAX 8
#define PERF_ENDPOINT_MAX 2

/* One value, for Nagios or otherwise. min and max: NAN where there is none. */
struct perf {
	const char *label; /* constant; unit in the name, no blanks */
	double value;
	const char *uom;	 /* "", "s", "%", "c", "B" */
	char warn[24], crit[24]; /* ranges, "" none */
	double warn_at, crit_at; /* their one number, where they alarm below it */
	double min, max;
	int decimals;
};
/* cert_days, rrsig_hours, time, peers_matched, and the thresholds of the first two as
 * values of their own (cert_days_warn and so on): those that are known. Returns how many.
 * Icinga's writers (Graphite, InfluxDB) drop a range such as "22.5:" and keep numbers
 * alone. */
size_t perf_collect(const struct facts_target *t, const struct verdict_conf *conf,
		    time_t now, struct perf ret_perf[PERF_MAX]);
/* cert_days, peers_matched of one endpoint alone. */
size_t perf_collect_endpoint(const struct facts_endpoint *e,
			     const struct verdict_conf *conf, time_t now,
			     struct perf ret_perf[PERF_ENDPOINT_MAX]);

#endif
