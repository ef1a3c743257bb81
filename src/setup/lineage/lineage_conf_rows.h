/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of lineage.conf: how the value of each is read, its default, and what the file
 * says about it. */
#ifndef SETUP_LINEAGE_CONF_ROWS_H
#define SETUP_LINEAGE_CONF_ROWS_H

#include "setup/lineage/lineage_conf.h"

struct lineage_conf_row {
	const char *key;
	/* Reads a value into its fields; "" empties those without a default. */
	int (*take)(struct lineage_conf *conf, const char *value, struct why *why);
	const char *fallback; /* the default's text; NULL: none */
	const char *comment;  /* lines, "\n" between them */
	const char *example;  /* shown, commented out, where neither value nor default
			       * is */
};

/* That of an enum lineage_conf_key; constant. */
const struct lineage_conf_row *lineage_conf_rows_of(int key);
void lineage_conf_rows_list_clear(struct lineage_conf_list *list);

#endif
