/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/handshake.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/why.h"
#include "verdict/facts.h"

/* Many warnings at once must not keep the loop from its deadlines. */
#define WARNINGS_MAX 8
#define FIRST_MAX 11 /* the header of a record and its ServerHello up to the version */
/* A chain of 100 certificates fits; OpenSSL's clients take less than half of it. */
#define HANDSHAKE_MAX_BYTES (256 * 1024)
/* GnuTLS buffers a message as long as its header says, and looks at its own limit behind
 * it: so all that comes is counted, other messages and the headers of records too. */
#define RECEIVED_MAX_BYTES (HANDSHAKE_MAX_BYTES + 64 * 1024)

#define SHOWN_MAX 256	/* certificates kept of one message */
#define PROTOCOLS_MAX 8 /* of ALPN */

/* TLS 1.2 and 1.3, and GnuTLS's normal algorithms. Certificates or raw keys, never both:
 * a server that has both may answer with the raw key whatever the client's order is. */
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define RAW_KEY ":-CTYPE-SRV-X509:+CTYPE-SRV-RAWPK"
#define ANY_USAGE ":%COMPAT"

static const char *const priorities[] = {
	[HANDSHAKE_AUTO] = PRIORITY,
	[HANDSHAKE_RSA] = PRIORITY ":-SIGN-ALL:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:"
				   "+SIGN-RSA-SHA512:+SIGN-RSA-PSS-SHA256:"
				   "+SIGN-RSA-PSS-SHA384:+SIGN-RSA-PSS-SHA512:"
				   "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-RSA-PSS-RSAE-SHA384:"
				   "+SIGN-RSA-PSS-RSAE-SHA512:-ECDHE-ECDSA",
	[HANDSHAKE_ECDSA] = PRIORITY ":-SIGN-ALL:+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:"
				     "+SIGN-ECDSA-SHA512:+SIGN-ECDSA-SECP256R1-SHA256:"
				     "+SIGN-ECDSA-SECP384R1-SHA384:"
				     "+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-EDDSA-ED25519:"
				     "+SIGN-EDDSA-ED448:-ECDHE-RSA:-DHE-RSA:-RSA",
};

/* A handshake takes about seven times what it received, copies and parsed certificates
 * included. So of those that are larger than any honest one few go on at once. */
#define LARGE_BYTES ((size_t)64 * 1024)
#define LARGE_AT_ONCE 8

struct handshake_kit {
	int large; /* handshakes that go on beyond LARGE_BYTES */
	gnutls_priority_t priority[HANDSHAKE_AUTHS]; /* owned; NULL: not asked for yet */
	gnutls_certificate_credentials_t cred;	     /* owned; empty */
};

struct handshake {
	struct handshake_kit *kit; /* borrowed */
	bool is_large;		   /* counted in kit */
	bool is_held;		   /* too many of those go on */
	gnutls_session_t session;  /* owned */
	char *sni;		   /* owned */
	int fd;			   /* borrowed */
	uint8_t first[FIRST_MAX];  /* the first octets that came from the server */
	size_t first_len;	   /* 0: nothing came */
	size_t received;	   /* octets in all */
	bool reset;		   /* the connection was */
	bool closed;		   /* the server closed it */
	int warnings;		   /* how many the server sent */
	gnutls_datum_t *shown;	   /* owned, as its octets: the certificates as sent */
	size_t shown_count;
	bool raw_key; /* is what the server is to show */
	bool (*takes_key)(const gnutls_datum_t *shown, bool raw_key, struct why *why);
	bool unfit; /* takes_key said no, for this reason */
	struct why unfit_why;
	bool signed_by_key; /* the message came that the key of the certificate signs */
	bool proven;	    /* and that signature was good */
	bool asked;	    /* the server asked for a client's certificate */
	bool refused;	    /* the server refused us by an alert after the handshake */
};

/* Each costs as much as a part of a handshake, and most runs need one. */
static int compile_priority(struct handshake_kit *kit, enum handshake_auth auth)
{
	if (kit->priority[auth])
		return 0;
	return gnutls_priority_init(&kit->priority[auth], priorities[auth], NULL);
}

struct handshake_kit *handshake_kit_new(struct why *why)
{
	struct handshake_kit *kit = mem_zero(sizeof(*kit));
	int rc = gnutls_certificate_allocate_credentials(&kit->cred);

	if (rc >= 0)
		rc = compile_priority(kit, HANDSHAKE_AUTO);
	if (rc >= 0)
		return kit;
	why_gnutls(why, rc, "TLS settings");
	handshake_kit_free(kit);
	return NULL;
}

