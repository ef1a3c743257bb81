/* SPDX-License-Identifier: BSD-2-Clause */
/* What the configuration of an ACME client says of the key at the next renewal. No I/O:
 * the text of files, which may be anything. */
#ifndef SETUP_PREDICT_CONF_H
#define SETUP_PREDICT_CONF_H

#include <stdbool.h>

struct why;

enum predict_key {
	PREDICT_SAME_KEY,
	PREDICT_NEW_KEY,
	PREDICT_EITHER,	   /* the command line decides, which stands in no file */
	PREDICT_NO_RENEWAL /* the client can't renew it */
};

/* A renewal/NAME.conf of certbot, and its cli.ini (NULL: none), which goes before it.
 * DP_EFORMAT: certbot can't renew by the former, and why. */
int predict_conf_certbot(const char *renewal, const char *cli, enum predict_key *ret_key,
			 struct why *why);
/* Whether key_type of a renewal/NAME.conf is this ("rsa", "ecdsa"), or isn't there: where
 * it keeps its key, certbot refuses to renew one of another type. */
bool predict_conf_certbot_makes(const char *renewal, const char *type);
/* A DOMAIN.conf of acme.sh. */
enum predict_key predict_conf_acme_sh(const char *text);
bool predict_conf_is_acme_sh(const char *text);

#endif
