/* SPDX-License-Identifier: BSD-2-Clause */
/* A STARTTLS dialogue on a connected, non-blocking socket, up to where the handshake
 * begins. What is said is starttls.h's; here is how it gets through the socket. */
#ifndef NET_DIALOGUE_H
#define NET_DIALOGUE_H

struct dialogue;
struct starttls_conf;
struct why;

/* What to do next. */
enum dialogue_status {
	DIALOGUE_WANT_READ,
	DIALOGUE_WANT_WRITE,
	DIALOGUE_GO, /* the handshake is next; nothing behind the go-ahead was read */
	DIALOGUE_REFUSED, /* not offered, refused, or plaintext behind the go-ahead */
	DIALOGUE_LATER,	  /* the server is busy */
	DIALOGUE_RESET,	  /* the connection was reset */
	DIALOGUE_FAILED	  /* not that protocol, or closed */
};

/* fd stays the caller's and must outlive the dialogue; conf is copied from. */
struct dialogue *dialogue_new(int fd, const struct starttls_conf *conf);
/* Goes on as far as the socket lets it. From DIALOGUE_REFUSED on, why says what happened,
 * in the server's raw words where it had some, and a goodbye is sent if that goes without
 * waiting. Not to be called again after anything but the first two. */
enum dialogue_status dialogue_step(struct dialogue *d, struct why *why);
/* What it waits for, like "the greeting"; constant. */
const char *dialogue_awaits(const struct dialogue *d);
void dialogue_free(struct dialogue *d);

#endif
