/* SPDX-License-Identifier: BSD-2-Clause */
/* A name server on the test's own loop, on loopback. */
#ifndef DNS_SERVER_H
#define DNS_SERVER_H

struct dns_server;
struct loop;

enum dns_server_mode {
	DNS_SERVER_SIGNED,   /* records and a signature that nobody could verify */
	DNS_SERVER_UNSIGNED, /* records alone */
	DNS_SERVER_REFUSES,
	DNS_SERVER_SILENT,
	DNS_SERVER_CUTS,     /* TC over UDP, the answer over TCP */
	DNS_SERVER_WRONG_ID, /* first an answer with another ID, then the right one */
	DNS_SERVER_OTHER,    /* an answer to another question */
	DNS_SERVER_CLOSES    /* TC over UDP; TCP is closed at once */
};

struct dns_server *dns_server_new(struct loop *loop, enum dns_server_mode mode);
const char *dns_server_address(const struct dns_server *s); /* "127.0.0.1@PORT" */
int dns_server_questions(const struct dns_server *s);
void dns_server_free(struct dns_server *s);

#endif
