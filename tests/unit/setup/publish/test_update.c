/* SPDX-License-Identifier: BSD-2-Clause */
/* A name server that takes one message, checks its signature and answers as it is told;
 * what it got is read back and compared with what RFC 2136 wants. */
#include "setup/publish/update.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/why.h"
#include "dane/tlsa.h"
#include "dns/dname.h"
#include "dns/ldns_load.h"
#include "dns/wire.h"
#include "setup/publish/tsig_key.h"

#define MESSAGE_MAX 4096
#define OWNER "_443._tcp.www.example.com"
#define OTHER_SECRET "b3RoZXJvdGhlcm90aGVyb3RoZXI="
#define TSIG_MAC 3 /* field of the record (RFC 8945 section 4.2) */
#define FLAG_REPLY 0x80

enum signature { SIGNED, UNSIGNED, BY_ANOTHER_KEY };

struct told {
	enum signature signature;
	int rcode;
	const uint8_t *answer; /* one record behind the question, the question's name */
	size_t answer_len;
	int tsig_error; /* in an unsigned TSIG record, where there is any */
	bool no_clock;	/* which says nothing of the server's */
};

/* In shared memory: the server's view of what came. */
struct came {
	uint8_t data[MESSAGE_MAX];
	size_t len;
	bool is_signed;
};

static struct tsig_key key;
static struct came *came;

static bool read_all(int fd, uint8_t *p, size_t len)
{
	ssize_t n;

	for (; len; p += n, len -= (size_t)n) {
		n = read(fd, p, len);
		if (n <= 0)
			return false;
	}
	return true;
}

/* The end of the question (or zone) section. */
static size_t question_end(const uint8_t *data)
{
	size_t at = WIRE_HEADER_LEN;

	while (data[at])
		at += 1u + data[at];
	return at + 1 + 4;
}

/* Header, question and what is told, without a signature. */
static size_t make_reply(const struct told *told, uint8_t *reply)
{
	size_t len = question_end(came->data);

	memcpy(reply, came->data, len);
	memset(reply + 4, 0, 8);
	reply[5] = 1;
	reply[2] |= FLAG_REPLY;
	reply[3] = (uint8_t)told->rcode;
	if (told->answer_len) {
		reply[7] = 1;
		memcpy(reply + len, told->answer, told->answer_len);
		len += told->answer_len;
	}
	return len;
}

/* RFC 8945 section 4.2; without a MAC, as section 5.2 has it for BADSIG and BADKEY. */
static size_t add_tsig_error(const struct told *told, uint8_t *reply, size_t len)
{
	static const uint8_t record[] = {
		6,   'u', 'p', 'd', 'a', 't', 'e', 7,	'e', 'x', 'a', 'm', 'p', 'l',
		'e', 0,	  0,   250, 0,	 255, 0,   0,	0,   0,	  0,   0, /* type, class,
									     TTL, data
									     length */
		11,  'h', 'm', 'a', 'c', '-', 's', 'h', 'a', '2', '5', '6', 0,	 0,
		0,   0,	  0,   0,   1,	 1,   44,  0,	0, /* time, fudge, MAC's length */
		0,   0,	  0,   0,   0,	 0 /* original ID, error, other length */
	};
	static const uint8_t clock[] = { 0, 0, 0x6b, 0x0e, 0x0e, 0 }; /* 2026-12-01 */
	size_t head = 16 + 10, end = len + sizeof(record);
	bool has_clock = told->tsig_error == 18 && !told->no_clock;

	memcpy(reply + len, record, sizeof(record));
	reply[11]++;
	reply[end - 3] = (uint8_t)told->tsig_error;
	if (has_clock) {
		reply[end - 1] = sizeof(clock);
		memcpy(reply + end, clock, sizeof(clock));
		end += sizeof(clock);
	}
	reply[len + head - 1] = (uint8_t)(end - len - head);
	return end;
}

static size_t sign_reply(const struct told *told, const ldns_rdf *mac, uint8_t *reply,
			 size_t len)
{
	const struct ldns_functions *ldns;
	uint8_t *wire = NULL;
	ldns_pkt *pkt = NULL;

	if (ldns_load(&ldns, NULL) < 0 || ldns->wire2pkt(&pkt, reply, len) != 0 ||
	    ldns->pkt_tsig_sign(pkt, key.name,
				told->signature == SIGNED ? key.secret : OTHER_SECRET,
				300, "hmac-sha256.", mac) != 0 ||
	    ldns->pkt2wire(&wire, pkt, &len) != 0)
		return 0;
	memcpy(reply, wire, len);
	free(wire);
	ldns->pkt_free(pkt);
	return len;
}

