/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../dane/pki.h"
#include "base/clock.h"
#include "base/loop.h"

#define TRIES 2
#define HELLO "+220 mx.example ESMTP\r\n|-|"
#define OFFER HELLO "+250-mx.example\r\n250 STARTTLS\r\n|-|"
#define GO OFFER "+220 go ahead\r\n|"
#define SAID_OFFER "EHLO me.example;STARTTLS;"

/* A server in a process of its own plays a script for each connection: words between
 * bars, +TEXT says it, :TEXT says it byte by byte, - notes a line that it reads, ~N waits
 * N ms, T takes part in a handshake and notes what comes through it (T1: by TLS 1.1 only,
 * TW: with a key of 512 bits, TA: refuses all of ALPN but "spdy", TR: a raw key alone,
 * TB: a raw key and a certificate, TC and TD: demands a client's certificate, by TLS 1.3
 * and 1.2, TG: greets inside TLS), E reads once what is there,
 * R resets the connection, S waits for its end. */
struct server {
	int listener, notes, port;
	int more; /* closed by the test when no further connection will come */
	pid_t pid;
};

static void pause_ms(int ms)
{
	const struct timespec span = { .tv_sec = ms / 1000,
				       .tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&span, NULL);
}

static void note(int notes, const char *text, size_t len)
{
	if (write(notes, text, len) < 0 || write(notes, ";", 1) < 0)
		_exit(1);
}

static void say(int fd, const char *text, size_t len, bool slowly)
{
	size_t i, step = slowly ? 1 : len;

	for (i = 0; i < len; i += step) {
		if (send(fd, text + i, step, MSG_NOSIGNAL) < 0)
			return;
		if (slowly)
			pause_ms(1);
	}
}

static void read_line(int fd, int notes)
{
	char line[200];
	size_t len = 0;

	while (len < sizeof(line) && read(fd, line + len, 1) == 1)
		if (line[len++] == '\n')
			break;
	while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	note(notes, line, len);
}

static void read_to_end(int fd)
{
	char dump[500];

	while (read(fd, dump, sizeof(dump)) > 0)
		;
}

static void serve_tls(int fd, int notes, char kind)
{
	static const struct pki_def weak = {
		.name = "weak", .cn = "weak", .type = GNUTLS_PK_RSA, .bits = 512
	};
	const struct pki_cert *cert =
		kind == 'W' ? pki_make(&weak, NULL, NULL) : pki_get("leaf");
	const char *priority = kind == '1' ? "NORMAL:-VERS-ALL:+VERS-TLS1.1"
			       : kind == 'W' || kind == 'D'
				       ? "NORMAL:-VERS-ALL:+VERS-TLS1.2"
			       : kind == 'R' ? "NORMAL:-CTYPE-SRV-X509:+CTYPE-SRV-RAWPK"
			       : kind == 'B' ? "NORMAL:-CTYPE-SRV-X509:+CTYPE-SRV-RAWPK:"
					       "+CTYPE-SRV-X509"
					     : "NORMAL";
	unsigned char name[] = "spdy";
	const gnutls_datum_t spdy = { .data = name, .size = 4 };
	gnutls_datum_t secret = { 0 };
	gnutls_certificate_credentials_t cred;
	gnutls_session_t s;
	gnutls_x509_crt_t crt = cert->crt;
	char text[200];
	ssize_t n;

	gnutls_certificate_allocate_credentials(&cred);
	if (kind != 'R')
		gnutls_certificate_set_x509_key(cred, &crt, 1, cert->key);
	if (kind == 'R' || kind == 'B') {
		gnutls_x509_privkey_export2(cert->key, GNUTLS_X509_FMT_DER, &secret);
		gnutls_certificate_set_rawpk_key_mem(cred, &cert->spki, &secret,
						     GNUTLS_X509_FMT_DER, NULL, 0, NULL,
						     0, 0);
		gnutls_free(secret.data);
	}
	gnutls_init(&s, GNUTLS_SERVER | GNUTLS_NO_SIGNAL |
				(kind == 'R' || kind == 'B' ? GNUTLS_ENABLE_RAWPK : 0));
	if (kind == 'A')
		gnutls_alpn_set_protocols(s, &spdy, 1, GNUTLS_ALPN_MANDATORY);
	if (kind == 'C' || kind == 'D')
		gnutls_certificate_server_set_request(s, GNUTLS_CERT_REQUIRE);
	gnutls_priority_set_direct(s, priority, NULL);
	gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_transport_set_int(s, fd);
	n = gnutls_handshake(s);
	if (n < 0) {
		(void)gnutls_alert_send_appropriate(s, (int)n);
	} else {
		if (kind == 'G')
			(void)gnutls_record_send(s, "220 hello\r\n", 11);
		while ((n = gnutls_record_recv(s, text, sizeof(text))) > 0)
			note(notes, text, (size_t)n);
		note(notes, n == 0 ? "bye" : "cut", 3);
	}
	gnutls_deinit(s);
	gnutls_certificate_free_credentials(cred);
}

