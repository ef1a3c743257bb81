/* SPDX-License-Identifier: BSD-2-Clause */
/* What all verbs of a lineage share: where it is, and how DNS is asked. */
#ifndef CMD_SETUP_OPTS_H
#define CMD_SETUP_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/opts.h"

struct setup_opts {
	const char *dir; /* NULL: see setup_opts_dir() */
	bool quiet;
	int verbose;
};

struct setup_dns_opts {
	struct opt_list resolvers;
	bool recurse;
	const char *root_hints, *trust_anchor;
	const char *ca_file; /* for services; NULL: the system's */
	int64_t timeout_ms;
};

#define SETUP_OPTS_DIR "/etc/daneprobe"

/* Rows of an option table, for a struct setup_opts and a struct setup_dns_opts that are
 * fields of type. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type and a field */
#define SETUP_OPTS(type, field)                                                          \
	{ "dir", 0, OPT_TEXT, offsetof(type, field.dir), .argument = "DIR",              \
	  .help = "where the lineages are; DANEPROBE_DIR in the environment, else "      \
		  SETUP_OPTS_DIR },                                                      \
	{ "quiet", 'q', OPT_FLAG, offsetof(type, field.quiet),                           \
	  .help = "silent where all goes as planned" },                                  \
	{ "verbose", 'v', OPT_COUNT, offsetof(type, field.verbose),                      \
	  .help = "more detail (repeatable)" }

#define SETUP_ASK_OPTS(type, field)                                                      \
	{ "resolver", 0, OPT_LIST, offsetof(type, field.resolvers),                      \
	  .argument = "ADDR[@PORT]",                                                     \
	  .help = "ask this resolver, not the system's (repeatable)" },                  \
	{ "recurse", 0, OPT_FLAG, offsetof(type, field.recurse),                         \
	  .help = "ask from the root" },                                                 \
	{ "root-hints", 0, OPT_TEXT, offsetof(type, field.root_hints),                   \
	  .argument = "FILE", .help = "ask from this root" },                            \
	{ "trust-anchor", 0, OPT_TEXT, offsetof(type, field.trust_anchor),               \
	  .argument = "FILE", .help = "the root's DS or DNSKEY" },                       \
	{ "timeout", 't', OPT_SECONDS, offsetof(type, field.timeout_ms), 100, 3600000,   \
	  "10", "SECONDS", .help = "for one question or one attempt at a service" }

/* The same for verbs that look at services, too. */
#define SETUP_DNS_OPTS(type, field)                                                      \
	SETUP_ASK_OPTS(type, field),                                                     \
	{ "ca-file", 0, OPT_TEXT, offsetof(type, field.ca_file), .argument = "FILE",     \
	  .help = "CA bundle for PKIX-TA(0) and PKIX-EE(1) of services; default the "    \
		  "system's" }
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

/* --dir, the environment's DANEPROBE_DIR, or the default. */
const char *setup_opts_dir(const struct setup_opts *opts);

#endif
