/* SPDX-License-Identifier: BSD-2-Clause */
/* What the next renewal by another ACME client does to its keys, read from its folder:
 * certbot's, lego's, acme.sh's or uacme's. It changes nothing and asks nobody. */
#ifndef SETUP_PREDICT_H
#define SETUP_PREDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "setup/predict/outlook.h"
#include "setup/predict/predict_conf.h"

struct why;

#define PREDICT_MAX 10000 /* certificates of one folder */

/* What will become of a published record. */
struct predicted_record {
	char *text;    /* owned; "3 1 1 8f43..." cut short */
	char *instead; /* owned; the record of the key that stays; NULL: not needed */
	enum outlook outlook;
};

/* The records of a service, at the names of a certificate. */
struct predicted_service {
	char *owner; /* owned; "_443._tcp.www.example.com" */
	char *error; /* owned; why the records aren't known; NULL: they are */
	struct predicted_record *record; /* owned */
	size_t count;
	enum outlook outlook; /* the best of them */
};

struct prediction {
	const char *client; /* constant: "certbot" */
	char *name;	    /* owned; the certificate's name, as the client calls it */
	char *file;	    /* owned; the file that tells about the key */
	char *chain;	    /* owned; the certificate's file and those behind it */
	enum predict_key key;
	char *fault;   /* owned; why the client can't renew by file; NULL: it can */
	bool compared; /* the records were asked for, so what follows counts */
	char *issuer;  /* owned; who signed it now; NULL unknown */
	time_t not_before, not_after;	   /* of the present certificate; 0 unknown */
	char *unread;			   /* owned; why chain couldn't be read; NULL */
	struct predicted_service *service; /* owned; those with records, or unknown */
	size_t services;
};

/* Reads all certificates that a client keeps in dir, sorted by name. DP_ENOENT where it
 * holds none that is known. Undo with predict_clear(). */
int predict_read(const char *dir, struct prediction **ret_list, size_t *ret_count,
		 struct why *why);
/* Whether a record of a service that matches now may not do so after the renewal, or the
 * records aren't known and the key may change. */
bool predict_is_risky(const struct prediction *prediction);
/* {"version":1,"certificates":[{client,name,file,key,...}]}, key one of same, new,
 * depends, none; where the records were asked for also issuer, error, and services with
 * their records, each with its outlook; on the heap. */
char *predict_json(const struct prediction *list, size_t count);
void predict_clear(struct prediction *list, size_t count);

#endif