static void play_word(int fd, int notes, const char *word, size_t len)
{
	const struct linger now = { .l_onoff = 1 };
	char dump[5000];

	switch (word[0]) {
	case '+':
	case ':':
		say(fd, word + 1, len - 1, word[0] == ':');
		break;
	case '-':
		read_line(fd, notes);
		break;
	case '~':
		pause_ms(atoi(word + 1));
		break;
	case 'T':
		serve_tls(fd, notes, len > 1 ? word[1] : '\0');
		break;
	case 'R':
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		break;
	case 'S':
		read_to_end(fd);
		break;
	case 'E':
		if (read(fd, dump, sizeof(dump)) < 0)
			_exit(1);
		break;
	}
}

/* The next connection; < 0 where none will come. */
static int accept_next(const struct server *s)
{
	struct pollfd on[] = { { .fd = s->listener, .events = POLLIN },
			       { .fd = s->more, .events = POLLIN } };

	if (poll(on, 2, -1) < 0 || !on[0].revents)
		return -1;
	return accept(s->listener, NULL, NULL);
}

static void play(const struct server *s, const char *const *script)
{
	size_t i, len;

	for (i = 0; i < TRIES && script[i]; i++) {
		const char *at = script[i];
		int fd = accept_next(s);

		for (; fd >= 0 && *at; at += len + (at[len] == '|')) {
			len = strcspn(at, "|");
			if (len)
				play_word(fd, s->notes, at, len);
		}
		close(fd);
	}
}

static void start_server(struct server *s, const char *const *script)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int ends[2], more[2];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(s->listener, 5), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &len), 0);
	s->port = ntohs(at.sin_port);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(more), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		alarm(20);
		close(ends[0]);
		close(more[1]);
		s->notes = ends[1];
		s->more = more[0];
		play(s, script);
		_exit(0);
	}
	close(ends[1]);
	close(more[0]);
	s->notes = ends[0];
	s->more = more[1];
	close(s->listener);
}

static void end_server(struct server *s, char *notes, size_t size)
{
	size_t len = 0;
	ssize_t n;

	close(s->more);
	while ((n = read(s->notes, notes + len, size - 1 - len)) > 0)
		len += (size_t)n;
	notes[len] = '\0';
	close(s->notes);
	waitpid(s->pid, NULL, 0);
}

/* A peer and what ends its loop. */
struct scene {
	struct loop *loop;
	struct handshake_kit *kit;
	struct peer *peer;
	int ended;
};

static void on_peer(void *arg)
{
	struct scene *s = arg;

	s->ended++;
	loop_stop(s->loop);
}

static void on_deadline(void *arg)
{
	loop_stop(arg);
}

static void begin_with(struct scene *s, const struct server *server,
		       struct peer_conf conf)
{
	*s = (struct scene){ .loop = loop_new(), .kit = handshake_kit_new(NULL) };
	conf.loop = s->loop;
	conf.kit = s->kit;
	conf.address = "127.0.0.1";
	conf.port = server->port;
	conf.sni = conf.domain = "mx.example";
	s->peer = peer_new(&conf, on_peer, s);
}

static void begin(struct scene *s, const struct server *server, enum service_start start,
		  const char *helo, int64_t deadline_ms)
{
	begin_with(s, server,
		   (struct peer_conf){ .start = start,
				       .helo = helo,
				       .deadline_ms = clock_ms() + deadline_ms });
}

