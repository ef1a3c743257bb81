/* SPDX-License-Identifier: BSD-2-Clause */
/* The root's trust anchors: a file given, else the system's, else IANA's, built in. */
#ifndef DNS_ANCHOR_H
#define DNS_ANCHOR_H

#include <stddef.h>
#include <stdint.h>

struct why;

struct anchor_set {
	char **text;   /* owned; one DS or DNSKEY record each, presentation form */
	uint16_t *tag; /* owned; their key tags */
	size_t count;
	const char *source; /* the file (borrowed), or "built in" */
};

/* path NULL: the first of the system's root key files that holds an anchor, else the
 * built-in ones. Keys that an RFC 5011 state file doesn't mark valid are left out. A file
 * given that holds no anchor is DP_EFORMAT: nothing could ever validate. Undo with
 * anchor_set_clear(). */
int anchor_set_load(const char *path, struct anchor_set *ret_set, struct why *why);
/* Reads the files of anchor_set_load() now: later it goes by what they hold. */
void anchor_keep(const char *path);
/* Adds the anchors in a file's text (anchor_text.h). */
void anchor_set_add(struct anchor_set *set, const char *text);
/* The key tag of DNSKEY data (RFC 4034 appendix B), of algorithms but RSAMD5. */
uint16_t anchor_key_tag(const uint8_t *rdata, size_t len);
void anchor_set_clear(struct anchor_set *set);

#endif
