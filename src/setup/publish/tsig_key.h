/* SPDX-License-Identifier: BSD-2-Clause */
/* A TSIG key (RFC 8945) from its file. */
#ifndef SETUP_TSIG_KEY_H
#define SETUP_TSIG_KEY_H

struct why;

struct tsig_key {
	char *name;	       /* owned; lower case, without a final dot */
	const char *algorithm; /* "hmac-sha256" or "hmac-sha512" */
	char *secret;	       /* owned; base64; wiped when cleared */
};

/* The file holds what tsig-keygen writes, key "NAME" { algorithm A; secret "S"; };, or
 * one line A:NAME:S. DP_EFORMAT names what is wrong; DP_EINVAL where others may read the
 * file. Undo with tsig_key_clear(). */
int tsig_key_load(const char *path, struct tsig_key *ret_key, struct why *why);
int tsig_key_parse(const char *text, struct tsig_key *ret_key, struct why *why);
void tsig_key_clear(struct tsig_key *key);

#endif
