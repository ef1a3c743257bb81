/* SPDX-License-Identifier: BSD-2-Clause */
/* The page that a service presents over TLS: status line, headers and body, through
 * libcurl as the program has it. A thread is the server, whose key is the pinned one. The
 * first octet says whether the body is wanted, and into what pieces the answer is cut. */
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/why.h"
#include "net/http.h"

#define ANSWER_MAX (128 * 1024)
#define DEADLINE_MS 5000

/* A copy, since an asker may be gone before the thread is done. */
static struct {
	int listener, port;
	gnutls_certificate_credentials_t cred;
	uint8_t pin[32];
	pthread_mutex_t lock;
	uint8_t answer[ANSWER_MAX];
	size_t len, piece;
} server = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* What came of one. */
struct asked {
	struct loop *loop;
	bool want_body, answered;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static void send_answer(gnutls_session_t tls)
{
	static uint8_t answer[ANSWER_MAX];
	size_t sent = 0, len, piece, part;
	ssize_t n = 1;

	pthread_mutex_lock(&server.lock);
	len = server.len;
	piece = server.piece;
	memcpy(answer, server.answer, len);
	pthread_mutex_unlock(&server.lock);
	while (n > 0 && sent < len) {
		part = len - sent < piece ? len - sent : piece;
		n = gnutls_record_send(tls, answer + sent, part);
		if (n > 0)
			sent += (size_t)n;
	}
	if (n > 0)
		(void)gnutls_bye(tls, GNUTLS_SHUT_WR);
}

static void answer_one(int fd)
{
	char request[4096];
	gnutls_session_t tls;

	must(gnutls_init(&tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL) >= 0 &&
	     gnutls_set_default_priority(tls) >= 0 &&
	     gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, server.cred) >= 0);
	gnutls_transport_set_int(tls, fd);
	if (gnutls_handshake(tls) >= 0 &&
	    gnutls_record_recv(tls, request, sizeof(request)) > 0) {
		send_answer(tls);
		(void)shutdown(fd, SHUT_WR);
		while (read(fd, request, sizeof(request)) > 0)
			;
	}
	gnutls_deinit(tls);
	close(fd);
}

static void *serve(void *unused)
{
	int fd;

	while ((fd = accept(server.listener, NULL, NULL)) >= 0)
		answer_one(fd);
	return unused;
}

static void pin_key(gnutls_x509_crt_t crt)
{
	gnutls_pubkey_t public;
	gnutls_datum_t der;

	must(gnutls_pubkey_init(&public) >= 0 &&
	     gnutls_pubkey_import_x509(public, crt, 0) >= 0 &&
	     gnutls_pubkey_export2(public, GNUTLS_X509_FMT_DER, &der) >= 0 &&
	     gnutls_hash_fast(GNUTLS_DIG_SHA256, der.data, der.size, server.pin) >= 0);
	gnutls_free(der.data);
	gnutls_pubkey_deinit(public);
}

static void make_certificate(void)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_x509_crt_t crt = NULL;

	must(gnutls_x509_privkey_init(&key) >= 0 &&
	     gnutls_x509_privkey_generate(
		     key, GNUTLS_PK_ECDSA,
		     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) >= 0 &&
	     gnutls_x509_crt_init(&crt) >= 0 &&
	     gnutls_x509_crt_set_version(crt, 3) >= 0 &&
	     gnutls_x509_crt_set_serial(crt, "\1", 1) >= 0 &&
	     gnutls_x509_crt_set_key(crt, key) >= 0 &&
	     gnutls_x509_crt_set_activation_time(crt, time(NULL) - 3600) >= 0 &&
	     gnutls_x509_crt_set_expiration_time(crt, time(NULL) + 86400) >= 0 &&
	     gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0) >= 0 &&
	     gnutls_certificate_allocate_credentials(&server.cred) >= 0 &&
	     gnutls_certificate_set_x509_key(server.cred, &crt, 1, key) >= 0);
	pin_key(crt);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
}

static void start_server(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	pthread_t thread;

	make_certificate();
	server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(bind(server.listener, (struct sockaddr *)&at, len) == 0 &&
	     listen(server.listener, 64) == 0 &&
	     getsockname(server.listener, (struct sockaddr *)&at, &len) == 0 &&
	     pthread_create(&thread, NULL, serve, NULL) == 0);
	server.port = ntohs(at.sin_port);
}

static void check_reply(void *arg, const struct http_reply *reply)
{
	struct asked *asked = arg;

	must(!asked->answered && reply->body_len <= HTTP_BODY_MAX && reply->status >= 0 &&
	     !reply->body[reply->body_len] && (asked->want_body || !reply->body_len) &&
	     (!reply->error || *reply->error));
	asked->answered = true;
	loop_stop(asked->loop);
}

/* Each answer ends, and so does what reads it. */
static void miss_deadline(void *unused)
{
	(void)unused;
	abort();
}

static void ask(bool want_body)
{
	const struct http_conf conf = { .sni = "fuzz.example",
					.host = "fuzz.example",
					.address = "127.0.0.1",
					.port = 443,
					.connect_port = server.port,
					.path = "/",
					.pin = server.pin,
					.agent = "fuzz",
					.want_body = want_body };
	struct asked asked = { .loop = loop_new(), .want_body = want_body };
	struct loop_timer *timer =
		loop_timer_new(asked.loop, DEADLINE_MS, miss_deadline, NULL);
	struct http *http = NULL;

	int rc = http_new(asked.loop, &conf, check_reply, &asked, &http, NULL);

	/* a build without libcurl asks nothing */
	must(rc == 0 || rc == DP_ELIBRARY);
	if (rc == 0) {
		loop_run(asked.loop);
		must(asked.answered);
	}
	http_free(http);
	loop_timer_free(timer);
	loop_free(asked.loop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (!server.port)
		start_server();
	pthread_mutex_lock(&server.lock);
	server.len = size - 1 < ANSWER_MAX ? size - 1 : ANSWER_MAX;
	/* a thousand pieces at most */
	server.piece = 1 + server.len / 1000 + (size_t)(data[0] >> 1) * 64;
	memcpy(server.answer, data + 1, server.len);
	pthread_mutex_unlock(&server.lock);
	ask(data[0] & 1);
	return 0;
}
