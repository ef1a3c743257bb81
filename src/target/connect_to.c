/* SPDX-License-Identifier: BSD-2-Clause */
#include "target/connect_to.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "target/hostname.h"

static int parse_port(const char *text, size_t len, int *ret_port, struct why *why)
{
	char *copy;
	int64_t port;
	int rc;

	if (!len)
		return 0;
	copy = mem_text_n(text, len);
	rc = number_parse(copy, 1, 65535, &port, NULL);
	if (rc < 0)
		why_set(why, rc, "port '%s' is not a number from 1 to 65535", copy);
	else
		*ret_port = (int)port;
	free(copy);
	return rc;
}

static int parse_address(const char *text, size_t len, char **ret_address,
			 struct why *why)
{
	bool brackets = len > 1 && text[0] == '[' && text[len - 1] == ']';

	if (!len)
		return 0;
	if (!hostname_is_address(text, len))
		return why_set(
			why, DP_EINVAL,
			"'%.*s' is not an address: give 192.0.2.1 or [2001:db8::1]",
			(int)len, text);
	*ret_address = mem_text_n(text + brackets, len - 2 * brackets);
	return 0;
}

/* The end of the third part: behind "]" if it has one. */
static const char *address_end(const char *p)
{
	const char *close = *p == '[' ? strchr(p, ']') : NULL;

	return strchr(close ? close : p, ':');
}

static int parse_parts(const char *text, struct connect_to *c, struct why *why)
{
	const char *port, *address, *to_port;
	int rc = 0;

	port = strchr(text, ':');
	address = port ? strchr(port + 1, ':') : NULL;
	to_port = address ? address_end(address + 1) : NULL;
	if (!to_port)
		return why_set(why, DP_EINVAL, "'%s' is not HOST:PORT:ADDR:PORT", text);
	if (port > text)
		rc = hostname_parse(text, (size_t)(port - text), HOSTNAME_PLAIN, &c->host,
				    NULL, why);
	if (rc == 0)
		rc = parse_port(port + 1, (size_t)(address - port - 1), &c->port, why);
	if (rc == 0)
		rc = parse_address(address + 1, (size_t)(to_port - address - 1),
				   &c->address, why);
	if (rc == 0)
		rc = parse_port(to_port + 1, strlen(to_port + 1), &c->to_port, why);
	if (rc == 0 && !c->address && !c->to_port)
		rc = why_set(why, DP_EINVAL, "'%s' names neither address nor port", text);
	return rc;
}

static void clear_item(struct connect_to *c)
{
	free(c->host);
	free(c->address);
}

int connect_to_add(struct connect_to_list *list, const char *text, struct why *why)
{
	struct connect_to c = { 0 };
	int rc = parse_parts(text, &c, why);

	if (rc < 0) {
		clear_item(&c);
		return rc;
	}
	list->item = mem_grow(list->item, list->count, sizeof(*list->item));
	list->item[list->count++] = c;
	return 0;
}

void connect_to_clear(struct connect_to_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		clear_item(&list->item[i]);
	free(list->item);
	*list = (struct connect_to_list){ 0 };
}

bool connect_to_fits(const struct connect_to *item, const char *host, int port)
{
	return (!item->host || !strcmp(item->host, host)) &&
	       (!item->port || item->port == port);
}
