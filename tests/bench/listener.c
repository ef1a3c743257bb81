/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmark's servers, all in one process: listener CERT KEY HUNG PORT=MS... serves
 * TLS at every address of this host, at port 25 SMTP and at port 143 IMAP with STARTTLS
 * before it, and hands each flight to the client MS milliseconds late. At 127.96.0.0/16
 * it accepts and is silent. HUNG addresses, from 127.97.0.1 on, don't even accept at port
 * 443: their queues are full. Connections are counted (tally.h).
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tally.h"

/* Most servers prefer X25519. */
#define PRIORITY "NORMAL:%SERVER_PRECEDENCE:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1"

enum {
	BACKLOG = 4096,
	OUT_MAX = 8192,
	LINE_MAX_LEN = 512,
	ACCEPT_AT_ONCE = 64,
	SILENT_NET = 96,
	HUNG_NET = 97,
	HUNG_NETS = 250,
	HUNG_FILL = 2, /* connections that fill a queue for none */
	SMTP_PORT = 25,
	IMAP_PORT = 143,
	TLS_PORT = 443,
};

struct port {
	int fd, number;
	struct timeval delay;
};

enum stage { LINES, HANDSHAKE, TLS_LINES };

struct conn {
	const struct port *port;
	struct event *in, *late; /* late: what is in out is sent */
	gnutls_session_t tls;
	int fd;
	enum stage stage;
	bool start_tls;
	unsigned char out[OUT_MAX];
	size_t out_len;
	char line[LINE_MAX_LEN];
	size_t line_len;
};

static struct event_base *base;
static gnutls_certificate_credentials_t cred;
static gnutls_priority_t priority;

static void die(const char *what)
{
	fprintf(stderr, "listener: %s\n", what);
	exit(1);
}

static void hang_up(struct conn *c)
{
	event_free(c->in);
	event_free(c->late);
	if (c->tls != NULL)
		gnutls_deinit(c->tls);
	close(c->fd);
	free(c);
}

static void put(struct conn *c, const void *data, size_t len)
{
	if (len > OUT_MAX - c->out_len)
		len = OUT_MAX - c->out_len;
	memcpy(c->out + c->out_len, data, len);
	c->out_len += len;
}

static void send_out(struct conn *c)
{
	(void)send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);
	c->out_len = 0;
}

static void flush(struct conn *c)
{
	if (c->out_len == 0)
		return;
	if (c->port->delay.tv_usec == 0)
		send_out(c);
	else if (!evtimer_pending(c->late, NULL))
		evtimer_add(c->late, &c->port->delay);
}

static ssize_t push(gnutls_transport_ptr_t arg, const void *data, size_t len)
{
	put(arg, data, len);
	return (ssize_t)len;
}

static ssize_t pull(gnutls_transport_ptr_t arg, void *data, size_t len)
{
	return recv(((struct conn *)arg)->fd, data, len, 0);
}

static void begin_tls(struct conn *c)
{
	gnutls_init(&c->tls, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
				     GNUTLS_NO_TICKETS);
	gnutls_priority_set(c->tls, priority);
	gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_handshake_set_timeout(c->tls, 0);
	gnutls_transport_set_ptr(c->tls, c);
	gnutls_transport_set_push_function(c->tls, push);
	gnutls_transport_set_pull_function(c->tls, pull);
	c->stage = HANDSHAKE;
}

static void say(struct conn *c, const char *text)
{
	if (c->tls != NULL)
		(void)gnutls_record_send(c->tls, text, strlen(text));
	else
		put(c, text, strlen(text));
}

static void answer_imap(struct conn *c)
{
	char text[LINE_MAX_LEN + 128];
	size_t tag = strcspn(c->line, " ");
	const char *word = c->line + tag + strspn(c->line + tag, " ");

	snprintf(text, sizeof(text), "%s%.*s OK done\r\n",
		 strncasecmp(word, "CAPABILITY", 10) == 0
			 ? "* CAPABILITY IMAP4rev1 STARTTLS\r\n"
		 : strncasecmp(word, "LOGOUT", 6) == 0 ? "* BYE\r\n"
						       : "",
		 (int)tag, c->line);
	say(c, text);
	c->start_tls = c->start_tls || strncasecmp(word, "STARTTLS", 8) == 0;
}

static void answer_smtp(struct conn *c)
{
	if (strncasecmp(c->line, "EHLO", 4) == 0)
		say(c, c->tls ? "250 bench\r\n" : "250-bench\r\n250 STARTTLS\r\n");
	else if (strncasecmp(c->line, "STARTTLS", 8) == 0)
		say(c, "220 go ahead\r\n"), c->start_tls = true;
	else if (strncasecmp(c->line, "QUIT", 4) == 0)
		say(c, "221 bye\r\n");
	else
		say(c, "250 ok\r\n");
}

static void answer_line(struct conn *c)
{
	if (c->port->number == IMAP_PORT)
		answer_imap(c);
	else
		answer_smtp(c);
}

