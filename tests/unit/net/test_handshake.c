/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/handshake.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../dane/pki.h"
#include "base/mem.h"
#include "base/why.h"
#include "verdict/facts.h"

#define STEPS_MAX 100

static const char warning[] = "\x15\3\3\0\2\1\x70"; /* unrecognized_name */

/* A client's handshake and what stands at the other end of its socket. */
struct scene {
	int fd[2];
	struct handshake_kit *kit;
	struct handshake *h;
	struct why why;
	gnutls_session_t server; /* NULL: the test writes itself */
	gnutls_certificate_credentials_t cred;
	char name[64]; /* what the server was asked for */
};

static void begin_with(struct scene *s, enum handshake_auth auth, const char *alpn,
		       bool raw_keys)
{
	const struct handshake_offer offer = {
		.auth = auth, .sni = "www.example", .alpn = alpn, .raw_keys = raw_keys
	};

	*s = (struct scene){ .fd = { -1, -1 } };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s->fd), 0);
	s->kit = handshake_kit_new(&s->why);
	assert_non_null(s->kit);
	assert_int_equal(handshake_new(s->kit, &offer, s->fd[0], &s->h, &s->why), 0);
}

static void begin(struct scene *s, enum handshake_auth auth, const char *alpn)
{
	begin_with(s, auth, alpn, false);
}

static void end(struct scene *s)
{
	handshake_free(s->h);
	handshake_kit_free(s->kit);
	if (s->server)
		gnutls_deinit(s->server);
	if (s->cred)
		gnutls_certificate_free_credentials(s->cred);
	close(s->fd[0]);
	if (s->fd[1] >= 0)
		close(s->fd[1]);
}

static void start_server(struct scene *s, const char *priority, const char *alpn)
{
	const struct pki_cert *cert = pki_get("leaf");
	gnutls_x509_crt_t chain[2] = { cert->crt, pki_get("sub")->crt };
	gnutls_datum_t protocol;

	assert_int_equal(gnutls_certificate_allocate_credentials(&s->cred), 0);
	assert_true(gnutls_certificate_set_x509_key(s->cred, chain, 2, cert->key) >= 0);
	assert_int_equal(gnutls_init(&s->server, GNUTLS_SERVER | GNUTLS_NONBLOCK), 0);
	assert_int_equal(gnutls_priority_set_direct(s->server, priority, NULL), 0);
	gnutls_credentials_set(s->server, GNUTLS_CRD_CERTIFICATE, s->cred);
	if (alpn) {
		protocol.size = (unsigned)strlen(alpn);
		protocol.data = mem_copy(alpn, protocol.size);
		gnutls_alpn_set_protocols(s->server, &protocol, 1, 0);
		free(protocol.data);
	}
	gnutls_handshake_set_timeout(s->server, 0);
	gnutls_transport_set_int(s->server, s->fd[1]);
}

static void add_raw_key(struct scene *s)
{
	const struct pki_cert *cert = pki_get("leaf");
	gnutls_datum_t secret = { 0 };

	assert_int_equal(
		gnutls_x509_privkey_export2(cert->key, GNUTLS_X509_FMT_DER, &secret), 0);
	assert_true(gnutls_certificate_set_rawpk_key_mem(s->cred, &cert->spki, &secret,
							 GNUTLS_X509_FMT_DER, NULL, 0,
							 NULL, 0, 0) >= 0);
	gnutls_free(secret.data);
}

/* A server with a raw public key, and a certificate too or none. */
static void start_raw_server(struct scene *s, const char *version, bool with_cert)
{
	const struct pki_cert *cert = pki_get("leaf");
	gnutls_x509_crt_t crt = cert->crt;
	char *priority = mem_printf("NORMAL:-VERS-ALL:+%s:+CTYPE-SRV-RAWPK%s", version,
				    with_cert ? "" : ":-CTYPE-SRV-X509");

	assert_int_equal(gnutls_certificate_allocate_credentials(&s->cred), 0);
	if (with_cert)
		assert_true(gnutls_certificate_set_x509_key(s->cred, &crt, 1,
							    cert->key) >= 0);
	add_raw_key(s);
	assert_int_equal(gnutls_init(&s->server, GNUTLS_SERVER | GNUTLS_NONBLOCK |
							 GNUTLS_ENABLE_RAWPK),
			 0);
	assert_int_equal(gnutls_priority_set_direct(s->server, priority, NULL), 0);
	free(priority);
	gnutls_credentials_set(s->server, GNUTLS_CRD_CERTIFICATE, s->cred);
	gnutls_handshake_set_timeout(s->server, 0);
	gnutls_transport_set_int(s->server, s->fd[1]);
}