void handshake_kit_free(struct handshake_kit *kit)
{
	int i;

	if (!kit)
		return;
	for (i = 0; i < HANDSHAKE_AUTHS; i++)
		if (kit->priority[i])
			gnutls_priority_deinit(kit->priority[i]);
	if (kit->cred)
		gnutls_certificate_free_credentials(kit->cred);
	free(kit);
}

/* GnuTLS calls a reset an early end, so it is noted here. (EPIPE is what comes when the
 * server closed first and reset what we sent then.) */
static void note_error(struct handshake *h)
{
	h->reset = h->reset || errno == ECONNRESET;
	gnutls_transport_set_errno(h->session, errno);
}

static ssize_t push_octets(gnutls_transport_ptr_t arg, const void *data, size_t len)
{
	struct handshake *h = arg;
	ssize_t n = send(h->fd, data, len, MSG_NOSIGNAL);

	if (n < 0)
		note_error(h);
	return n;
}

static void remember_first(struct handshake *h, const uint8_t *data, size_t len)
{
	size_t room = FIRST_MAX - h->first_len;

	if (len > room)
		len = room;
	memcpy(h->first + h->first_len, data, len);
	h->first_len += len;
}

/* Whether it may go on. */
static bool enter_large(struct handshake *h)
{
	if (h->received <= LARGE_BYTES || h->is_large)
		return true;
	h->is_large = h->kit->large < LARGE_AT_ONCE;
	h->kit->large += h->is_large;
	return h->is_large;
}

static ssize_t pull_octets(gnutls_transport_ptr_t arg, void *data, size_t len)
{
	struct handshake *h = arg;
	ssize_t n;

	if (h->received > RECEIVED_MAX_BYTES) {
		gnutls_transport_set_errno(h->session, EMSGSIZE);
		return -1;
	}
	h->is_held = !enter_large(h);
	if (h->is_held) {
		gnutls_transport_set_errno(h->session, EAGAIN);
		return -1;
	}
	n = recv(h->fd, data, len, 0);
	if (n < 0)
		note_error(h);
	h->closed = h->closed || n == 0;
	if (n > 0) {
		h->received += (size_t)n;
		remember_first(h, data, (size_t)n);
	}
	return n;
}

static int set_alpn(gnutls_session_t session, const char *alpn)
{
	gnutls_datum_t protocol[PROTOCOLS_MAX];
	char *names = mem_text(alpn), *at = names;
	unsigned count = 0;
	int rc;

	while (*at && count < PROTOCOLS_MAX) {
		size_t len = strcspn(at, " ");

		protocol[count].data = (unsigned char *)at;
		protocol[count++].size = (unsigned)len;
		at += len + (at[len] == ' ');
	}
	rc = gnutls_alpn_set_protocols(session, protocol, count, 0);
	free(names);
	return rc;
}

static uint32_t read_length(const gnutls_datum_t *msg, size_t at)
{
	return (uint32_t)msg->data[at] << 16 | (uint32_t)msg->data[at + 1] << 8 |
	       msg->data[at + 2];
}

static void keep_octets(struct handshake *h, const uint8_t *data, uint32_t len)
{
	gnutls_datum_t *one;

	h->shown = mem_grow(h->shown, h->shown_count, sizeof(*h->shown));
	one = &h->shown[h->shown_count++];
	one->data = mem_copy(data, len);
	one->size = len;
}

/* RFC 5246 section 7.4.2: a list of certificates with their lengths; RFC 8446 section
 * 4.4.2: a context before it, and extensions behind each. */
static void keep_shown(struct handshake *h, const gnutls_datum_t *msg)
{
	bool extensions = gnutls_protocol_get_version(h->session) == GNUTLS_TLS1_3;
	size_t at = 3, len;

	if (h->raw_key && !extensions) { /* RFC 7250 section 3: the key itself */
		if (msg->size > at)
			keep_octets(h, msg->data + at, msg->size - (uint32_t)at);
		return;
	}
	if (extensions && msg->size)
		at += 1 + (size_t)msg->data[0];
	while (at + 3 <= msg->size && h->shown_count < SHOWN_MAX) {
		len = read_length(msg, at);
		at += 3;
		if (!len || len > msg->size - at)
			return;
		keep_octets(h, msg->data + at, (uint32_t)len);
		at += len;
		if (extensions && at + 2 <= msg->size)
			at += 2 + ((size_t)msg->data[at] << 8 | msg->data[at + 1]);
	}
}

