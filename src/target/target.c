/* SPDX-License-Identifier: BSD-2-Clause */
#include "target/target.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/why.h"
#include "target/hostname.h"
#include "target/service.h"

/* The parts of the text, borrowed from it. */
struct parts {
	const char *scheme;
	size_t scheme_len; /* 0: none given */
	const char *host;
	size_t host_len;
	const char *port; /* NULL: no ":" */
	size_t port_len;
	const char *path; /* "" or from the first of "/?#" on */
};

static int refuse_scheme(const char *scheme, size_t len, struct why *why)
{
	char *name = mem_text_n(scheme, len > 40 ? 40 : len);
	struct nearest near;
	size_t i;
	int rc;

	nearest_init(&near, name);
	for (i = 0; service_at(i); i++)
		nearest_offer(&near, service_at(i)->name);
	if (!strcasecmp(name, "http"))
		rc = why_set(why, DP_EINVAL, "http:// has no TLS: use https://");
	else if (near.best)
		rc = why_set(why, DP_EINVAL, "unknown scheme '%s': did you mean %s://?",
			     name, near.best);
	else
		rc = why_set(why, DP_EINVAL,
			     "unknown scheme '%s': for TLS at once on any port use "
			     "tls://HOST:PORT",
			     name);
	free(name);
	return rc;
}

/* "user@example.com" is somebody's mail address, and who checks one means its MX hosts.
 */
static int refuse_user(const struct parts *p, const char *text, size_t len,
		       struct why *why)
{
	const char *at = memchr(text, '@', len);
	int rest = (int)(len - (size_t)(at - text) - 1);

	if (p->scheme_len || at == text || !rest || memchr(text, ':', len) || *p->path ||
	    memchr(at + 1, '@', (size_t)rest))
		return why_set(why, DP_EINVAL,
			       "'@' before the host: leave user and password out");
	return why_set(why, DP_EINVAL,
		       "'%.*s' is a mail address: mx://%.*s checks the mail servers of "
		       "its domain",
		       (int)len, text, rest, at + 1);
}

/* A target of HOST:PORT is taken apart as a URL without a scheme. */
static int split_url(const char *text, struct parts *p, struct why *why)
{
	const char *colons = strstr(text, "://"), *end, *colon;
	size_t len;

	*p = (struct parts){ .scheme = text };
	if (colons && strcspn(text, "/?#:") == (size_t)(colons - text)) {
		p->scheme_len = (size_t)(colons - text);
		text = colons + 3;
		if (!p->scheme_len)
			return why_set(why, DP_EINVAL, "no scheme before ://");
	}
	len = strcspn(text, "/?#");
	end = text + len;
	p->path = end;
	if (memchr(text, '@', len))
		return refuse_user(p, text, len, why);
	if (*text == '[' || hostname_is_address(text, len))
		goto address;
	colon = memchr(text, ':', len);
	if (colon && memchr(colon + 1, ':', (size_t)(end - colon - 1)))
		return why_set(why, DP_EINVAL, "more than one ':' in '%.*s'", (int)len,
			       text);
	p->host = text;
	p->host_len = colon ? (size_t)(colon - text) : len;
	p->port = colon ? colon + 1 : NULL;
	p->port_len = colon ? (size_t)(end - colon - 1) : 0;
	if (!hostname_is_address(p->host, p->host_len))
		return 0;
address:
	return why_set(
		why, DP_EINVAL,
		"'%.*s' is an address, and TLSA needs a name: give the name, and the "
		"address with --connect-to HOST:PORT:ADDR:PORT",
		(int)len, text);
}

static int parse_port(const struct parts *p, struct target *t, struct why *why)
{
	char *text;
	int64_t port;
	int rc;

	if (!p->port)
		return 0;
	text = mem_text_n(p->port, p->port_len);
	rc = number_parse(text, 1, 65535, &port, NULL);
	if (rc < 0)
		why_set(why, rc, "port '%s' is not a number from 1 to 65535", text);
	free(text);
	if (rc < 0)
		return rc;
	t->port = (int)port;
	t->port_given = true;
	return 0;
}

static int choose_service(const struct parts *p, struct target *t, struct why *why)
{
	if (p->scheme_len)
		t->service = service_find(p->scheme, p->scheme_len);
	else
		t->service = service_by_port(t->port_given ? t->port : 443);
	if (!t->service)
		return refuse_scheme(p->scheme, p->scheme_len, why);
	if (t->service->discovery == SERVICE_SRV && t->port_given)
		return why_set(why, DP_EINVAL,
			       "srv:// takes no port: the SRV record has it");
	if (t->service->discovery == SERVICE_PORTS && t->port_given)
		return why_set(why, DP_EINVAL,
			       "host:// takes no port, since it looks at every known "
			       "one: HOST:PORT is a single service");
	if (!t->port_given)
		t->port = t->service->port;
	if (!t->port && t->service->discovery != SERVICE_SRV &&
	    t->service->discovery != SERVICE_PORTS)
		return why_set(why, DP_EINVAL, "%s:// needs a port: %s://HOST:PORT",
			       t->service->name, t->service->name);
	return 0;
}