/* Both ends take turns until the client's is decided. */
static enum handshake_status play(struct scene *s)
{
	enum handshake_status status;
	size_t len = sizeof(s->name);
	unsigned type;
	int i, rc = GNUTLS_E_AGAIN;

	for (i = 0; i < STEPS_MAX; i++) {
		status = handshake_step(s->h, &s->why);
		if (s->server && rc == GNUTLS_E_AGAIN)
			rc = gnutls_handshake(s->server);
		if (s->server && rc < 0 && gnutls_error_is_fatal(rc))
			(void)gnutls_alert_send_appropriate(s->server, rc);
		if (status != HANDSHAKE_WANT_READ && status != HANDSHAKE_WANT_WRITE)
			break;
	}
	assert_true(i < STEPS_MAX);
	if (s->server)
		(void)gnutls_server_name_get(s->server, s->name, &len, &type, 0);
	return status;
}

static void check_good(const char *priority, const char *version)
{
	const gnutls_datum_t *chain;
	struct facts_tls tls = { 0 };
	struct scene s;
	size_t count;

	begin(&s, HANDSHAKE_AUTO, "imap");
	start_server(&s, priority, "imap");
	assert_int_equal(play(&s), HANDSHAKE_DONE);
	chain = handshake_chain(s.h, &count);
	assert_int_equal(count, 2);
	assert_int_equal(chain[0].size, pki_get("leaf")->der.size);
	assert_memory_equal(chain[0].data, pki_get("leaf")->der.data, chain[0].size);
	handshake_describe(s.h, &tls);
	assert_string_equal(tls.version, version);
	assert_string_equal(tls.alpn, "imap");
	assert_string_equal(tls.sni, "www.example");
	assert_non_null(tls.cipher);
	assert_non_null(tls.group);
	assert_string_equal(s.name, "www.example");
	handshake_bye(s.h);
	free(tls.version);
	free(tls.cipher);
	free(tls.group);
	free(tls.alpn);
	free(tls.sni);
	end(&s);
}

static void test_handshake_done(void **state)
{
	(void)state;
	check_good("NORMAL:-VERS-ALL:+VERS-TLS1.3", "TLS1.3");
	check_good("NORMAL:-VERS-ALL:+VERS-TLS1.2", "TLS1.2");
}

static void test_handshake_without_a_common_version(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, HANDSHAKE_AUTO, NULL);
	start_server(&s, "NORMAL:-VERS-ALL:+VERS-TLS1.1", NULL);
	assert_int_equal(play(&s), HANDSHAKE_FAILED);
	assert_non_null(strstr(s.why.text, "only TLS 1.1 or older"));
	end(&s);
}

/* Servers that don't know the name say so, and go on. */
static void test_handshake_goes_on_after_a_warning(void **state)
{
	static const char *const versions[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.3",
						"NORMAL:-VERS-ALL:+VERS-TLS1.2" };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		begin(&s, HANDSHAKE_AUTO, NULL);
		assert_int_equal(write(s.fd[1], warning, 7), 7);
		start_server(&s, versions[i], NULL);
		if (play(&s) != HANDSHAKE_DONE)
			fail_msg("%s: %s", versions[i], s.why.text);
		end(&s);
	}
}

/* The server has an ECDSA key only. */
static void test_handshake_offers_only_what_was_asked_for(void **state)
{
	static const char *const versions[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.3",
						"NORMAL:-VERS-ALL:+VERS-TLS1.2" };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		begin(&s, HANDSHAKE_RSA, NULL);
		start_server(&s, versions[i], NULL);
		assert_int_equal(play(&s), HANDSHAKE_REFUSED);
		end(&s);
		begin(&s, HANDSHAKE_ECDSA, NULL);
		start_server(&s, versions[i], NULL);
		assert_int_equal(play(&s), HANDSHAKE_DONE);
		end(&s);
	}
}

static const struct {
	const char *name, *version;
	bool with_cert, offered;
	enum handshake_status status;
	bool raw_key;
} raw_rows[] = {
	{ "alone, 1.3", "VERS-TLS1.3", false, true, HANDSHAKE_DONE, true },
	{ "alone, 1.2", "VERS-TLS1.2", false, true, HANDSHAKE_DONE, true },
	{ "beside a certificate, 1.3", "VERS-TLS1.3", true, true, HANDSHAKE_DONE, false },
	{ "beside a certificate, 1.2", "VERS-TLS1.2", true, true, HANDSHAKE_DONE, false },
	{ "not offered, 1.3", "VERS-TLS1.3", false, false, HANDSHAKE_REFUSED, false },
	{ "not offered, 1.2", "VERS-TLS1.2", false, false, HANDSHAKE_REFUSED, false },
};