static bool key_is_taken(struct handshake *h)
{
	h->unfit = h->shown_count && h->takes_key &&
		   !h->takes_key(h->shown, h->raw_key, &h->unfit_why);
	return !h->unfit;
}

/* Called before GnuTLS looks at a message, so that each says that those before it were
 * good. */
static int on_message(gnutls_session_t session, unsigned type, unsigned when,
		      unsigned incoming, const gnutls_datum_t *msg)
{
	struct handshake *h = gnutls_session_get_ptr(session);

	(void)when;
	if (!incoming)
		return 0;
	switch (type) {
	case GNUTLS_HANDSHAKE_CERTIFICATE_PKT:
		if (!h->shown)
			keep_shown(h, msg);
		if (!key_is_taken(h))
			return GNUTLS_E_CERTIFICATE_ERROR;
		break;
	case GNUTLS_HANDSHAKE_CERTIFICATE_REQUEST:
		h->asked = true;
		break;
	case GNUTLS_HANDSHAKE_SERVER_KEY_EXCHANGE:
		h->signed_by_key = true;
		break;
	case GNUTLS_HANDSHAKE_SERVER_HELLO_DONE:
		h->proven = h->signed_by_key;
		break;
	}
	return 0;
}

/* Priorities that are rarely offered aren't kept ready. */
static int set_priority(struct handshake *h, struct handshake_kit *kit,
			const struct handshake_offer *offer)
{
	char *text;
	int rc;

	if (!offer->raw_key && !offer->any_usage) {
		rc = compile_priority(kit, offer->auth);
		return rc < 0 ? rc
			      : gnutls_priority_set(h->session,
						    kit->priority[offer->auth]);
	}
	text = mem_printf("%s%s%s", priorities[offer->auth],
			  offer->raw_key ? RAW_KEY : "",
			  offer->any_usage ? ANY_USAGE : "");
	rc = gnutls_priority_set_direct(h->session, text, NULL);
	free(text);
	return rc;
}

static int open_session(struct handshake *h, struct handshake_kit *kit,
			const struct handshake_offer *offer)
{
	unsigned flags =
		GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS;
	int rc;

	if (offer->raw_key)
		flags |= GNUTLS_ENABLE_RAWPK;
	rc = gnutls_init(&h->session, flags);
	if (rc < 0)
		return rc;
	rc = set_priority(h, kit, offer);
	if (rc < 0)
		return rc;
	rc = gnutls_credentials_set(h->session, GNUTLS_CRD_CERTIFICATE, kit->cred);
	if (rc < 0)
		return rc;
	rc = gnutls_server_name_set(h->session, GNUTLS_NAME_DNS, h->sni, strlen(h->sni));
	if (rc < 0)
		return rc;
	if (offer->alpn) {
		rc = set_alpn(h->session, offer->alpn);
		if (rc < 0)
			return rc;
	}
	gnutls_handshake_set_max_packet_length(h->session, HANDSHAKE_MAX_BYTES);
	gnutls_handshake_set_timeout(h->session, 0); /* the caller's deadline bounds it */
	gnutls_session_set_ptr(h->session, h);
	gnutls_handshake_set_hook_function(h->session, GNUTLS_HANDSHAKE_ANY,
					   GNUTLS_HOOK_PRE, on_message);
	gnutls_transport_set_ptr(h->session, h);
	gnutls_transport_set_push_function(h->session, push_octets);
	gnutls_transport_set_pull_function(h->session, pull_octets);
	return 0;
}

int handshake_new(struct handshake_kit *kit, const struct handshake_offer *offer, int fd,
		  struct handshake **ret_handshake, struct why *why)
{
	struct handshake *h = mem_zero(sizeof(*h));
	int rc;

	h->kit = kit;
	h->sni = mem_text(offer->sni);
	h->fd = fd;
	h->raw_key = offer->raw_key;
	h->takes_key = offer->takes_key;
	rc = open_session(h, kit, offer);
	if (rc < 0) {
		handshake_free(h);
		return why_gnutls(why, rc, "can't start TLS with SNI %s", offer->sni);
	}
	*ret_handshake = h;
	return 0;
}

/* No record of TLS begins with a byte that is text. */
static bool is_plaintext(const struct handshake *h)
{
	uint8_t c = h->first[0];

	return h->first_len && ((c >= ' ' && c <= '~') || c == '\r' || c == '\n');
}

/* What came isn't even the head of a record (RFC 8446 section 5.1): type 20 to 23, then
 * version 3.x. */
