/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/handshake.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
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

/* offer's sni may be NULL: www.example. */
static void begin_with(struct scene *s, struct handshake_offer offer)
{
	if (!offer.sni)
		offer.sni = "www.example";
	if (s->fd[0] < 0)
		assert_int_equal(
			socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s->fd), 0);
	s->kit = handshake_kit_new(&s->why);
	assert_non_null(s->kit);
	assert_int_equal(handshake_new(s->kit, &offer, s->fd[0], &s->h, &s->why), 0);
}

static void begin(struct scene *s, enum handshake_auth auth, const char *alpn)
{
	*s = (struct scene){ .fd = { -1, -1 } };
	begin_with(s, (struct handshake_offer){ .auth = auth, .alpn = alpn });
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

static void start_server_with(struct scene *s, const char *priority, const char *alpn,
			      const struct pki_cert *cert)
{
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
		gnutls_alpn_set_protocols(s->server, &protocol, 1, GNUTLS_ALPN_MANDATORY);
		free(protocol.data);
	}
	gnutls_handshake_set_timeout(s->server, 0);
	gnutls_transport_set_int(s->server, s->fd[1]);
}

static void start_server(struct scene *s, const char *priority, const char *alpn)
{
	start_server_with(s, priority, alpn, pki_get("leaf"));
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

/* A server with a raw public key that it likes best, and a certificate too or none. */
static void start_raw_server(struct scene *s, const char *version, bool with_cert)
{
	const struct pki_cert *cert = pki_get("leaf");
	gnutls_x509_crt_t crt = cert->crt;
	char *priority = mem_printf("NORMAL:-VERS-ALL:+%s:-CTYPE-SRV-X509:"
				    "+CTYPE-SRV-RAWPK%s",
				    version, with_cert ? ":+CTYPE-SRV-X509" : "");

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
	{ "beside a certificate, 1.3", "VERS-TLS1.3", true, true, HANDSHAKE_DONE, true },
	{ "beside a certificate, 1.2", "VERS-TLS1.2", true, true, HANDSHAKE_DONE, true },
	{ "liked best, not offered, 1.3", "VERS-TLS1.3", true, false, HANDSHAKE_DONE,
	  false },
	{ "liked best, not offered, 1.2", "VERS-TLS1.2", true, false, HANDSHAKE_DONE,
	  false },
	{ "not offered, 1.3", "VERS-TLS1.3", false, false, HANDSHAKE_REFUSED, false },
	{ "not offered, 1.2", "VERS-TLS1.2", false, false, HANDSHAKE_REFUSED, false },
};

/* RFC 7250: a server with both shows what it likes best of what is offered, so that only
 * one kind is offered at a time. */
static void test_handshake_raw_public_keys(void **state)
{
	enum handshake_status status;
	const gnutls_datum_t *chain;
	struct scene s;
	size_t i, count;

	(void)state;
	for (i = 0; i < sizeof(raw_rows) / sizeof(raw_rows[0]); i++) {
		s = (struct scene){ .fd = { -1, -1 } };
		begin_with(&s,
			   (struct handshake_offer){ .raw_key = raw_rows[i].offered });
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
	{ "closed", NULL, 0, HANDSHAKE_CLOSED, "closed the connection" },
	{ "closed after a word", "\x16\3\3", 3, HANDSHAKE_FAILED,
	  "closed the connection" },
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

/* Servers that know no raw keys show their certificate all the same, or refuse. */
static void test_handshake_raw_key_of_a_server_that_knows_none(void **state)
{
	static const char *const versions[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.3",
						"NORMAL:-VERS-ALL:+VERS-TLS1.2" };
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		s = (struct scene){ .fd = { -1, -1 } };
		begin_with(&s, (struct handshake_offer){ .raw_key = true });
		start_server(&s, versions[i], NULL);
		if (play(&s) == HANDSHAKE_DONE)
			assert_false(handshake_is_raw_key(s.h));
		end(&s);
	}
}

static void free_tls(struct facts_tls *tls)
{
	free(tls->version);
	free(tls->cipher);
	free(tls->group);
	free(tls->alpn);
	free(tls->sni);
}

static const struct {
	const char *offered, *spoken; /* NULL: none */
	enum handshake_status status;
	const char *taken;
} alpn_rows[] = {
	{ "h2 http/1.1", "h2", HANDSHAKE_DONE, "h2" },
	{ "h2 http/1.1", "http/1.1", HANDSHAKE_DONE, "http/1.1" },
	{ "xmpp-client", "xmpp-client", HANDSHAKE_DONE, "xmpp-client" },
	{ "xmpp-client", "http/1.1", HANDSHAKE_NO_PROTOCOL, NULL },
	{ "h2 http/1.1", "http", HANDSHAKE_NO_PROTOCOL, NULL },
	{ "imap", NULL, HANDSHAKE_DONE, NULL },
};

/* RFC 7301: the server takes one of the names, ignores them, or refuses by alert 120. */
static void test_handshake_alpn(void **state)
{
	enum handshake_status status;
	struct facts_tls tls;
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(alpn_rows) / sizeof(alpn_rows[0]); i++) {
		begin(&s, HANDSHAKE_AUTO, alpn_rows[i].offered);
		start_server(&s, "NORMAL", alpn_rows[i].spoken);
		status = play(&s);
		if (status != alpn_rows[i].status)
			fail_msg("row %zu: %d: %s", i, status, s.why.text);
		tls = (struct facts_tls){ 0 };
		if (status == HANDSHAKE_DONE)
			handshake_describe(s.h, &tls);
		if (strcmp(tls.alpn ? tls.alpn : "",
			   alpn_rows[i].taken ? alpn_rows[i].taken : ""))
			fail_msg("row %zu: %s", i, tls.alpn);
		free_tls(&tls);
		end(&s);
	}
}

/* The server's alert for a client without a certificate comes amid the handshake of TLS
 * 1.2, and behind that of TLS 1.3. */
static void check_demand(const char *version, gnutls_certificate_request_t wants,
			 bool amid)
{
	enum handshake_status status;
	struct scene s;
	char text[16];
	size_t count, len;
	int i, rc;

	begin(&s, HANDSHAKE_AUTO, NULL);
	start_server(&s, version, NULL);
	gnutls_certificate_server_set_request(s.server, wants);
	status = play(&s);
	if (status != (amid ? HANDSHAKE_DEMANDED : HANDSHAKE_DONE))
		fail_msg("%s: %d: %s", version, status, s.why.text);
	assert_true(handshake_asked_certificate(s.h));
	assert_non_null(handshake_chain(s.h, &count));
	assert_int_equal(count, 2);
	assert_false(handshake_is_raw_key(s.h));
	if (!amid) {
		/* that of TLS 1.2 is over, and would begin anew */
		rc = strstr(version, "1.3") ? gnutls_handshake(s.server) : 0;
		if (rc < 0)
			(void)gnutls_alert_send_appropriate(s.server, rc);
		else
			(void)gnutls_bye(s.server, GNUTLS_SHUT_WR);
		for (i = 0; i < STEPS_MAX; i++)
			if (handshake_hear(s.h, text, sizeof(text), &len) ==
			    HANDSHAKE_HEARD_END)
				break;
		assert_true(i < STEPS_MAX);
		assert_int_equal(handshake_demands_certificate(s.h),
				 wants == GNUTLS_CERT_REQUIRE);
	}
	end(&s);
}

static void test_handshake_client_certificate(void **state)
{
	(void)state;
	check_demand("NORMAL:-VERS-ALL:+VERS-TLS1.2", GNUTLS_CERT_REQUIRE, true);
	check_demand("NORMAL:-VERS-ALL:+VERS-TLS1.3", GNUTLS_CERT_REQUIRE, false);
	check_demand("NORMAL:-VERS-ALL:+VERS-TLS1.2", GNUTLS_CERT_REQUEST, false);
	check_demand("NORMAL:-VERS-ALL:+VERS-TLS1.3", GNUTLS_CERT_REQUEST, false);
}

/* An alert for another reason. */
static void test_handshake_alert_without_a_demand(void **state)
{
	struct scene s;
	char text[16];
	size_t len;
	int i;

	(void)state;
	begin(&s, HANDSHAKE_AUTO, NULL);
	start_server(&s, "NORMAL:-VERS-ALL:+VERS-TLS1.3", NULL);
	assert_int_equal(play(&s), HANDSHAKE_DONE);
	(void)gnutls_handshake(s.server);
	(void)gnutls_alert_send(s.server, GNUTLS_AL_FATAL, GNUTLS_A_INTERNAL_ERROR);
	for (i = 0; i < STEPS_MAX; i++)
		if (handshake_hear(s.h, text, sizeof(text), &len) == HANDSHAKE_HEARD_END)
			break;
	assert_true(i < STEPS_MAX);
	assert_false(handshake_demands_certificate(s.h));
	end(&s);
}

/* With the key exchange of old there is no signature, so whose key it is isn't known when
 * the server hangs up. */
static void test_handshake_client_certificate_without_signature(void **state)
{
	static const struct pki_def rsa = { .name = "rsa",
					    .cn = "rsa",
					    .type = GNUTLS_PK_RSA,
					    .bits = 2048,
					    .key_usage = GNUTLS_KEY_KEY_ENCIPHERMENT };
	struct pki_cert *cert = pki_make(&rsa, NULL, NULL);
	struct scene s;

	(void)state;
	begin(&s, HANDSHAKE_AUTO, NULL);
	start_server_with(&s, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA", NULL, cert);
	gnutls_certificate_server_set_request(s.server, GNUTLS_CERT_REQUIRE);
	assert_int_equal(play(&s), HANDSHAKE_REFUSED);
	assert_non_null(strstr(s.why.text, "it demands a client's certificate"));
	end(&s);
	pki_free(cert);
}

/* What was sent is there to be looked at, whatever came of the handshake. */
static void test_handshake_shown(void **state)
{
	static const char *const versions[] = { "NORMAL:-VERS-ALL:+VERS-TLS1.3",
						"NORMAL:-VERS-ALL:+VERS-TLS1.2" };
	const gnutls_datum_t *shown;
	struct scene s;
	size_t i, count;

	(void)state;
	for (i = 0; i < 2; i++) {
		begin(&s, HANDSHAKE_AUTO, NULL);
		start_server(&s, versions[i], NULL);
		assert_int_equal(play(&s), HANDSHAKE_DONE);
		shown = handshake_shown(s.h, &count);
		assert_int_equal(count, 2);
		assert_int_equal(shown[0].size, pki_get("leaf")->der.size);
		assert_memory_equal(shown[0].data, pki_get("leaf")->der.data,
				    shown[0].size);
		assert_int_equal(shown[1].size, pki_get("sub")->der.size);
		assert_memory_equal(shown[1].data, pki_get("sub")->der.data,
				    shown[1].size);
		end(&s);
	}
}

static size_t keys_asked;

static bool refuse_key(const gnutls_datum_t *shown, bool raw_key, struct why *why)
{
	const struct pki_cert *leaf = pki_get("leaf");
	const gnutls_datum_t *want = raw_key ? &leaf->spki : &leaf->der;

	keys_asked++;
	assert_int_equal(shown->size, want->size);
	assert_memory_equal(shown->data, want->data, want->size);
	why_set(why, DP_ECRYPTO, "a key that nobody wants");
	return false;
}

static bool take_key(const gnutls_datum_t *shown, bool raw_key, struct why *why)
{
	(void)refuse_key(shown, raw_key, why);
	return true;
}

/* The key is asked about before it verifies anything: a no ends the handshake. */
static void test_handshake_takes_key(void **state)
{
	static const char *const versions[] = { "VERS-TLS1.3", "VERS-TLS1.2" };
	char *priority;
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++) {
		bool raw = i & 2, takes = i & 4;

		keys_asked = 0;
		s = (struct scene){ .fd = { -1, -1 } };
		begin_with(&s, (struct handshake_offer){
				       .raw_key = raw,
				       .takes_key = takes ? take_key : refuse_key });
		priority = mem_printf("NORMAL:-VERS-ALL:+%s", versions[i & 1]);
		if (raw)
			start_raw_server(&s, versions[i & 1], true);
		else
			start_server(&s, priority, NULL);
		free(priority);
		assert_int_equal(play(&s), takes ? HANDSHAKE_DONE : HANDSHAKE_FAILED);
		assert_int_equal(keys_asked, 1);
		if (!takes)
			assert_string_equal(s.why.text, "a key that nobody wants");
		end(&s);
	}
}

/* A pair that can be reset. */
static void connect_pair(int *fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fd[0], (struct sockaddr *)&at, len), 0);
	assert_int_equal(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
	fd[1] = accept(listener, NULL, NULL);
	assert_true(fd[1] >= 0);
	close(listener);
}

