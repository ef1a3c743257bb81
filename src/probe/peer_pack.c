/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/peer_pack.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"
#include "probe/peer.h"

#define TEXTS 5
#define NO_TEXT UINT32_MAX

/* All of fixed size; behind it the texts, and the certificates or the raw key. */
struct head {
	int64_t connect_ms, starttls_ms, handshake_ms;
	uint32_t text_len[TEXTS]; /* NO_TEXT: NULL */
	uint32_t certs;
	uint8_t raw_key, asks, demands, usage_odd;
};

/* The octets that are left. */
struct rest {
	const uint8_t *at;
	size_t len;
};

static void texts_of(struct facts_tls *tls, char **ret_text[TEXTS])
{
	ret_text[0] = &tls->version;
	ret_text[1] = &tls->cipher;
	ret_text[2] = &tls->group;
	ret_text[3] = &tls->alpn;
	ret_text[4] = &tls->sni;
}

static const gnutls_datum_t *shown_octets(const struct chain *chain, size_t i)
{
	return chain->raw_key ? &chain->cert[i].spki : &chain->cert[i].der;
}

void peer_pack(const struct peer_result *r, struct buf *ret_octets)
{
	struct facts_tls tls = r->tls;
	struct head head;
	char **text[TEXTS];
	uint32_t len;
	size_t i;

	memset(&head, 0, sizeof(head));
	head.connect_ms = r->connect_ms;
	head.starttls_ms = r->starttls_ms;
	head.handshake_ms = r->handshake_ms;
	head.certs = (uint32_t)r->chain.count;
	head.raw_key = r->chain.raw_key;
	head.asks = r->asks_certificate;
	head.demands = r->demands_certificate;
	head.usage_odd = r->key_usage_odd;
	texts_of(&tls, text);
	for (i = 0; i < TEXTS; i++)
		head.text_len[i] = *text[i] ? (uint32_t)strlen(*text[i]) : NO_TEXT;
	buf_add(ret_octets, &head, sizeof(head));
	for (i = 0; i < TEXTS; i++)
		if (*text[i])
			buf_text(ret_octets, *text[i]);
	for (i = 0; i < r->chain.count; i++) {
		const gnutls_datum_t *shown = shown_octets(&r->chain, i);

		len = shown->size;
		buf_add(ret_octets, &len, sizeof(len));
		buf_add(ret_octets, shown->data, len);
	}
}

/* NULL where less is left. */
static const uint8_t *take_octets(struct rest *rest, size_t len)
{
	const uint8_t *at = rest->at;

	if (len > rest->len)
		return NULL;
	rest->at += len;
	rest->len -= len;
	return at;
}

static bool take_texts(struct rest *rest, const struct head *head, struct facts_tls *tls)
{
	const uint8_t *octets;
	char **text[TEXTS];
	size_t i;

	texts_of(tls, text);
	for (i = 0; i < TEXTS; i++) {
		if (head->text_len[i] == NO_TEXT)
			continue;
		octets = take_octets(rest, head->text_len[i]);
		if (!octets)
			return false;
		*text[i] = mem_text_n((const char *)octets, head->text_len[i]);
	}
	return true;
}

static bool take_chain(struct rest *rest, const struct head *head, struct chain *chain)
{
	gnutls_datum_t shown[CHAIN_MAX];
	const uint8_t *octets;
	uint32_t i;

	if (!head->certs || head->certs > CHAIN_MAX || (head->raw_key && head->certs > 1))
		return false;
	for (i = 0; i < head->certs; i++) {
		octets = take_octets(rest, sizeof(uint32_t));
		if (!octets)
			return false;
		memcpy(&shown[i].size, octets, sizeof(uint32_t));
		octets = take_octets(rest, shown[i].size);
		if (!octets)
			return false;
		shown[i].data = (unsigned char *)(uintptr_t)octets; /* read only */
	}
	if (rest->len)
		return false;
	return (head->raw_key ? chain_from_raw_key(shown, chain, NULL)
			      : chain_from_ders(shown, head->certs, chain, NULL)) == 0;
}

int peer_pack_read(const void *octets, size_t len, struct peer_result *ret_result,
		   struct why *why)
{
	struct peer_result r = { .status = PEER_CHAIN };
	struct rest rest = { .at = octets, .len = len };
	const uint8_t *at = take_octets(&rest, sizeof(struct head));
	struct head head;

	if (at)
		memcpy(&head, at, sizeof(head));
	if (!at || !take_texts(&rest, &head, &r.tls) ||
	    !take_chain(&rest, &head, &r.chain)) {
		peer_pack_clear(&r);
		return why_set(why, DP_EFORMAT,
			       "what another worker saw of a server can't be read");
	}
	r.connect_ms = head.connect_ms;
	r.starttls_ms = head.starttls_ms;
	r.handshake_ms = head.handshake_ms;
	r.asks_certificate = head.asks;
	r.demands_certificate = head.demands;
	r.key_usage_odd = head.usage_odd;
	*ret_result = r;
	return 0;
}

void peer_pack_clear(struct peer_result *r)
{
	char **text[TEXTS];
	size_t i;

	texts_of(&r->tls, text);
	for (i = 0; i < TEXTS; i++)
		free(*text[i]);
	chain_clear(&r->chain);
	*r = (struct peer_result){ 0 };
}