static bool is_no_record(const struct handshake *h)
{
	if (!h->first_len)
		return false;
	return h->first[0] < 20 || h->first[0] > 23 ||
	       (h->first_len > 1 && h->first[1] != 3);
}

/* A ServerHello of TLS 1.1, 1.0 or SSL 3: RFC 5246 section 7.4.1.3. */
static bool chose_old_version(const struct handshake *h)
{
	return h->first_len == FIRST_MAX && h->first[0] == 22 && h->first[5] == 2 &&
	       h->first[9] == 3 && h->first[10] < 3;
}

static void explain_alert(const struct handshake *h, struct why *why)
{
	gnutls_alert_description_t alert = gnutls_alert_get(h->session);
	const char *name = gnutls_alert_get_name(alert), *meaning = "";

	/* we offer the newest there is, so what it misses is an older one */
	if (alert == GNUTLS_A_PROTOCOL_VERSION)
		meaning = ": it speaks only TLS 1.1 or older";
	if (alert == GNUTLS_A_INSUFFICIENT_SECURITY)
		meaning = ": its algorithms are not among those that are offered";
	if (alert == GNUTLS_A_UNRECOGNIZED_NAME)
		meaning = ": it has no certificate for that name";
	if (h->asked)
		meaning = ": it demands a client's certificate";
	why_set(why, DP_ECRYPTO,
		"the server refused the handshake with SNI %s: alert \"%s\"%s", h->sni,
		name ? name : "unknown", meaning);
}

static void explain_failure(const struct handshake *h, int rc, struct why *why)
{
	if (h->unfit)
		why_set(why, DP_ECRYPTO, "%s", h->unfit_why.text);
	else if (rc == GNUTLS_E_FATAL_ALERT_RECEIVED ||
		 rc == GNUTLS_E_WARNING_ALERT_RECEIVED)
		explain_alert(h, why);
	else if (is_plaintext(h))
		why_set(why, DP_ECRYPTO, "the server sends plaintext where TLS begins");
	else if (chose_old_version(h))
		why_set(why, DP_ECRYPTO, "the server speaks only TLS 1.1 or older");
	else if (h->received > RECEIVED_MAX_BYTES || rc == GNUTLS_E_HANDSHAKE_TOO_LARGE)
		why_set(why, DP_ELIMIT,
			"the server's handshake is longer than %d KiB, which no chain of "
			"certificates needs",
			HANDSHAKE_MAX_BYTES / 1024);
	else if (rc == GNUTLS_E_DH_PRIME_UNACCEPTABLE ||
		 rc == GNUTLS_E_INSUFFICIENT_SECURITY)
		why_gnutls(why, rc,
			   "the server's algorithms or keys are too weak for today, but "
			   "it is not broken");
	else if (h->reset)
		why_set(why, DP_EIO, "the server reset the connection %s",
			h->first_len ? "during the handshake" : "before TLS");
	else if (rc == GNUTLS_E_PREMATURE_TERMINATION || rc == GNUTLS_E_PULL_ERROR ||
		 rc == GNUTLS_E_PUSH_ERROR ||
		 (h->closed && rc == GNUTLS_E_UNEXPECTED_PACKET_LENGTH)) /* in a record */
		why_set(why, DP_EIO,
			"the server closed the connection during the handshake");
	else if (h->shown_count)
		why_gnutls(
			why, rc,
			"the handshake failed after the server showed its certificate");
	else if (rc == GNUTLS_E_UNEXPECTED_PACKET_LENGTH ||
		 rc == GNUTLS_E_UNSUPPORTED_VERSION_PACKET ||
		 rc == GNUTLS_E_UNEXPECTED_PACKET)
		why_set(why, DP_ECRYPTO, "what the server sends is not TLS 1.2 or 1.3");
	else
		why_gnutls(why, rc, "TLS handshake failed");
}

static bool is_warning(int rc)
{
	return rc < 0 && rc != GNUTLS_E_AGAIN && rc != GNUTLS_E_INTERRUPTED &&
	       !gnutls_error_is_fatal(rc);
}

/* The end of a handshake that failed. */
static enum handshake_status judge_end(const struct handshake *h, int rc)
{
	bool ended = h->reset || rc == GNUTLS_E_FATAL_ALERT_RECEIVED ||
		     rc == GNUTLS_E_PREMATURE_TERMINATION || rc == GNUTLS_E_PULL_ERROR ||
		     rc == GNUTLS_E_PUSH_ERROR;

