/* SPDX-License-Identifier: BSD-2-Clause */
/* "name=value" words behind the way of `publish`. */
#ifndef SETUP_PUBLISH_OPTIONS_H
#define SETUP_PUBLISH_OPTIONS_H

#include <stddef.h>

struct why;

struct publish_option {
	const char *name;
	char **ret_value; /* gets a text on the heap; NULL where the option isn't given */
};

/* DP_EINVAL names a word that is none of the options, or there twice. Nothing is set
 * then. */
int publish_options_parse(const char *text, const struct publish_option *options,
			  size_t count, struct why *why);

#endif
