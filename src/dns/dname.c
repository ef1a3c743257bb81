/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/dname.h"

#include <ctype.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

char *dname_text(const struct ldns_struct_rdf *name)
{
	char *text = ldns_rdf2str(name);
	char *copy, *p;
	size_t len;

	if (!text)
		return mem_text("");
	len = strlen(text);
	if (len && text[len - 1] == '.')
		len--;
	copy = mem_text_n(text, len);
	free(text);
	for (p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
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
