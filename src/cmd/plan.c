/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/source.h"
#include "dns/dname.h"
#include "dns/upstream.h"
#include "probe/expect.h"
#include "probe/probe.h"
#include "probe/run.h"
#include "target/connect_to.h"
#include "target/service.h"

#define NOWHERE "  connect  nowhere, as --lookup-only says"

static void print_resolver(const struct probe_conf *conf)
{
	size_t count, i;
	const char *const *forward = upstream_forwarders(conf->upstream, &count);

	printf("  ask      ");
	for (i = 0; i < count; i++)
		printf("%s%s", i ? ", " : "", forward[i]);
	puts(count ? "" : "the root name servers");
}

static void print_connections(const struct target *t, const struct probe_conf *conf)
{
	const struct connect_to_list *list = conf->connect_to;
	bool elsewhere = false;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct connect_to *c = &list->item[i];
		int port = c->to_port ? c->to_port : t->port;

		if (!connect_to_fits(c, t->host, t->port) || !c->address)
			continue;
		elsewhere = true;
		printf(strchr(c->address, ':') ? "  connect  [%s]:%d\n"
					       : "  connect  %s:%d\n",
		       c->address, port);
	}
	if (!elsewhere)
		printf("  connect  each of these addresses, port %d\n", t->port);
}

/* What is spoken before TLS. */
static const char *const dialogues[] = {
	[SERVICE_TLS_AT_ONCE] = NULL,
	[SERVICE_SMTP] = "EHLO",
	[SERVICE_LMTP] = "LHLO",
	[SERVICE_IMAP] = "CAPABILITY, STARTTLS",
	[SERVICE_POP3] = "CAPA, STLS",
	[SERVICE_SIEVE] = "STARTTLS",
	[SERVICE_FTP] = "AUTH TLS",
	[SERVICE_LDAP] = "the extended operation StartTLS",
	[SERVICE_XMPP_CLIENT] = "a stream to",
	[SERVICE_XMPP_SERVER] = "a stream to",
	[SERVICE_NNTP] = "CAPABILITIES, STARTTLS",
	[SERVICE_POSTGRES] = "SSLRequest",
	[SERVICE_MYSQL] = "SSLRequest",
};

/* domain is the one that the service is for (XMPP asks for it). */
static void print_dialogue(enum service_start start, const char *domain,
			   const struct probe_conf *conf)
{
	const char *dialogue = dialogues[start];

	switch (start) {
	case SERVICE_TLS_AT_ONCE:
		break;
	case SERVICE_SMTP:
	case SERVICE_LMTP:
		printf("  STARTTLS %s %s, STARTTLS\n", dialogue,
		       conf->helo ? conf->helo : "[this host's address]");
		break;
	case SERVICE_XMPP_CLIENT:
	case SERVICE_XMPP_SERVER:
		printf("  STARTTLS %s %s, starttls\n", dialogue, domain);
		break;
	case SERVICE_IMAP:
	case SERVICE_POP3:
	case SERVICE_SIEVE:
	case SERVICE_FTP:
	case SERVICE_LDAP:
	case SERVICE_NNTP:
	case SERVICE_POSTGRES:
	case SERVICE_MYSQL:
		printf("  STARTTLS %s\n", dialogue);
		break;
	}
}

static void print_discovery(const struct target *t, const struct probe_conf *conf)
{
	bool mx = t->service->discovery == SERVICE_MX;
	char *port = mx ? mem_printf("%d", t->port) : mem_text("PORT");
	const struct service *service = mx ? t->service : service_for_srv(t->host);
	const char *domain = mx ? t->host : dname_parent(dname_parent(t->host));

	printf("  look up  %s %s\n", t->host,
	       mx ? "MX (without one: the domain itself)" : "SRV");
	printf("  look up  %s%s%s of each %s that these name\n", conf->ipv4 ? "A" : "",
	       conf->ipv4 && conf->ipv6 ? ", " : "", conf->ipv6 ? "AAAA" : "",
	       mx ? "HOST" : "HOST and PORT");
	printf("  look up  _%s._tcp.HOST TLSA of each (first at the end of its CNAMEs, "
	       "if "
	       "any)\n",
	       port);
	if (conf->lookup_only) {
		puts(NOWHERE);
		free(port);
		return;
	}
	printf("  connect  each of these addresses%s%s%s\n", mx ? ", port " : "",
	       mx ? port : "",
	       conf->connect_to->count ? ", or where --connect-to leads" : "");
	if (service)
		print_dialogue(service->start, domain, conf);
	puts("  TLS      SNI: the TLSA base domain (HOST unless a CNAME leads on)");
	free(port);
}

static void print_ports(const struct target *t, const struct probe_conf *conf)
{
	const struct service *service;
	size_t i;

	printf("  look up  %s %s%s%s\n", t->host, conf->ipv4 ? "A" : "",
	       conf->ipv4 && conf->ipv6 ? ", " : "", conf->ipv6 ? "AAAA" : "");
	printf("  look up  _PORT._tcp.%s TLSA (first at the end of its CNAMEs, if any) "
	       "for "
	       "each\n           PORT of",
	       t->host);
	for (i = 0; (service = service_of_host(i)); i++)
		printf("%s%s%d", i ? "," : "",
		       i % 13 ? " "
		       : i    ? "\n           "
			      : " ",
		       service->port);
	printf("\n  connect  each of these addresses%s, at the ports that have TLSA\n",
	       conf->connect_to->count ? ", or where --connect-to leads" : "");
	printf("  TLS      as HOST:PORT would for each; SNI: the TLSA base domain\n");
}

static void print_plan(const struct target *t, const struct probe_conf *conf)
{
	printf("%s\n", t->normalized);
	print_resolver(conf);
	if (t->service->discovery == SERVICE_PORTS) {
		print_ports(t, conf);
		return;
	}
	if (t->service->discovery != SERVICE_HOST) {
		print_discovery(t, conf);
		return;
	}
	printf("  look up  %s %s%s%s\n", t->host, conf->ipv4 ? "A" : "",
	       conf->ipv4 && conf->ipv6 ? ", " : "", conf->ipv6 ? "AAAA" : "");
	printf("  look up  _%d._tcp.%s TLSA (first at the end of its CNAMEs, if any)\n",
	       t->port, t->host);
	if (conf->lookup_only) {
		puts(NOWHERE);
		return;
	}
	print_connections(t, conf);
	print_dialogue(t->service->start, t->host, conf);
	printf("  TLS      SNI: the TLSA base domain (%s unless a CNAME leads on)\n",
	       t->host);
	if (t->service->http && (t->path || conf->expect->given))
		printf("  fetch    %s\n", t->path ? t->path : "/");
}

int plan_print(struct source *source, const struct probe_conf *conf)
{
	struct run_item item = { 0 };
	int status = CMD_DONE;
	enum run_step step;

	while ((step = source_next(source, &item)) != RUN_END) {
		if (step == RUN_LATER) {
			source_wait(source);
			continue;
		}
		if (item.good) {
			print_plan(&item.target, conf);
		} else {
			log_error("%s: %s", item.text, item.why.text);
			status = CMD_USAGE;
		}
		run_item_clear(&item);
	}
	return cmd_finish(status);
}