static void serve(int fd, const struct told *told)
{
	const struct ldns_functions *ldns;
	uint8_t reply[MESSAGE_MAX], head[2];
	ldns_pkt *query = NULL;
	size_t len;

	if (!read_all(fd, head, 2) || wire_get16(head) > MESSAGE_MAX)
		return;
	came->len = wire_get16(head);
	if (!read_all(fd, came->data, came->len) || ldns_load(&ldns, NULL) < 0 ||
	    ldns->wire2pkt(&query, came->data, came->len) != 0)
		return;
	came->is_signed = ldns->pkt_tsig_verify(query, came->data, came->len, key.name,
						key.secret, NULL);
	len = make_reply(told, reply);
	if (told->signature != UNSIGNED)
		len = sign_reply(told, ldns->rr_rdf(ldns->pkt_tsig(query), TSIG_MAC),
				 reply, len);
	if (told->tsig_error)
		len = add_tsig_error(told, reply, len);
	head[0] = (uint8_t)(len >> 8);
	head[1] = (uint8_t)len;
	if (write(fd, head, 2) == 2)
		(void)!write(fd, reply, len);
	ldns->pkt_free(query);
}

/* A process that serves one connection; its address into text. */
static pid_t start(const struct told *told, char text[32])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0), peer;
	pid_t pid;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(text, 32, "127.0.0.1@%d", ntohs(address.sin_port));
	*came = (struct came){ .len = 0 };
	pid = fork();
	if (pid == 0) {
		(void)alarm(20);
		peer = accept(fd, NULL, NULL);
		if (peer >= 0)
			serve(peer, told);
		_exit(0);
	}
	(void)close(fd);
	return pid;
}

static int send_to(const struct told *told, const struct update_change *change,
		   struct why *why)
{
	char server[32];
	pid_t pid = start(told, server);
	const struct update_place place = { server, "example.com", OWNER, &key, 10000 };
	int rc = update_send(&place, change, why);

	(void)waitpid(pid, NULL, 0);
	return rc;
}

static int read_from(const struct told *told, struct tlsa **ret_records,
		     size_t *ret_count, struct why *why)
{
	char server[32];
	pid_t pid = start(told, server);
	const struct update_place place = { server, "example.com", OWNER, &key, 10000 };
	int rc = update_read(&place, ret_records, ret_count, why);

	(void)waitpid(pid, NULL, 0);
	return rc;
}

/* --- what is sent --------------------------------------------------------------------
 */

static const char *type_text(uint16_t type)
{
	return type == 52 ? "TLSA" : type == 5 ? "CNAME" : type == 6 ? "SOA" : "?";
}

static const char *class_text(uint16_t class)
{
	return class == 1 ? "IN" : class == 254 ? "NONE" : class == 255 ? "ANY" : "?";
}

/* A line a record, of all but the signature. */
static void describe(char *text, size_t size)
{
	static const char *const sections[] = { "zone", "if", "do", "more" };
	struct wire wire;
	struct dname name;
	size_t i, j, len = 0;
	char *owner;

	assert_int_equal(wire_parse(came->data, came->len, &wire, NULL), 0);
	assert_int_equal(wire.flags >> 11, 5); /* OPCODE UPDATE (section 1.3) */
	*text = '\0';
	for (i = 0; i < wire.rr_count; i++) {
		const struct wire_rr *rr = &wire.rr[i];

		if (rr->type == 250) /* TSIG */
			continue;
		assert_int_equal(wire_name(&wire, rr->owner, &name, NULL, NULL), 0);
		owner = dname_text(name.octet, name.len);
		len += (size_t)snprintf(
			text + len, size - len, "%s %s %s %s %u", sections[rr->section],
			!strcmp(owner, OWNER) ? "OWNER" : owner, type_text(rr->type),
			class_text(rr->class), (unsigned)rr->ttl);
		for (j = 0; j < rr->rdata_len; j++)
			len += (size_t)snprintf(text + len, size - len, "%s%02x",
						j ? "" : " ", came->data[rr->rdata + j]);
		len += (size_t)snprintf(text + len, size - len, "\n");
		free(owner);
	}
	wire_clear(&wire);
}

static uint8_t octet[] = { 0xaa, 0xbb, 0xcc };
static const struct tlsa a = { 3, 1, 1, &octet[0], 1 }, b = { 3, 1, 1, &octet[1], 1 };

#define NO_ALIAS "if OWNER CNAME NONE 0\n"
#define ZONE "zone example.com SOA IN 0\n"

/* RFC 2136 section 2.3 (zone), 2.4.2 (RRset exists, value dependent), 2.4.3 (RRset does
 * not exist), 2.5.1 (add) and 2.5.4 (delete one RR). */