static void run_for(struct scene *s, int64_t ms)
{
	struct loop_timer *timer = loop_timer_new(s->loop, ms, on_deadline, s->loop);

	loop_run(s->loop);
	loop_timer_free(timer);
}

static void end(struct scene *s)
{
	peer_free(s->peer);
	handshake_kit_free(s->kit);
	loop_free(s->loop);
}

struct row {
	const char *name;
	const char *script[TRIES];
	enum peer_status status;
	const char *why;   /* a part of it */
	const char *notes; /* what the server heard */
};

static const struct row rows[] = {
	{ "good", { GO "T" }, PEER_CHAIN, "", SAID_OFFER "QUIT\r\n;bye;" },
	{ "byte by byte",
	  { ":220-mx.example\r\n220 hi\r\n|-|:250-a\r\n250-STARTTLS\r\n250 b\r\n|-|"
	    ":220 go\r\n|T" },
	  PEER_CHAIN,
	  "",
	  SAID_OFFER "QUIT\r\n;bye;" },
	{ "late greeting",
	  { "~300|" GO "T" },
	  PEER_CHAIN,
	  "",
	  SAID_OFFER "QUIT\r\n;bye;" },
	{ "not offered",
	  { HELLO "+250 mx.example\r\n|-|S" },
	  PEER_NO_STARTTLS,
	  "does not offer",
	  "EHLO me.example;QUIT;" },
	{ "refused",
	  { OFFER "+454 no\r\n|-|S" },
	  PEER_NO_STARTTLS,
	  "454 no",
	  SAID_OFFER "QUIT;" },
	{ "turned away",
	  { "+554 not you\r\n|-|S" },
	  PEER_NO_STARTTLS,
	  "554 not you",
	  "QUIT;" },
	{ "injection in one piece",
	  { OFFER "+220 go\r\n250 fine\r\n|S" },
	  PEER_NO_STARTTLS,
	  "injection",
	  SAID_OFFER },
	{ "injection soon after",
	  { GO "~50|+250 fine\r\n|S" },
	  PEER_NO_STARTTLS,
	  "injection",
	  SAID_OFFER },
	{ "TLS before its time",
	  { OFFER "+220 go\r\n\x16\3\3|S" },
	  PEER_NO_STARTTLS,
	  "injection",
	  NULL },
	{ "closed before the greeting, twice",
	  { "~1|", "~1|" },
	  PEER_LATER,
	  "closed the connection before its greeting, and again at a second try",
	  "" },
	{ "closed before the greeting, then good",
	  { "~1|", GO "T" },
	  PEER_CHAIN,
	  "",
	  SAID_OFFER "QUIT\r\n;bye;" },
	{ "421, then good",
	  { "+421 busy\r\n|-|S", GO "T" },
	  PEER_CHAIN,
	  "",
	  "QUIT;" SAID_OFFER "QUIT\r\n;bye;" },
	{ "451 twice",
	  { "+451 soon\r\n|-|S", "+451 later\r\n|-|S" },
	  PEER_LATER,
	  "451 later",
	  "QUIT;QUIT;" },
	{ "421, then refused",
	  { "+421 busy\r\n|-|S", "+554 no\r\n|-|S" },
	  PEER_NO_STARTTLS,
	  "554 no",
	  "QUIT;QUIT;" },
	{ "421, then gone",
	  { "+421 busy\r\n|-|S" },
	  PEER_NO_CONNECT,
	  "refused",
	  "QUIT;" },
	{ "closed in the middle", { HELLO }, PEER_NO_TLS, "EHLO", "EHLO me.example;" },
	{ "closed after the go-ahead",
	  { GO },
	  PEER_NO_TLS,
	  "the connection",
	  SAID_OFFER },
	{ "reset at once", { "R" }, PEER_NO_CONNECT, "reset", "" },
	{ "another protocol",
	  { "+SSH-2.0-OpenSSH_9.2\r\n|S" },
	  PEER_NO_TLS,
	  "SSH-2.0",
	  "" },
	{ "TLS at once",
	  { "+\x15\3\1|~50|+\2\2\x16\r\n|S" },
	  PEER_NO_TLS,
	  "TLS at once",
	  "" },
	{ "garbage for TLS",
	  { GO "+\1\2\3\4\5\6\7\10\11|S" },
	  PEER_NO_STARTTLS,
	  "injection",
	  SAID_OFFER },
	{ "TLS 1.1 only", { GO "T1" }, PEER_NO_TLS, "TLS 1.1 or older", SAID_OFFER },
	{ "a weak key",
	  { GO "TW" },
	  PEER_NO_TLS,
	  "RSA key has 512 bits",
	  SAID_OFFER "QUIT\r\n;bye;" },
};