/* Letters, digits and hyphens, one letter at least (RFC 6335 section 5.1). */
static bool is_service_label(const char *label, size_t len)
{
	bool letter = false;
	size_t i;

	for (i = 0; i < len; i++) {
		letter = letter || isalpha((unsigned char)label[i]);
		if (!isalnum((unsigned char)label[i]) && label[i] != '-')
			return false;
	}
	return letter && label[0] != '-' && label[len - 1] != '-';
}

/* "_service._tcp.DOMAIN" (RFC 2782). */
static int check_srv_name(const char *host, struct why *why)
{
	const char *proto = strchr(host, '.'), *domain;
	size_t len;

	domain = proto ? strchr(proto + 1, '.') : NULL;
	if (host[0] != '_' || !domain || proto[1] != '_')
		return why_set(why, DP_EINVAL,
			       "srv:// needs _service._tcp.DOMAIN, as in "
			       "srv://_xmpp-client._tcp.example.com");
	if (!is_service_label(host + 1, (size_t)(proto - host - 1)))
		return why_set(why, DP_EINVAL,
			       "'%.*s' names no service: letters, digits and hyphens "
			       "follow the '_'",
			       (int)(proto - host), host);
	len = (size_t)(domain - proto - 1);
	if (len != 4 || memcmp(proto + 1, "_tcp", 4))
		return why_set(why, DP_EINVAL,
			       "'%.*s': only services over _tcp can be checked, since "
			       "TLS needs it",
			       (int)len, proto + 1);
	if (hostname_is_owner(domain + 1))
		return why_set(why, DP_EINVAL, "'%s' is no domain", domain + 1);
	return 0;
}

static int parse_host(const struct parts *p, struct target *t, struct why *why)
{
	bool srv = t->service->discovery == SERVICE_SRV;
	int rc;

	rc = hostname_parse(p->host, p->host_len,
			    srv ? HOSTNAME_UNDERSCORE : HOSTNAME_PLAIN, &t->host,
			    &t->unicode, why);
	return rc == 0 && srv ? check_srv_name(t->host, why) : rc;
}

/* A fragment is for browsers and never sent. */
static int parse_path(const struct parts *p, struct target *t, struct why *why)
{
	size_t len = strcspn(p->path, "#"), i;

	if (!len)
		return 0;
	if (!t->service->http)
		return why_set(why, DP_EINVAL,
			       "a path makes sense with https:// only, not with %s://",
			       t->service->name);
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p->path[i];

		if (c <= 0x20 || c >= 0x7f || c == '\\')
			return why_set(why, DP_EINVAL,
				       "octet 0x%02x in the path: write it as %%%02X",
				       (unsigned)c, (unsigned)c);
	}
	t->path = mem_printf("%s%.*s", p->path[0] == '/' ? "" : "/", (int)len, p->path);
	return 0;
}

static char *normal_form(const struct target *t)
{
	const char *path = t->path ? t->path : "";

	if (!t->port)
		return mem_printf("%s://%s", t->service->name, t->host);
	return mem_printf("%s://%s:%d%s", t->service->name, t->host, t->port, path);
}

static char *trimmed_copy(const char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return mem_text_n(text, len);
}

int target_parse(const char *text, struct target *ret_target, struct why *why)
{
	struct target t = { .text = trimmed_copy(text) };
	struct parts parts = { 0 };
	int rc;

	if (!*t.text)
		rc = why_set(why, DP_EINVAL, "no target");
	else if (strlen(t.text) > TARGET_TEXT_MAX)
		rc = why_set(why, DP_EINVAL, "target of %zu octets, %d at most",
			     strlen(t.text), TARGET_TEXT_MAX);
	else
		rc = split_url(t.text, &parts, why);
	if (rc == 0)
		rc = parse_port(&parts, &t, why);
	if (rc == 0)
		rc = choose_service(&parts, &t, why);
	if (rc == 0)
		rc = parse_host(&parts, &t, why);
	if (rc == 0)
		rc = parse_path(&parts, &t, why);
	if (rc < 0) {
		target_clear(&t);
		return rc;
	}
	t.normalized = normal_form(&t);
	*ret_target = t;
	return 0;
}

void target_clear(struct target *target)
{
	if (!target)
		return;
	free(target->text);
	free(target->host);
	free(target->unicode);
	free(target->path);
	free(target->normalized);
	*target = (struct target){ 0 };
}