static const struct sent_row {
	const char *name;
	const struct tlsa *before, *add, *remove;
	const char *want;
} sent_rows[] = {
	{ "the first", NULL, &a, NULL,
	  ZONE "if OWNER TLSA NONE 0\n" NO_ALIAS "do OWNER TLSA IN 600 030101aa\n" },
	{ "one comes", &a, &b, NULL,
	  ZONE "if OWNER TLSA IN 0 030101aa\n" NO_ALIAS
	       "do OWNER TLSA IN 600 030101bb\n" },
	{ "one goes", &a, NULL, &a,
	  ZONE "if OWNER TLSA IN 0 030101aa\n" NO_ALIAS
	       "do OWNER TLSA NONE 0 030101aa\n" },
	{ "one for another", &a, &b, &a,
	  ZONE "if OWNER TLSA IN 0 030101aa\n" NO_ALIAS
	       "do OWNER TLSA NONE 0 030101aa\ndo OWNER TLSA IN 600 030101bb\n" },
};

static void test_update_send_is_what_the_rfc_wants(void **state)
{
	const struct told told = { .signature = SIGNED };
	struct update_change c;
	struct why why;
	char text[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sent_rows) / sizeof(sent_rows[0]); i++) {
		const struct sent_row *row = &sent_rows[i];

		c = (struct update_change){ row->before,
					    row->add,
					    row->remove,
					    row->before != NULL,
					    row->add != NULL,
					    row->remove != NULL,
					    600 };
		if (send_to(&told, &c, &why) < 0)
			fail_msg("%s: %s", row->name, why.text);
		describe(text, sizeof(text));
		if (strcmp(text, row->want) != 0)
			fail_msg("%s: %s", row->name, text);
		assert_true(came->is_signed);
	}
}

static const struct reply_row {
	const char *name;
	struct told told;
	int rc;
	const char *says;
} reply_rows[] = {
	{ "done", { .signature = SIGNED, .rcode = LDNS_RCODE_NOERROR }, 0, NULL },
	/* RFC 2136 section 3.2: the prerequisites. */
	{ "another set",
	  { .signature = SIGNED, .rcode = LDNS_RCODE_NXRRSET },
	  DP_EEXIST,
	  "changed" },
	{ "a set or an alias",
	  { .signature = SIGNED, .rcode = LDNS_RCODE_YXRRSET },
	  DP_EEXIST,
	  "changed" },
	{ "refused",
	  { .signature = SIGNED, .rcode = LDNS_RCODE_REFUSED },
	  DP_EDNS,
	  "update policy" },
	{ "no zone of it",
	  { .signature = SIGNED, .rcode = LDNS_RCODE_NOTZONE },
	  DP_EDNS,
	  "NOTZONE" },
	{ "no primary",
	  { .signature = SIGNED, .rcode = LDNS_RCODE_NOTAUTH },
	  DP_EDNS,
	  "no authority" },
	/* RFC 2136 section 4: the next server may do it. */
	{ "failed",
	  { .signature = SIGNED, .rcode = LDNS_RCODE_SERVFAIL },
	  DP_ELATER,
	  "SERVFAIL" },
	{ "failed, unsigned",
	  { .signature = UNSIGNED, .rcode = LDNS_RCODE_SERVFAIL },
	  DP_ELATER,
	  "SERVFAIL" },
	{ "no updates",
	  { .signature = UNSIGNED, .rcode = LDNS_RCODE_NOTIMPL },
	  DP_ELATER,
	  "NOTIMP" },
	/* RFC 8945 section 5.2 */
	{ "another secret",
	  { .signature = UNSIGNED, .rcode = LDNS_RCODE_NOTAUTH, .tsig_error = 16 },
	  DP_EDNS,
	  "BADSIG: its secret for the key update.example is another" },
	{ "no such key",
	  { .signature = UNSIGNED, .rcode = LDNS_RCODE_NOTAUTH, .tsig_error = 17 },
	  DP_EDNS,
	  "BADKEY: it doesn't know the key update.example, or not for hmac-sha256" },
	{ "another time",
	  { .signature = UNSIGNED, .rcode = LDNS_RCODE_NOTAUTH, .tsig_error = 18 },
	  DP_EDNS,
	  "BADTIME: its clock says 2026-12-01T00:00:00Z, this host's 20" },
	{ "another time, not told which",
	  { .signature = UNSIGNED,
	    .rcode = LDNS_RCODE_NOTAUTH,
	    .tsig_error = 18,
	    .no_clock = true },
	  DP_EDNS,
	  "BADTIME: its clock says another time, this host's 20" },
	/* RFC 8945 section 5.4: what isn't signed counts for nothing, a success least. */
	{ "done, unsigned",
	  { .signature = UNSIGNED, .rcode = LDNS_RCODE_NOERROR },
	  DP_EDNS,
	  "not signed" },
	{ "done, by another key",
	  { .signature = BY_ANOTHER_KEY, .rcode = LDNS_RCODE_NOERROR },
	  DP_EDNS,
	  "not signed" },
	{ "no authority, unsigned",
	  { .signature = UNSIGNED, .rcode = LDNS_RCODE_NOTAUTH },
	  DP_EDNS,
	  "no authority" },
	/* Nobody may make us believe that somebody else changed it. */
	{ "another set, unsigned",
	  { .signature = UNSIGNED, .rcode = LDNS_RCODE_NXRRSET },
	  DP_EDNS,
	  "NXRRSET" },
};

