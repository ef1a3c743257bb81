/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The floor: the lookups and the handshake that a check can't do without, each waited for
 * before the next begins, and nothing else. floor RESOLVER ROOT-KEY PORT <HOSTS; prints
 * how many had secure records and a handshake. By libunbound's event interface:
 * ub_resolve() makes and drops a worker for each question, which costs as much again as
 * the question; a fourth argument, "resolve", takes that all the same.
 */
#include <event2/event.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

/* That of src/net/handshake.c. */
#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:+CTYPE-SRV-RAWPK"

enum {
	TYPE_A = 1,
	TYPE_AAAA = 28,
	TYPE_TLSA = 52,
};

struct reply {
	bool done, secure, data;
	unsigned char address[4]; /* of the first A record */
};

static struct event_base *base; /* NULL: ub_resolve() */
static struct ub_ctx *resolver;
static gnutls_priority_t priority;
static gnutls_certificate_credentials_t cred;

static void die(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	exit(1);
}

/* What the program sets too: without it the library would refuse to ask 127.0.0.0/8,
 * would ask more than is needed, and would forget what many hosts have in common. */
static void set_up_resolver(const char *address, const char *root_key)
{
	static const char *const options[][2] = {
		{ "qname-minimisation:", "no" },     { "do-not-query-localhost:", "no" },
		{ "trust-anchor-signaling:", "no" }, { "msg-cache-size:", "8m" },
		{ "rrset-cache-size:", "16m" },	     { "key-cache-size:", "4m" },
		{ "neg-cache-size:", "2m" },
	};
	size_t i;

	resolver = base != NULL ? ub_ctx_create_event(base) : ub_ctx_create();
	if (resolver == NULL)
		die("no resolver");
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (ub_ctx_set_option(resolver, options[i][0], options[i][1]) != 0)
			die(options[i][0]);
	if (ub_ctx_set_fwd(resolver, address) != 0 ||
	    ub_ctx_add_ta_file(resolver, root_key) != 0)
		die("resolver");
}

static void on_reply(void *arg, int rcode, void *packet, int len, int secure, char *why,
		     int limited)
{
	const unsigned char *p = packet;
	struct reply *reply = arg;
	int at = 12;

	(void)why;
	(void)limited;
	reply->done = true;
	reply->secure = rcode == 0 && secure == 2;
	reply->data = len > 12 && (p[6] | p[7]) != 0;
	while (at < len && p[at] != 0)
		at += 1 + p[at];
	at += 1 + 4 + 2 +
	      10; /* the question's end; a record's fixed part, its name a pointer */
	if (reply->data && at + 4 <= len)
		memcpy(reply->address, p + at, 4);
}

static void resolve(const char *name, int type, struct reply *reply)
{
	struct ub_result *result;

	if (ub_resolve(resolver, name, type, 1, &result) != 0)
		die(name);
	reply->secure = result->secure;
	reply->data = result->havedata;
	if (type == TYPE_A && result->havedata)
		memcpy(reply->address, result->data[0], 4);
	ub_resolve_free(result);
}

static struct reply look_up(const char *name, int type)
{
	struct reply reply = { 0 };

	if (base == NULL) {
		resolve(name, type, &reply);
		return reply;
	}
	if (ub_resolve_event(resolver, name, type, 1, &reply, on_reply, NULL) != 0)
		die(name);
	while (!reply.done)
		event_base_loop(base, EVLOOP_ONCE);
	return reply;
}

static int dial(const unsigned char *address, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	memcpy(&to.sin_addr, address, sizeof(to.sin_addr));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		die("can't connect");
	return fd;
}

static bool shake_hands(const char *host, int fd)
{
	gnutls_session_t session;
	int rc;

	if (gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS) <
	    0)
		die("no session");
	gnutls_priority_set(session, priority);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_server_name_set(session, GNUTLS_NAME_DNS, host, strlen(host));
	gnutls_transport_set_int(session, fd);
	do
		rc = gnutls_handshake(session);
	while (rc < 0 && !gnutls_error_is_fatal(rc));
	if (rc == 0)
		gnutls_bye(session, GNUTLS_SHUT_WR);
	gnutls_deinit(session);
	return rc == 0;
}

static bool check(const char *host, int port)
{
	struct reply a = look_up(host, TYPE_A), aaaa = look_up(host, TYPE_AAAA), tlsa;
	char owner[300];
	bool good;
	int fd;

	snprintf(owner, sizeof(owner), "_%d._tcp.%s", port, host);
	tlsa = look_up(owner, TYPE_TLSA);
	if (!a.data || !a.secure || !aaaa.secure || !tlsa.data || !tlsa.secure)
		return false;
	fd = dial(a.address, port);
	good = shake_hands(host, fd);
	close(fd);
	return good;
}

int main(int argc, char **argv)
{
	char host[260];
	int good = 0, port;

	if (argc < 4 || argc > 5 || (port = atoi(argv[3])) < 1)
		die("usage: floor RESOLVER ROOT-KEY PORT [resolve] <HOSTS");
	if (argc == 4)
		base = event_base_new();
	set_up_resolver(argv[1], argv[2]);
	if (gnutls_priority_init(&priority, PRIORITY, NULL) < 0 ||
	    gnutls_certificate_allocate_credentials(&cred) < 0)
		die("TLS settings");
	while (fgets(host, sizeof(host), stdin) != NULL) {
		host[strcspn(host, "\n")] = '\0';
		good += check(host, port);
	}
	gnutls_priority_deinit(priority);
	gnutls_certificate_free_credentials(cred);
	ub_ctx_delete(resolver);
	if (base != NULL)
		event_base_free(base);
	printf("%d\n", good);
	return 0;
}
