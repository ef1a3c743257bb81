/* SPDX-License-Identifier: BSD-2-Clause */
/* certbot's renewal/NAME.conf, which it reads with Python's ConfigObj. No I/O. */
#ifndef SETUP_RENEWAL_CONF_H
#define SETUP_RENEWAL_CONF_H

#include <stdbool.h>

struct why;

struct renewal_conf {
	bool reuse_key;
	char *key_type; /* owned; NULL: not said */
};

/* DP_EFORMAT: certbot would not renew by this file, and why. Undo with
 * renewal_conf_clear(). */
int renewal_conf_parse(const char *text, struct renewal_conf *ret_conf, struct why *why);
void renewal_conf_clear(struct renewal_conf *conf);

#endif
