/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the protocols and the driver of the dialogues share; for
 * starttls*.c only. */
#ifndef NET_STARTTLS_KIND_H
#define NET_STARTTLS_KIND_H

#include "base/why.h"
#include "net/line.h"
#include "net/reply.h"
#include "net/starttls.h"

#define STARTTLS_QUOTE_MAX 200 /* of remote text in a sentence */

struct xml;

/* A step of the dialogue. It may say something and name the next step. */
typedef enum starttls_status starttls_fn(struct starttls *d);

/* One protocol. */
struct starttls_kind {
	const char *name;
	bool mail;
	/* A reply ahead of its command is injected. Other protocols may be talkative and
	 * look at d->asked themselves. */
	bool lockstep;
	const char *bye;
	size_t bye_len;
	/* The first step: says what is to be said first and sets d->next. */
	void (*begin)(struct starttls *d);
	/* Takes one byte or more from d->in (not empty), at most to the end of a reply,
	 * and calls d->next for a whole one. */
	starttls_fn *take;
};

struct starttls {
	const struct starttls_kind *kind;
	char *helo, *domain; /* owned */
	enum starttls_status status;
	struct why why; /* why the status ended it */
	size_t said;	/* octets that the server said, all in all */
	uint8_t first[2];
	const char *awaited; /* for people */
	bool greeted;	     /* a whole greeting came */
	bool injected;	     /* nothing more is said in plaintext */
	bool asked;	     /* something was said since these bytes came */
	/* For one call. */
	struct line_source in, chunk; /* what is left of it; all of it */
	struct buf *out;	      /* borrowed */
	/* For the protocols. */
	starttls_fn *next;
	struct line line;
	struct reply reply;
	struct buf list;  /* what the server offers, one capability a line */
	bool offered;	  /* STARTTLS is among them */
	struct buf frame; /* the binary message so far; Sieve: the line so far */
	size_t literal;	  /* Sieve: octets of a literal that are to come */
	struct xml *xml;  /* XMPP: owned */
	char quoted[STARTTLS_QUOTE_MAX + 1];
};

/* Says a command, and waits for the reply, which next takes. STARTTLS_MORE. */
enum starttls_status starttls_say(struct starttls *d, starttls_fn *next,
				  const char *awaited, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Adds octets to what is to be sent. */
void starttls_send(struct starttls *d, const void *data, size_t len);
/* Ends the dialogue with a sentence; _REFUSED and _LATER bring the kind's goodbye. */
enum starttls_status starttls_end(struct starttls *d, enum starttls_status status,
				  const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* STARTTLS_BROKEN: what was said isn't the kind's protocol. said NULL: the bytes of this
 * call. */
enum starttls_status starttls_garbage(struct starttls *d, const char *said, size_t len);
/* The same for a reply (d->reply) whose code has no place there. */
enum starttls_status starttls_misplaced(struct starttls *d);
/* STARTTLS_REFUSED: len bytes that nobody asked for yet. */
enum starttls_status starttls_injected(struct starttls *d, size_t len);
/* STARTTLS_REFUSED: STARTTLS (or what it is called) isn't among d->list. */
enum starttls_status starttls_not_offered(struct starttls *d, const char *name);
/* One line of remote text for a sentence, bounded; borrowed until the next call. */
const char *starttls_quote(struct starttls *d, const char *said, size_t len);
/* "CODE TEXT" of d->reply, in the same way. */
const char *starttls_quote_reply(struct starttls *d);
/* A line from d->in to d->line: LINE_WHOLE, or LINE_MORE. */
bool starttls_take_line(struct starttls *d);
/* A line from d->in to d->reply, and d->next for a whole reply. */
enum starttls_status starttls_take_reply(struct starttls *d, enum reply_style style);
/* A line from d->in to d->line, and d->next for it. */
enum starttls_status starttls_take_each_line(struct starttls *d);
/* Moves bytes from d->in to d->frame until it holds len; whether it does. */
bool starttls_take_frame(struct starttls *d, size_t len);
/* Adds a capability to d->list; notes in d->offered whether it is name (any case). */
void starttls_offer(struct starttls *d, const char *text, size_t len, const char *name);
/* The length of the first word. */
size_t starttls_word(const char *text, size_t len);

/* One row each, in the file of that name. */
const struct starttls_kind *starttls_ftp(void);
const struct starttls_kind *starttls_imap(void);
const struct starttls_kind *starttls_ldap(void);
const struct starttls_kind *starttls_mysql(void);
const struct starttls_kind *starttls_nntp(void);
const struct starttls_kind *starttls_pop3(void);
const struct starttls_kind *starttls_postgres(void);
const struct starttls_kind *starttls_sieve(void);
const struct starttls_kind *starttls_smtp(void);
const struct starttls_kind *starttls_smtp_lmtp(void);
const struct starttls_kind *starttls_xmpp_client(void);
const struct starttls_kind *starttls_xmpp_server(void);

#endif
