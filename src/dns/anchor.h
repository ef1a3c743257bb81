/* SPDX-License-Identifier: BSD-2-Clause */
/* The root's trust anchors: a file given, else the system's, else IANA's, built in. */
#ifndef DNS_ANCHOR_H
#define DNS_ANCHOR_H

#include <stddef.h>

struct why;

struct anchor_set {
	char **text; /* owned; one DS or DNSKEY record each, presentation form */
	size_t count;
	const char *source; /* the file (borrowed), or "built in" */
};

/* path NULL: the first of the system's root key files that holds an anchor, else the
 * built-in ones. Keys that an RFC 5011 state file doesn't mark valid are left out. A file
 * given that holds no anchor is DP_EFORMAT: nothing could ever validate. Undo with
 * anchor_set_clear(). */
int anchor_set_load(const char *path, struct anchor_set *ret_set, struct why *why);
void anchor_set_clear(struct anchor_set *set);

#endif
