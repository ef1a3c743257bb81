/* SPDX-License-Identifier: BSD-2-Clause */
/* When the CA wants a certificate renewed (ARI, RFC 9773). */
#ifndef SETUP_ARI_H
#define SETUP_ARI_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct buf;
struct delivered;
struct lineage;
struct why;

/* The name of a certificate in the CA's renewalInfo (section 4.1), on the heap;
 * DP_EFORMAT where it has no authority key identifier. */
int ari_cert_id(const struct delivered *d, char **ret_id, struct why *why);

/* The suggested window (section 4.2), and where the CA says why. */
struct ari_answer {
	time_t start, end;
	char *explanation; /* owned; an http URL of printable ASCII; NULL: not said */
};

/* DP_EFORMAT where there is no window, or it ends before it begins. Undo with
 * ari_answer_clear(). */
int ari_read(const char *text, struct ari_answer *ret_answer, struct why *why);
/* The same, read apart (base/apart.h), and what takes the facts that come of it:
 * DP_EFORMAT where these can't be. */
int ari_read_apart(const char *text, struct ari_answer *ret_answer, struct why *why);
int ari_take(const struct buf *facts, struct ari_answer *ret_answer, struct why *why);
void ari_answer_clear(struct ari_answer *answer);
/* A moment of the window from start on, before end; each is as likely as any other. */
time_t ari_draw(time_t start, time_t end);
/* Asks acme_directory about the newest certificates of generation that haven't expired,
 * if it is time to, and keeps the earliest window and a moment of it in the state (which
 * is not saved). A CA that doesn't answer is told in the log and asked again later: it
 * stops nothing. True where it was asked. */
bool ari_refresh(struct lineage *lineage, int64_t generation);
/* Forgets what the CA said about certificates that were replaced. */
void ari_forget(struct lineage *lineage);

#endif