	if (h->received > RECEIVED_MAX_BYTES)
		return HANDSHAKE_FAILED;
	if (ended && h->asked && h->proven)
		return HANDSHAKE_DEMANDED;
	if (h->reset && !h->first_len)
		return HANDSHAKE_RESET;
	if (rc == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return gnutls_alert_get(h->session) == GNUTLS_A_NO_APPLICATION_PROTOCOL
			       ? HANDSHAKE_NO_PROTOCOL
			       : HANDSHAKE_REFUSED;
	if (rc == GNUTLS_E_KEY_USAGE_VIOLATION)
		return HANDSHAKE_KEY_USAGE;
	if (rc == GNUTLS_E_PREMATURE_TERMINATION && !h->first_len)
		return HANDSHAKE_CLOSED;
	return is_no_record(h) ? HANDSHAKE_PLAINTEXT : HANDSHAKE_FAILED;
}

enum handshake_status handshake_step(struct handshake *h, struct why *why)
{
	int rc;

	do
		rc = gnutls_handshake(h->session);
	while (rc == GNUTLS_E_INTERRUPTED ||
	       (is_warning(rc) && ++h->warnings < WARNINGS_MAX));
	if (is_warning(rc)) {
		why_set(why, DP_ECRYPTO, "the server sent %d warnings and no handshake",
			WARNINGS_MAX);
		return HANDSHAKE_FAILED;
	}
	if (rc == 0)
		return HANDSHAKE_DONE;
	if (rc == GNUTLS_E_AGAIN && h->is_held)
		return HANDSHAKE_HELD;
	if (rc == GNUTLS_E_AGAIN)
		return gnutls_record_get_direction(h->session) ? HANDSHAKE_WANT_WRITE
							       : HANDSHAKE_WANT_READ;
	explain_failure(h, rc, why);
	return judge_end(h, rc);
}

const gnutls_datum_t *handshake_chain(const struct handshake *h, size_t *ret_count)
{
	unsigned count = 0;
	const gnutls_datum_t *list = gnutls_certificate_get_peers(h->session, &count);

	*ret_count = list ? count : 0;
	return list;
}

bool handshake_is_raw_key(const struct handshake *h)
{
	return gnutls_certificate_type_get2(h->session, GNUTLS_CTYPE_SERVER) ==
	       GNUTLS_CRT_RAWPK;
}

const gnutls_datum_t *handshake_shown(const struct handshake *h, size_t *ret_count)
{
	*ret_count = h->shown_count;
	return h->shown;
}

bool handshake_asked_certificate(const struct handshake *h)
{
	return h->asked;
}

static char *copy_alpn(gnutls_session_t session)
{
	gnutls_datum_t alpn;

	if (gnutls_alpn_get_selected_protocol(session, &alpn) < 0)
		return NULL;
	return mem_text_n((const char *)alpn.data, alpn.size);
}

void handshake_describe(const struct handshake *h, struct facts_tls *tls)
{
	gnutls_session_t s = h->session;
	const char *group = gnutls_group_get_name(gnutls_group_get(s));
	const char *version = gnutls_protocol_get_name(gnutls_protocol_get_version(s));

	tls->version = mem_text(version);
	tls->cipher = mem_text(gnutls_cipher_get_name(gnutls_cipher_get(s)));
	tls->group = mem_text(group);
	tls->alpn = copy_alpn(s);
	tls->sni = mem_text(h->sni);
}

void handshake_send(struct handshake *h, const void *data, size_t len)
{
	if (len)
		(void)gnutls_record_send(h->session, data, len);
}

enum handshake_heard handshake_hear(struct handshake *h, void *data, size_t size,
				    size_t *ret_len)
{
	ssize_t n = gnutls_record_recv(h->session, data, size);

	*ret_len = n > 0 ? (size_t)n : 0;
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		return HANDSHAKE_HEARD_NOTHING;
	h->refused = n == GNUTLS_E_FATAL_ALERT_RECEIVED;
	return n > 0 ? HANDSHAKE_HEARD : HANDSHAKE_HEARD_END;
}

bool handshake_demands_certificate(const struct handshake *h)
{
	return h->asked && h->refused;
}

bool handshake_is_large(const struct handshake *h)
{
	return h->received > LARGE_BYTES;
}

void handshake_bye(struct handshake *h)
{
	(void)gnutls_bye(h->session, GNUTLS_SHUT_WR);
}

void handshake_free(struct handshake *h)
{
	if (!h)
		return;
	if (h->session)
		gnutls_deinit(h->session);
	h->kit->large -= h->is_large;
	while (h->shown_count)
		free(h->shown[--h->shown_count].data);
	free(h->shown);
	free(h->sni);
	free(h);
}