static void check_row(const struct row *row)
{
	struct peer_result *r;
	struct server server;
	struct scene s;
	char notes[500];

	start_server(&server, row->script);
	begin(&s, &server, SERVICE_SMTP, "me.example", 10000);
	run_for(&s, 8000);
	r = peer_result(s.peer);
	if (s.ended != 1 || r->status != row->status ||
	    (row->why[0] && !strstr(r->why.text, row->why)))
		fail_msg("%s: ended %d times with status %d: %s", row->name, s.ended,
			 (int)r->status, r->why.text);
	if (r->status == PEER_CHAIN &&
	    (r->connect_ms < 0 || r->starttls_ms < 0 || r->handshake_ms < 0))
		fail_msg("%s: a duration is missing", row->name);
	end(&s);
	end_server(&server, notes, sizeof(notes));
	if (row->notes && strcmp(notes, row->notes) != 0)
		fail_msg("%s: the server heard \"%s\"", row->name, notes);
}

static void test_peer_new_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check_row(&rows[i]);
}

/* No second try where it would not end in time: what the first said is the result. */
static void test_peer_new_keeps_the_second_try_within_the_deadline(void **state)
{
	static const char *const script[TRIES] = { "+421 busy\r\n|S" };
	struct server server;
	struct scene s;
	char notes[100];

	(void)state;
	start_server(&server, script);
	begin(&s, &server, SERVICE_SMTP, "me.example", 900);
	run_for(&s, 3000);
	assert_int_equal(peer_result(s.peer)->status, PEER_LATER);
	assert_non_null(strstr(peer_result(s.peer)->why.text, "no time"));
	end(&s);
	end_server(&server, notes, sizeof(notes));
}

static void check_late(const char *first, const char *second, int64_t ms,
		       const char *want)
{
	const char *const script[TRIES] = { first, second };
	struct server server;
	struct scene s;
	char notes[100], *late;

	start_server(&server, script);
	begin(&s, &server, SERVICE_SMTP, "me.example", 10000);
	run_for(&s, ms);
	assert_int_equal(s.ended, 0);
	late = peer_late(s.peer, ms);
	if (strcmp(late, want) != 0)
		fail_msg("%s", late);
	free(late);
	end(&s);
	end_server(&server, notes, sizeof(notes));
}

static void test_peer_late_says_what_is_missing(void **state)
{
	(void)state;
	check_late("S", NULL, 200,
		   "the STARTTLS dialogue did not end within 0.2 s: waiting for the "
		   "greeting");
	check_late(OFFER "S", NULL, 200,
		   "the STARTTLS dialogue did not end within 0.2 s: waiting for the "
		   "reply to STARTTLS");
	check_late(GO "S", NULL, 200, "the TLS handshake did not end within 0.2 s");
	check_late("+421 busy\r\n|S", "S", 1300,
		   "the STARTTLS dialogue did not end within 1.3 s: waiting for the "
		   "greeting (a second try; at first the SMTP server put us off: \"421 "
		   "busy\")");
}

#define FILLED 4

/* An address whose queue is full: a connection is neither accepted nor refused. */
static void fill_queue(int fd[FILLED + 1], struct server *ret_server)
{
	struct sockaddr_in self = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(self);
	int i;

	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_return_code(bind(fd[0], (struct sockaddr *)&self, sizeof(self)), 0);
	assert_return_code(listen(fd[0], 0), 0);
	assert_return_code(getsockname(fd[0], (struct sockaddr *)&self, &len), 0);
	for (i = 1; i <= FILLED; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fd[i], (struct sockaddr *)&self, sizeof(self));
	}
	ret_server->port = ntohs(self.sin_port);
}

