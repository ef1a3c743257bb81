/* SPDX-License-Identifier: BSD-2-Clause */
/* What keygen and csr say about a key. */
#ifndef CMD_KEY_REPORT_H
#define CMD_KEY_REPORT_H

#include "setup/key/key.h"

struct why;

/* Warns on stderr about kinds of keys that no public CA takes. */
void key_report_warn(enum key_type type);
/* Finds the type of that name, which is one of KEY_TYPES' words. */
enum key_type key_report_type(const char *word);
/* Prints the file's name and the record of its key, "3 1 1 HEX". */
int key_report(const char *path, const struct key *key, struct why *why);

#endif