/* RFC 7250: certificates come first, and raw keys only where they were asked for. */
static void test_handshake_raw_public_keys(void **state)
{
	enum handshake_status status;
	const gnutls_datum_t *chain;
	struct scene s;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(raw_rows) / sizeof(raw_rows[0]); i++) {
		begin_with(&s, HANDSHAKE_AUTO, NULL, raw_rows[i].offered);
		start_raw_server(&s, raw_rows[i].version, raw_rows[i].with_cert);
		status = play(&s);
		if (status != raw_rows[i].status)
			fail_msg("%s: %d: %s", raw_rows[i].name, status, s.why.text);
		if (status == HANDSHAKE_DONE) {
			chain = handshake_chain(s.h, &count);
			if (handshake_is_raw_key(s.h) != raw_rows[i].raw_key ||
			    count != 1 || !chain[0].size)
				fail_msg("%s: another kind of key, or %zu of them",
					 raw_rows[i].name, count);
		}
		end(&s);
	}
}

static const struct {
	const char *name;
	const char *sent; /* NULL: the end closes */
	size_t len;
	enum handshake_status status;
	const char *says;
} rows[] = {
	{ "closed", NULL, 0, HANDSHAKE_FAILED, "closed the connection" },
	{ "plain text", "220 mx.example ESMTP\r\n", 22, HANDSHAKE_PLAINTEXT,
	  "plaintext" },
	{ "an HTTP error", "HTTP/1.1 400 Bad Request\r\n\r\n", 28, HANDSHAKE_PLAINTEXT,
	  "plaintext" },
	{ "an alert of an old version", "\x15\3\1\0\2\2\x46", 7, HANDSHAKE_REFUSED,
	  "only TLS 1.1 or older" },
	{ "an alert of other algorithms", "\x15\3\3\0\2\2\x47", 7, HANDSHAKE_REFUSED,
	  "not among those that are offered" },
	{ "an alert", "\x15\3\3\0\2\2\x28", 7, HANDSHAKE_REFUSED,
	  "alert \"Handshake failed\"" },
	{ "SSL 2", "\x80\x1a\1\3\1\0\3\0\x10\0\0", 11, HANDSHAKE_PLAINTEXT, "" },
	{ "a packet of MySQL", "\x17\0\0\2\xff\x69\4\x23\x30\x38\x53\x30\x31", 13,
	  HANDSHAKE_PLAINTEXT, "" },
	{ "a record of another type", "\x17\3\3\0\1\0", 6, HANDSHAKE_FAILED, "" },
};

static void test_handshake_peers_that_are_no_tls_servers(void **state)
{
	enum handshake_status status;
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&s, HANDSHAKE_AUTO, NULL);
		assert_int_equal(handshake_step(s.h, &s.why), HANDSHAKE_WANT_READ);
		if (rows[i].sent)
			assert_int_equal(write(s.fd[1], rows[i].sent, rows[i].len),
					 rows[i].len);
		shutdown(s.fd[1], SHUT_WR);
		status = play(&s);
		if (status != rows[i].status || !strstr(s.why.text, rows[i].says) ||
		    !s.why.text[0])
			fail_msg("%s: %d: %s", rows[i].name, status, s.why.text);
		end(&s);
	}
}

/* Each is one more thing to read at once: a peer that never runs out of them must not
 * keep the loop from its deadlines. */
static void test_handshake_warnings_without_end(void **state)
{
	enum handshake_status status = HANDSHAKE_WANT_READ;
	struct scene s;
	int i, sent;

	(void)state;
	begin(&s, HANDSHAKE_AUTO, NULL);
	assert_int_equal(handshake_step(s.h, &s.why), HANDSHAKE_WANT_READ);
	for (sent = 0; sent < 1000; sent++)
		if (write(s.fd[1], warning, 7) != 7)
			break;
	for (i = 0; i < STEPS_MAX && status == HANDSHAKE_WANT_READ; i++)
		status = handshake_step(s.h, &s.why);
	assert_true(sent > 100);
	assert_int_equal(status, HANDSHAKE_FAILED);
	if (!strstr(s.why.text, "warning"))
		fail_msg("after %d: %s", sent, s.why.text);
	end(&s);
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
		cmocka_unit_test(test_handshake_done),
		cmocka_unit_test(test_handshake_without_a_common_version),
		cmocka_unit_test(test_handshake_goes_on_after_a_warning),
		cmocka_unit_test(test_handshake_offers_only_what_was_asked_for),
		cmocka_unit_test(test_handshake_raw_public_keys),
		cmocka_unit_test(test_handshake_peers_that_are_no_tls_servers),
		cmocka_unit_test(test_handshake_warnings_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, free_all);
}
