/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/peer_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../dane/pki.h"
#include "base/buf.h"
#include "base/mem.h"
#include "probe/peer.h"

static void fill_result(struct peer_result *r, const char *chain)
{
	*r = (struct peer_result){ .status = PEER_CHAIN,
				   .asks_certificate = true,
				   .key_usage_odd = true,
				   .connect_ms = 3,
				   .starttls_ms = -1,
				   .handshake_ms = 40 };
	pki_chain(chain, &r->chain);
	r->tls.version = mem_text("TLS1.3");
	r->tls.cipher = mem_text("AES-128-GCM");
	r->tls.sni = mem_text("");
}

static struct buf packed_result(const char *chain)
{
	struct peer_result r;
	struct buf b;

	fill_result(&r, chain);
	buf_init(&b, 65536);
	peer_pack(&r, &b);
	assert_false(b.overflow);
	peer_pack_clear(&r);
	return b;
}

static void check_same(const char *text)
{
	struct buf b = packed_result(text);
	struct peer_result r, want;
	struct why why;
	size_t i;

	fill_result(&want, text);
	assert_int_equal(peer_pack_read(b.data, b.len, &r, &why), 0);
	assert_int_equal(r.status, PEER_CHAIN);
	assert_int_equal(r.chain.count, want.chain.count);
	assert_int_equal(r.chain.raw_key, want.chain.raw_key);
	for (i = 0; i < r.chain.count; i++) {
		assert_memory_equal(r.chain.cert[i].spki_sha256,
				    want.chain.cert[i].spki_sha256, 32);
		assert_memory_equal(r.chain.cert[i].cert_sha256,
				    want.chain.cert[i].cert_sha256, 32);
	}
	assert_true(r.asks_certificate && r.key_usage_odd);
	assert_false(r.demands_certificate || r.closed);
	assert_int_equal(r.connect_ms, 3);
	assert_int_equal(r.starttls_ms, -1);
	assert_int_equal(r.handshake_ms, 40);
	assert_string_equal(r.tls.version, "TLS1.3");
	assert_string_equal(r.tls.cipher, "AES-128-GCM");
	assert_null(r.tls.group);
	assert_null(r.tls.alpn);
	assert_string_equal(r.tls.sni, "");
	peer_pack_clear(&r);
	peer_pack_clear(&want);
	buf_clear(&b);
}

static void test_peer_pack_and_back_is_the_same(void **state)
{
	(void)state;
	check_same("leaf sub");
	check_same("leaf");
}

static void test_peer_pack_of_a_raw_key(void **state)
{
	struct peer_result r = { .status = PEER_CHAIN }, back;
	struct buf b;
	struct chain chain;

	(void)state;
	pki_chain("leaf", &chain);
	assert_int_equal(chain_from_raw_key(&chain.cert[0].spki, &r.chain, NULL), 0);
	buf_init(&b, 65536);
	peer_pack(&r, &b);
	assert_int_equal(peer_pack_read(b.data, b.len, &back, NULL), 0);
	assert_true(back.chain.raw_key);
	assert_memory_equal(back.chain.cert[0].spki_sha256, chain.cert[0].spki_sha256,
			    32);
	peer_pack_clear(&r);
	peer_pack_clear(&back);
	chain_clear(&chain);
	buf_clear(&b);
}

static void test_peer_pack_overflows_its_buffer(void **state)
{
	struct peer_result r;
	struct buf b;

	(void)state;
	fill_result(&r, "leaf sub");
	buf_init(&b, 300);
	peer_pack(&r, &b);
	assert_true(b.overflow);
	peer_pack_clear(&r);
	buf_clear(&b);
}

/* Cut short or longer at any place it's nothing, and nothing is read behind its end. */
static void test_peer_pack_read_refuses_what_is_not_whole(void **state)
{
	struct buf b = packed_result("leaf sub");
	struct peer_result r;
	struct why why;
	char *cut;
	size_t len;

	(void)state;
	for (len = 0; len < b.len; len++) {
		cut = mem_copy(b.data, len); /* so that a sanitizer sees its end */
		if (peer_pack_read(cut, len, &r, &why) != DP_EFORMAT)
			fail_msg("%zu octets of %zu", len, b.len);
		free(cut);
	}
	buf_add(&b, "x", 1);
	assert_int_equal(peer_pack_read(b.data, b.len, &r, &why), DP_EFORMAT);
	assert_non_null(strstr(why.text, "another worker"));
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer_pack_and_back_is_the_same),
		cmocka_unit_test(test_peer_pack_of_a_raw_key),
		cmocka_unit_test(test_peer_pack_overflows_its_buffer),
		cmocka_unit_test(test_peer_pack_read_refuses_what_is_not_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