static void test_update_send_tells_what_became_of_it(void **state)
{
	const struct update_change c = { .add = &a, .add_count = 1, .ttl = 600 };
	struct why why;
	size_t i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(reply_rows) / sizeof(reply_rows[0]); i++) {
		why.text[0] = '\0';
		rc = send_to(&reply_rows[i].told, &c, &why);
		if (rc != reply_rows[i].rc ||
		    (reply_rows[i].says && !strstr(why.text, reply_rows[i].says)))
			fail_msg("%s: %d %s", reply_rows[i].name, rc, why.text);
	}
}

/* --- what is read --------------------------------------------------------------------
 */

/* The question's name, type, class IN, TTL 60, data. */
static const uint8_t tlsa_rr[] = {
	0xc0, 12, 0, 52, 0, 1, 0, 0, 0, 60, 0, 4, 3, 1, 1, 0xaa
};
static const uint8_t alias_rr[] = { 0xc0, 12, 0, 5, 0, 1,   0,	  0,
				    0,	  60, 0, 4, 1, 'x', 0xc0, 26 };

static void test_update_read_gives_the_records(void **state)
{
	const struct told told = { SIGNED, 0, tlsa_rr, sizeof(tlsa_rr), 0, false };
	const struct told none = { .signature = SIGNED };
	struct tlsa *records = NULL;
	struct why why;
	size_t count = 0;

	(void)state;
	if (read_from(&told, &records, &count, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(count, 1);
	assert_true(tlsa_equal(&records[0], &a));
	assert_true(came->is_signed);
	update_free(records, count);
	if (read_from(&none, &records, &count, &why) < 0)
		fail_msg("%s", why.text);
	assert_int_equal(count, 0);
	update_free(records, count);
}

static const struct read_row {
	const char *name;
	struct told told;
	int rc;
	const char *says;
} read_rows[] = {
	{ "an alias",
	  { SIGNED, 0, alias_rr, sizeof(alias_rr), 0, false },
	  DP_EINVAL,
	  "alias" },
	{ "unsigned",
	  { UNSIGNED, 0, tlsa_rr, sizeof(tlsa_rr), 0, false },
	  DP_EDNS,
	  "not signed" },
	{ "by another key",
	  { BY_ANOTHER_KEY, 0, tlsa_rr, sizeof(tlsa_rr), 0, false },
	  DP_EDNS,
	  "not signed" },
	{ "none, unsigned",
	  { .signature = UNSIGNED, .rcode = 0 },
	  DP_EDNS,
	  "not signed" },
	{ "failed",
	  { .signature = SIGNED, .rcode = LDNS_RCODE_SERVFAIL },
	  DP_ELATER,
	  "SERVFAIL" },
	{ "refused",
	  { .signature = SIGNED, .rcode = LDNS_RCODE_REFUSED },
	  DP_EDNS,
	  "REFUSED" },
};

static void test_update_read_refuses(void **state)
{
	struct tlsa *records = NULL;
	struct why why;
	size_t count = 0, i;
	int rc;

	(void)state;
	for (i = 0; i < sizeof(read_rows) / sizeof(read_rows[0]); i++) {
		why.text[0] = '\0';
		rc = read_from(&read_rows[i].told, &records, &count, &why);
		if (rc != read_rows[i].rc || !strstr(why.text, read_rows[i].says))
			fail_msg("%s: %d %s", read_rows[i].name, rc, why.text);
	}
}

static int begin(void **state)
{
	(void)state;
	came = mmap(NULL, sizeof(*came), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return came == MAP_FAILED ||
	       tsig_key_parse("hmac-sha256:update.example:c2VjcmV0c2VjcmV0", &key, NULL) <
		       0;
}

static int end(void **state)
{
	(void)state;
	tsig_key_clear(&key);
	return munmap(came, sizeof(*came));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_update_send_is_what_the_rfc_wants),
		cmocka_unit_test(test_update_send_tells_what_became_of_it),
		cmocka_unit_test(test_update_read_gives_the_records),
		cmocka_unit_test(test_update_read_refuses),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
