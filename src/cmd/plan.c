/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/source.h"
#include "dns/upstream.h"
#include "probe/expect.h"
#include "probe/probe.h"
#include "probe/run.h"
#include "target/connect_to.h"
#include "target/service.h"

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

static void print_discovery(const struct target *t, const struct probe_conf *conf)
{
	bool mx = t->service->discovery == SERVICE_MX;
	char *port = mx ? mem_printf("%d", t->port) : mem_text("PORT");

	printf("  look up  %s %s\n", t->host,
	       mx ? "MX (without one: the domain itself)" : "SRV");
	printf("  look up  %s%s%s of each %s that these name\n", conf->ipv4 ? "A" : "",
	       conf->ipv4 && conf->ipv6 ? ", " : "", conf->ipv6 ? "AAAA" : "",
	       mx ? "HOST" : "HOST and PORT");
	printf("  look up  _%s._tcp.HOST TLSA of each (first at the end of its CNAMEs, "
	       "if "
	       "any)\n",
	       port);
	printf("  connect  each of these addresses%s%s%s\n", mx ? ", port " : "",
	       mx ? port : "",
	       conf->connect_to->count ? ", or where --connect-to leads" : "");
	puts("  TLS      SNI: the TLSA base domain (HOST unless a CNAME leads on)");
	free(port);
}

static void print_plan(const struct target *t, const struct probe_conf *conf)
{
	printf("%s\n", t->normalized);
	print_resolver(conf);
	if (t->service->discovery != SERVICE_HOST) {
		print_discovery(t, conf);
		return;
	}
	printf("  look up  %s %s%s%s\n", t->host, conf->ipv4 ? "A" : "",
	       conf->ipv4 && conf->ipv6 ? ", " : "", conf->ipv6 ? "AAAA" : "");
	printf("  look up  _%d._tcp.%s TLSA (first at the end of its CNAMEs, if any)\n",
	       t->port, t->host);
	print_connections(t, conf);
	printf("  TLS      SNI: the TLSA base domain (%s unless a CNAME leads on)\n",
	       t->host);
	if (t->service->http && (t->path || conf->expect->given))
		printf("  fetch    %s\n", t->path ? t->path : "/");
}

int plan_print(struct source *source, const struct probe_conf *conf)
{
	struct run_item item = { 0 };
	int status = CMD_DONE;

	while (source_next(source, &item)) {
		if (item.good) {
			print_plan(&item.target, conf);
			target_clear(&item.target);
		} else {
			log_error("%s: %s", item.text, item.why.text);
			status = CMD_USAGE;
		}
		free(item.text);
		item = (struct run_item){ 0 };
	}
	return cmd_finish(status);
}
