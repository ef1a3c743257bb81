/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/dname.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/same.h"
#include "base/why.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads one octet of a label; returns what follows it, NULL for a bad escape. */
static const char *read_octet(const char *p, uint8_t *ret_octet)
{
	int value;

	if (*p != '\\') {
		*ret_octet = (uint8_t)*p;
		return p + 1;
	}
	p++;
	if (!is_digit(*p)) {
		*ret_octet = (uint8_t)*p;
		return *p ? p + 1 : NULL;
	}
	if (!is_digit(p[1]) || !is_digit(p[2]))
		return NULL;
	value = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	*ret_octet = (uint8_t)value;
	return value <= 255 ? p + 3 : NULL;
}

/* Appends the label at text and moves *text behind it and its dot. */
static bool add_label(struct dname *name, const char **text)
{
	const char *p = *text;
	size_t start = name->len++;
	uint8_t octet;

	while (*p && *p != '.') {
		p = read_octet(p, &octet);
		/* one octet more for the end of the name */
		if (!p || name->len - start > DNAME_LABEL_MAX ||
		    name->len + 1 >= DNAME_MAX)
			return false;
		name->octet[name->len++] = octet;
	}
	name->octet[start] = (uint8_t)(name->len - start - 1);
	*text = *p ? p + 1 : p;
	return name->octet[start] != 0;
}

int dname_from_text(const char *text, struct dname *ret_name, struct why *why)
{
	struct dname name = { .len = 0 };
	const char *p = strcmp(text, ".") ? text : "";

	while (*p)
		if (name.len + 2 >= DNAME_MAX || !add_label(&name, &p))
			return why_set(why, DP_EINVAL, "'%s' is not a domain name", text);
	name.octet[name.len++] = 0;
	*ret_name = name;
	return 0;
}

/* The octets that tell lengths are below 64, where there are no letters. */
bool dname_equal(const struct dname *a, const struct dname *b)
{
	return a->len == b->len && same_in_any_case(a->octet, b->octet, a->len);
}

bool dname_is_below(const struct dname *name, const struct dname *parent)
{
	size_t at = 0;

	while (name->len - at > parent->len)
		at += 1u + name->octet[at];
	return at && name->len - at == parent->len &&
	       same_in_any_case(name->octet + at, parent->octet, parent->len);
}

static char *put_octet(char *out, uint8_t octet)
{
	if (octet && strchr(".;()\\", octet)) {
		*out++ = '\\';
		*out++ = (char)octet;
	} else if (octet > ' ' && octet < 0x7f) {
		*out++ = (char)tolower(octet);
	} else {
		out += snprintf(out, 5, "\\%03u", octet);
	}
	return out;
}

char *dname_text(const uint8_t *wire, size_t len)
{
	char text[DNAME_TEXT_MAX], *out = text;
	size_t at = 0, i;

	if (len > DNAME_MAX)
		len = DNAME_MAX;
	while (at < len && wire[at] && wire[at] <= DNAME_LABEL_MAX &&
	       wire[at] < len - at) {
		if (at)
			*out++ = '.';
		for (i = 1; i <= wire[at]; i++)
			out = put_octet(out, wire[at + i]);
		at += 1u + wire[at];
	}
	return mem_text_n(text, (size_t)(out - text));
}

/* Labels up to the root label, which has to be the last octet. */
static bool is_whole_name(const uint8_t *wire, size_t len)
{
	size_t at = 0;

	if (len > DNAME_MAX)
		return false;
	while (at < len && wire[at]) {
		if (wire[at] > DNAME_LABEL_MAX)
			return false;
		at += 1u + wire[at];
	}
	return at + 1 == len;
}

int dname_from_wire(const uint8_t *wire, size_t len, char **ret_text, struct why *why)
{
	if (!is_whole_name(wire, len))
		return why_set(why, DP_EFORMAT, "malformed domain name of %zu octets",
			       len);
	*ret_text = dname_text(wire, len);
	return 0;
}

char *dname_tlsa_owner(const char *host, int port, const char *protocol)
{
	return mem_printf("_%d._%s.%s", port, protocol, host);
}

const char *dname_parent(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot && dot[1] ? dot + 1 : NULL;
}