/* The connection has a limit of its own, unless the deadline comes before. */
static void test_peer_new_limits_the_connection(void **state)
{
	struct server server;
	struct scene s;
	int fd[FILLED + 1], i;

	(void)state;
	fill_queue(fd, &server);
	begin_with(&s, &server,
		   (struct peer_conf){ .connect_limit_ms = 100,
				       .deadline_ms = clock_ms() + 10000 });
	run_for(&s, 300);
	assert_int_equal(s.ended, 1);
	assert_int_equal(peer_result(s.peer)->status, PEER_SILENT);
	assert_int_equal(peer_result(s.peer)->connect_ms, -1);
	assert_string_equal(peer_result(s.peer)->why.text,
			    "connect did not end within 0.1 s");
	end(&s);
	begin_with(&s, &server,
		   (struct peer_conf){ .connect_limit_ms = 100,
				       .deadline_ms = clock_ms() + 90 });
	run_for(&s, 300);
	assert_int_equal(s.ended, 0);
	assert_true(peer_is_connecting(s.peer));
	end(&s);
	for (i = 0; i <= FILLED; i++)
		close(fd[i]);
}

/* Once it is accepted the limit is over. */
static void test_peer_new_limits_the_connection_only(void **state)
{
	static const char *const script[TRIES] = { "S" };
	struct server server;
	struct scene s;
	char notes[100];

	(void)state;
	start_server(&server, script);
	begin_with(&s, &server,
		   (struct peer_conf){ .start = SERVICE_SMTP,
				       .connect_limit_ms = 100,
				       .deadline_ms = clock_ms() + 10000 });
	run_for(&s, 300);
	assert_int_equal(s.ended, 0);
	end(&s);
	end_server(&server, notes, sizeof(notes));
}

/* Without a name of our own it's the address that we come from. */
static void test_peer_new_says_its_address(void **state)
{
	static const char *const script[TRIES] = { HELLO "S" };
	struct server server;
	struct scene s;
	char notes[100];

	(void)state;
	start_server(&server, script);
	begin(&s, &server, SERVICE_LMTP, NULL, 10000);
	run_for(&s, 200);
	end(&s);
	end_server(&server, notes, sizeof(notes));
	assert_string_equal(notes, "LHLO [127.0.0.1];");
}

