/* SPDX-License-Identifier: BSD-2-Clause */
/* The schemes of targets: one constant table row each. */
#ifndef TARGET_SERVICE_H
#define TARGET_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How TLS starts. */
enum service_start {
	SERVICE_TLS_AT_ONCE,
	SERVICE_SMTP,
	SERVICE_LMTP,
	SERVICE_IMAP,
	SERVICE_POP3,
	SERVICE_SIEVE,
	SERVICE_FTP,
	SERVICE_LDAP,
	SERVICE_XMPP_CLIENT,
	SERVICE_XMPP_SERVER,
	SERVICE_NNTP,
	SERVICE_POSTGRES,
	SERVICE_MYSQL
};

/* Where the endpoints come from. */
enum service_discovery {
	SERVICE_HOST,
	SERVICE_MX,
	SERVICE_SRV,
	SERVICE_PORTS /* host://: those of the known ports that have TLSA records */
};

struct service {
	const char *name;
	int port; /* 0: none (tls wants one, srv:// and host:// get theirs from DNS) */
	enum service_start start;
	enum service_discovery discovery;
	bool mta_relay; /* RFC 7672: usages 0 and 1 are unusable, the CN may stand in */
	bool http;	/* a path can be fetched */
	/* Names of IANA's registry, with blanks between, for a port that several
	 * protocols share by ALPN; NULL: there is none. */
	const char *alpn;
	/* What is spoken in TLS that begins at once, as far as we have to know how to say
	 * goodbye; SERVICE_TLS_AT_ONCE: nothing. */
	enum service_start inside;
};

/* NULL when there is none of that name (any case; name need not end at len). */
const struct service *service_find(const char *name, size_t len);
/* The scheme of what "_service._tcp.DOMAIN" names; NULL for a service that we don't know,
 * of which nothing tells how its TLS starts. */
const struct service *service_for_srv(const char *owner);
/* How the hosts that mx:// or srv:// finds at owner are spoken to; where that isn't known
 * (service_for_srv()) it is tls. */
const struct service *service_of_hosts(const struct service *finder, const char *owner);
/* The scheme that HOST:PORT means: the first whose default port it is, else tls. */
const struct service *service_by_port(int port);
/* What host:// asks for: each port of the table once, under the scheme that HOST:PORT
 * means; NULL behind the last. */
const struct service *service_of_host(size_t index);
/* Whether the client says the domain that the service is for: in XMPP's "to". */
bool service_says_domain(enum service_start spoken);
/* How long a check may take by default. */
int64_t service_timeout_ms(const struct service *service);
/* The table, for lists: NULL behind the last. */
const struct service *service_at(size_t index);

#endif
