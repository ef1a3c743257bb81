/* SPDX-License-Identifier: BSD-2-Clause */
#include "target/service.h"

#include <string.h>

#include "base/same.h"

/* Where two have one port, HOST:PORT means the first. */
static const struct service services[] = {
	{ .name = "https", .port = 443, .http = true, .alpn = "h2 http/1.1" },
	{ .name = "smtps", .port = 465, .inside = SERVICE_SMTP },
	{ .name = "submissions", .port = 465, .inside = SERVICE_SMTP },
	{ .name = "imaps", .port = 993, .alpn = "imap", .inside = SERVICE_IMAP },
	{ .name = "pop3s", .port = 995, .alpn = "pop3", .inside = SERVICE_POP3 },
	{ .name = "ldaps", .port = 636, .inside = SERVICE_LDAP },
	{ .name = "ftps", .port = 990, .alpn = "ftp", .inside = SERVICE_FTP },
	{ .name = "xmpps-client",
	  .port = 5223,
	  .alpn = "xmpp-client",
	  .inside = SERVICE_XMPP_CLIENT },
	{ .name = "xmpps-server",
	  .port = 5270,
	  .alpn = "xmpp-server",
	  .inside = SERVICE_XMPP_SERVER },
	{ .name = "nntps", .port = 563, .alpn = "nntp", .inside = SERVICE_NNTP },
	{ .name = "sips", .port = 5061, .alpn = "sip/2" },
	{ .name = "ircs", .port = 6697, .alpn = "irc" },
	{ .name = "dot", .port = 853, .alpn = "dot" },
	{ .name = "tls" },
	{ .name = "smtp", .port = 25, .start = SERVICE_SMTP, .mta_relay = true },
	{ .name = "submission", .port = 587, .start = SERVICE_SMTP },
	{ .name = "lmtp", .port = 24, .start = SERVICE_LMTP },
	{ .name = "imap", .port = 143, .start = SERVICE_IMAP },
	{ .name = "pop3", .port = 110, .start = SERVICE_POP3 },
	{ .name = "sieve", .port = 4190, .start = SERVICE_SIEVE },
	{ .name = "ftp", .port = 21, .start = SERVICE_FTP },
	{ .name = "ldap", .port = 389, .start = SERVICE_LDAP },
	{ .name = "xmpp-client", .port = 5222, .start = SERVICE_XMPP_CLIENT },
	{ .name = "xmpp-server", .port = 5269, .start = SERVICE_XMPP_SERVER },
	{ .name = "nntp", .port = 119, .start = SERVICE_NNTP },
	{ .name = "postgres", .port = 5432, .start = SERVICE_POSTGRES },
	{ .name = "mysql", .port = 3306, .start = SERVICE_MYSQL },
	{ .name = "mx",
	  .port = 25,
	  .start = SERVICE_SMTP,
	  .discovery = SERVICE_MX,
	  .mta_relay = true },
	{ .name = "srv", .discovery = SERVICE_SRV },
	{ .name = "host", .discovery = SERVICE_PORTS },
};

#define SERVICE_COUNT (sizeof(services) / sizeof(services[0]))

bool service_says_domain(enum service_start spoken)
{
	return spoken == SERVICE_XMPP_CLIENT || spoken == SERVICE_XMPP_SERVER;
}

int64_t service_timeout_ms(const struct service *service)
{
	/* the greeting of an MX host may take its time: postscreen's takes six seconds */
	bool mail = service->mta_relay || service->discovery == SERVICE_PORTS;

	return mail ? 30000 : 10000;
}

const struct service *service_at(size_t index)
{
	return index < SERVICE_COUNT ? &services[index] : NULL;
}

const struct service *service_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < SERVICE_COUNT; i++)
		if (same_word(name, len, services[i].name))
			return &services[i];
	return NULL;
}

/* Registered service names that are no scheme of ours. */
static const struct {
	const char *label, *name;
} srv_labels[] = {
	{ "domain-s", "dot" },
	{ "postgresql", "postgres" },
};

const struct service *service_for_srv(const char *owner)
{
	const char *label = owner + (*owner == '_');
	const struct service *found;
	size_t i, len = strcspn(label, ".");

	for (i = 0; i < sizeof(srv_labels) / sizeof(srv_labels[0]); i++)
		if (same_word(label, len, srv_labels[i].label))
			return service_find(srv_labels[i].name,
					    strlen(srv_labels[i].name));
	found = service_find(label, len);
	return found && found->discovery == SERVICE_HOST && found->port ? found : NULL;
}

const struct service *service_of_hosts(const struct service *finder, const char *owner)
{
	const struct service *found;

	if (finder->discovery == SERVICE_MX)
		return service_find("smtp", strlen("smtp"));
	found = service_for_srv(owner);
	return found ? found : service_find("tls", strlen("tls"));
}

static bool is_asked_of_hosts(const struct service *s)
{
	return s->port && s->discovery == SERVICE_HOST && service_by_port(s->port) == s;
}

const struct service *service_of_host(size_t index)
{
	size_t i;

	for (i = 0; i < SERVICE_COUNT; i++)
		if (is_asked_of_hosts(&services[i]) && !index--)
			return &services[i];
	return NULL;
}

const struct service *service_by_port(int port)
{
	size_t i;

	for (i = 0; i < SERVICE_COUNT; i++)
		if (port && services[i].port == port)
			return &services[i];
	return service_find("tls", 3);
}