/* What is offered, and what comes of it; notes by what came through TLS alone. */
static const struct offer_row {
	const char *name;
	const char *script[TRIES];
	struct peer_conf conf;
	enum peer_status status;
	bool raw_key, demands;
	const char *why, *notes;
} offer_rows[] = {
	{ .name = "ALPN that is refused",
	  .script = { "TA", "TA" },
	  .conf = { .alpn = "imap" },
	  .status = PEER_CHAIN,
	  .notes = "bye;" },
	{ .name = "ALPN that is taken",
	  .script = { "TA" },
	  .conf = { .alpn = "imap spdy" },
	  .status = PEER_CHAIN,
	  .notes = "bye;" },
	{ .name = "ALPN, then gone",
	  .script = { "TA" },
	  .conf = { .alpn = "imap" },
	  .status = PEER_NO_CONNECT,
	  .notes = "" },
	{ .name = "a raw key is all",
	  .script = { "TR", "TR" },
	  .conf = { .keys = PEER_CERTIFICATE_OR_RAW_KEY },
	  .status = PEER_CHAIN,
	  .raw_key = true,
	  .notes = "bye;" },
	{ .name = "a raw key is all, and won't do",
	  .script = { "TR" },
	  .conf = { .keys = PEER_CERTIFICATE },
	  .status = PEER_REFUSED,
	  .why = "with SNI mx.example",
	  .notes = "" },
	{ .name = "a raw key beside a certificate",
	  .script = { "TB" },
	  .conf = { .keys = PEER_CERTIFICATE_OR_RAW_KEY },
	  .status = PEER_CHAIN,
	  .notes = "bye;" },
	{ .name = "the raw key beside a certificate",
	  .script = { "TB" },
	  .conf = { .keys = PEER_RAW_KEY },
	  .status = PEER_CHAIN,
	  .raw_key = true,
	  .notes = "bye;" },
	{ .name = "a certificate is all",
	  .script = { "T" },
	  .conf = { .keys = PEER_RAW_KEY },
	  .status = PEER_NO_RAW_KEY,
	  .notes = NULL },
	{ .name = "neither, by an alert",
	  .script = { "E|+\x15\3\3", "E|+\x15\3\3" },
	  .conf = { .keys = PEER_CERTIFICATE_OR_RAW_KEY },
	  .status = PEER_NO_TLS,
	  .notes = "" },
	{ .name = "refuses certificates, and hangs up on raw keys",
	  .script = { "TR", "E" },
	  .conf = { .keys = PEER_CERTIFICATE_OR_RAW_KEY },
	  .status = PEER_REFUSED,
	  .why = "refused the handshake with SNI mx.example",
	  .notes = "" },
	{ .name = "hangs up, then shows a raw key",
	  .script = { "E", "TR" },
	  .conf = { .keys = PEER_CERTIFICATE_OR_RAW_KEY },
	  .status = PEER_CHAIN,
	  .raw_key = true,
	  .notes = "bye;" },
	{ .name = "hangs up twice",
	  .script = { "E", "E" },
	  .conf = { .keys = PEER_CERTIFICATE_OR_RAW_KEY },
	  .status = PEER_NO_TLS,
	  .why = "closed the connection during the handshake",
	  .notes = "" },
	{ .name = "demands a certificate, 1.3",
	  .script = { "TC" },
	  .status = PEER_CHAIN,
	  .demands = true,
	  .notes = "" },
	{ .name = "demands a certificate, 1.2",
	  .script = { "TD" },
	  .status = PEER_CHAIN,
	  .demands = true,
	  .notes = "" },
	{ .name = "is greeted before its goodbye",
	  .script = { "TG" },
	  .conf = { .inside = SERVICE_SMTP },
	  .status = PEER_CHAIN,
	  .notes = "QUIT\r\n;bye;" },
	{ .name = "needs no greeting",
	  .script = { "T" },
	  .conf = { .inside = SERVICE_POP3 },
	  .status = PEER_CHAIN,
	  .notes = "bye;" },
};

static void check_offer(const struct offer_row *row)
{
	struct peer_conf conf = row->conf;
	struct peer_result *r;
	struct server server;
	struct scene s;
	char notes[500];

	start_server(&server, row->script);
	conf.deadline_ms = clock_ms() + 10000;
	begin_with(&s, &server, conf);
	run_for(&s, 8000);
	r = peer_result(s.peer);
	if (s.ended != 1 || r->status != row->status ||
	    (row->why && !strstr(r->why.text, row->why)))
		fail_msg("%s: ended %d times with status %d: %s", row->name, s.ended,
			 (int)r->status, r->why.text);
	if (r->status == PEER_CHAIN && r->chain.raw_key != row->raw_key)
		fail_msg("%s: the other kind of key", row->name);
	if (r->demands_certificate != row->demands)
		fail_msg("%s: demands a certificate: %d", row->name,
			 r->demands_certificate);
	/* what was sent is known whatever came of it */
	if (!r->tls.sni || strcmp(r->tls.sni, "mx.example"))
		fail_msg("%s: no SNI", row->name);
	end(&s);
	end_server(&server, notes, sizeof(notes));
	if (row->notes && strcmp(notes, row->notes) != 0)
		fail_msg("%s: the server heard \"%s\"", row->name, notes);
}

static void test_peer_new_offers(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(offer_rows) / sizeof(*offer_rows); i++)
		check_offer(&offer_rows[i]);
}

static int free_all(void **state)
{
	(void)state;
	pki_free_all();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer_new_rows),
		cmocka_unit_test(test_peer_new_keeps_the_second_try_within_the_deadline),
		cmocka_unit_test(test_peer_late_says_what_is_missing),
		cmocka_unit_test(test_peer_new_limits_the_connection),
		cmocka_unit_test(test_peer_new_limits_the_connection_only),
		cmocka_unit_test(test_peer_new_says_its_address),
		cmocka_unit_test(test_peer_new_offers),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, free_all);
}
