/* SPDX-License-Identifier: BSD-2-Clause */
/* What the next renewal of another ACME client does to its keys, read from its folder:
 * certbot's, lego's, acme.sh's or uacme's. Nothing is changed and nobody asked. */
#ifndef SETUP_PREDICT_H
#define SETUP_PREDICT_H

#include <stddef.h>

#include "setup/predict_conf.h"

struct why;

#define PREDICT_MAX 10000 /* certificates of one folder */

struct prediction {
	const char *client; /* constant: "certbot" */
	char *name;	    /* owned; of the certificate, as the client calls it */
	char *file;	    /* owned; that says so */
	enum predict_key key;
};

/* All certificates that a client keeps in dir, sorted by name. DP_ENOENT where it holds
 * none that is known. Undo with predict_clear(). */
int predict_read(const char *dir, struct prediction **ret_list, size_t *ret_count,
		 struct why *why);
/* {"version":1,"certificates":[{client,name,file,key}]}, key one of same, new, depends;
 * on the heap. */
char *predict_json(const struct prediction *list, size_t count);
void predict_clear(struct prediction *list, size_t count);

#endif