/* False when the client is gone. */
static bool read_lines(struct conn *c)
{
	ssize_t n;
	char byte;

	for (;;) {
		n = c->tls != NULL ? gnutls_record_recv(c->tls, &byte, 1)
				   : recv(c->fd, &byte, 1, 0);
		if (n <= 0)
			return c->tls != NULL ? n == GNUTLS_E_AGAIN : n < 0;
		if (c->line_len < LINE_MAX_LEN - 1)
			c->line[c->line_len++] = byte;
		if (byte != '\n')
			continue;
		c->line[c->line_len] = '\0';
		c->line_len = 0;
		answer_line(c);
		if (c->start_tls && c->stage == LINES) {
			begin_tls(c);
			return true;
		}
	}
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	bool alive = true;
	int rc;

	(void)fd;
	(void)what;
	if (c->stage == HANDSHAKE) {
		do
			rc = gnutls_handshake(c->tls);
		while (rc < 0 && rc != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(rc));
		alive = rc == 0 || rc == GNUTLS_E_AGAIN;
		if (rc == 0)
			c->stage = TLS_LINES;
	} else {
		alive = read_lines(c);
	}
	if (alive)
		flush(c);
	else
		hang_up(c);
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	send_out(arg);
}

static void swallow(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	char data[1024];

	(void)what;
	if (recv(fd, data, sizeof(data), 0) <= 0)
		hang_up(c);
}

static bool is_silent(int fd)
{
	struct sockaddr_in self;
	socklen_t len = sizeof(self);

	if (getsockname(fd, (struct sockaddr *)&self, &len) < 0)
		return false;
	return (ntohl(self.sin_addr.s_addr) >> 16 & 255) == SILENT_NET;
}

static void take(const struct port *port, int fd)
{
	struct conn *c = calloc(1, sizeof(*c));
	bool silent = is_silent(fd);
	int one = 1;

	if (c == NULL)
		die("no memory");
	c->port = port;
	c->fd = fd;
	c->in = event_new(base, fd, EV_READ | EV_PERSIST, silent ? swallow : on_readable,
			  c);
	c->late = evtimer_new(base, on_late, c);
	event_add(c->in, NULL);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (silent)
		return;
	if (port->number == SMTP_PORT)
		say(c, "220 bench ESMTP\r\n");
	else if (port->number == IMAP_PORT)
		say(c, "* OK bench\r\n");
	else
		begin_tls(c);
	flush(c);
}

static void on_connection(evutil_socket_t listener, short what, void *arg)
{
	int i, fd;

	(void)what;
	for (i = 0; i < ACCEPT_AT_ONCE; i++) {
		fd = accept(listener, NULL, NULL);
		if (fd < 0 || evutil_make_socket_nonblocking(fd) < 0)
			return;
		tally_add(1);
		take(arg, fd);
	}
}

static void open_port(struct port *port, const char *text)
{
	struct sockaddr_in self = { .sin_family = AF_INET };
	int one = 1, ms;

	if (sscanf(text, "%d=%d", &port->number, &ms) != 2)
		die(text);
	self.sin_port = htons((uint16_t)port->number);
	port->delay.tv_usec = ms * 1000;
	port->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(port->fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(port->fd, (const struct sockaddr *)&self, sizeof(self)) < 0 ||
	    listen(port->fd, BACKLOG) < 0)
		die(text);
	event_add(event_new(base, port->fd, EV_READ | EV_PERSIST, on_connection, port),
		  NULL);
}

/* An address whose queue is full: further connections get no answer at all. */
static void hang_address(int number)
{
	struct sockaddr_in self = { .sin_family = AF_INET, .sin_port = htons(TLS_PORT) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, i, filler;

	self.sin_addr.s_addr = htonl((uint32_t)127 << 24 | HUNG_NET << 16 |
				     (uint32_t)(number % HUNG_NETS) << 8 |
				     (uint32_t)(1 + number / HUNG_NETS));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&self, sizeof(self)) < 0 ||
	    listen(fd, 0) < 0)
		die("an address that hangs");
	for (i = 0; i < HUNG_FILL; i++) {
		filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(filler, (const struct sockaddr *)&self, sizeof(self));
	}
}

int main(int argc, char **argv)
{
	static struct port port[8];
	struct rlimit files = { 65536, 65536 };
	int i;

	if (argc < 5 || argc > 4 + 8)
		die("usage: listener CERT KEY HUNG PORT=MS...");
	(void)setrlimit(RLIMIT_NOFILE, &files);
	tally_open();
	for (i = 0; i < atoi(argv[3]); i++)
		hang_address(i);
	base = event_base_new();
	if (base == NULL || gnutls_priority_init(&priority, PRIORITY, NULL) < 0 ||
	    gnutls_certificate_allocate_credentials(&cred) < 0 ||
	    gnutls_certificate_set_x509_key_file(cred, argv[1], argv[2],
						 GNUTLS_X509_FMT_PEM) < 0)
		die("certificate");
	for (i = 4; i < argc; i++)
		open_port(&port[i - 4], argv[i]);
	event_base_dispatch(base);
	return 0;
}
