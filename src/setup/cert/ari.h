/* SPDX-License-Identifier: BSD-2-Clause */
/* When the CA wants a certificate renewed (ARI, RFC 9773). */
#ifndef SETUP_ARI_H
#define SETUP_ARI_H

#include <stdint.h>
#include <time.h>

struct chain_cert;
struct lineage;
struct why;

/* The name of a certificate in the CA's renewalInfo (section 4.1), on the heap;
 * DP_EFORMAT where it has no authority key identifier. */
int ari_cert_id(const struct chain_cert *cert, char **ret_id, struct why *why);
/* The suggested window of an answer (section 4.2); DP_EFORMAT where there is none, or it
 * ends before it begins. */
int ari_read_window(const char *text, time_t *ret_start, time_t *ret_end,
		    struct why *why);
/* Asks acme_directory about the newest certificates of generation, if it is time to, and
 * keeps the earliest window in the state (which is not saved). A CA that doesn't answer
 * is told in the log and asked again later: it stops nothing. */
void ari_refresh(struct lineage *lineage, int64_t generation);
/* Forgets what the CA said about certificates that were replaced. */
void ari_forget(struct lineage *lineage);

#endif