/* The head of a record and of a ServerHello. */
static const char hello[] = "\x16\3\3\0\x40\2\0\0\x3c\3\3";

static void check_reset(size_t heard, enum handshake_status want, const char *says)
{
	const struct linger now = { .l_onoff = 1 };
	enum handshake_status status = HANDSHAKE_WANT_READ;
	struct scene s = { 0 };
	char dump[4096];
	int i;

	connect_pair(s.fd);
	begin_with(&s, (struct handshake_offer){ 0 });
	assert_int_equal(handshake_step(s.h, &s.why), HANDSHAKE_WANT_READ);
	assert_true(read(s.fd[1], dump, sizeof(dump)) > 0);
	assert_int_equal(write(s.fd[1], hello, heard), heard);
	for (i = 0; heard && i < STEPS_MAX && recv(s.fd[0], dump, 1, MSG_PEEK) < 1; i++)
		;
	if (heard)
		assert_int_equal(handshake_step(s.h, &s.why), HANDSHAKE_WANT_READ);
	setsockopt(s.fd[1], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(s.fd[1]);
	s.fd[1] = -1;
	for (i = 0; i < STEPS_MAX && status == HANDSHAKE_WANT_READ; i++)
		status = handshake_step(s.h, &s.why);
	if (status != want || !strstr(s.why.text, says))
		fail_msg("after %zu bytes: %d: %s", heard, status, s.why.text);
	end(&s);
}

/* Nobody who speaks TLS resets before the first word: that is the connection's failure.
 */
static void test_handshake_reset(void **state)
{
	(void)state;
	check_reset(0, HANDSHAKE_RESET, "reset the connection before TLS");
	check_reset(11, HANDSHAKE_FAILED, "reset the connection during the handshake");
}

static void test_handshake_refused_says_the_name(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, HANDSHAKE_AUTO, NULL);
	assert_int_equal(handshake_step(s.h, &s.why), HANDSHAKE_WANT_READ);
	assert_int_equal(write(s.fd[1], "\x15\3\3\0\2\2\x70", 7), 7);
	assert_int_equal(play(&s), HANDSHAKE_REFUSED);
	assert_non_null(strstr(s.why.text, "with SNI www.example"));
	assert_non_null(strstr(s.why.text, "no certificate for that name"));
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
		cmocka_unit_test(test_handshake_raw_key_of_a_server_that_knows_none),
		cmocka_unit_test(test_handshake_alpn),
		cmocka_unit_test(test_handshake_client_certificate),
		cmocka_unit_test(test_handshake_client_certificate_without_signature),
		cmocka_unit_test(test_handshake_alert_without_a_demand),
		cmocka_unit_test(test_handshake_shown),
		cmocka_unit_test(test_handshake_takes_key),
		cmocka_unit_test(test_handshake_reset),
		cmocka_unit_test(test_handshake_refused_says_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, free_all);
}
