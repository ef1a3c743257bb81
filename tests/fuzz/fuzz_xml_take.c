/* SPDX-License-Identifier: BSD-2-Clause */
/* An XMPP server's stream, cut at any place. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct xml *xml)
{
	size_t len;
	const char *text = xml_local(xml, &len);

	if (text && len && !*text)
		abort();
	(void)xml_is(xml, "urn:ietf:params:xml:ns:xmpp-tls", "starttls");
	(void)xml_attribute(xml, "version", &len);
	(void)xml_text(xml, &len);
	(void)xml_tag(xml, &len);
	(void)xml_depth(xml);
}

/* The first octet says how long the pieces are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? data[0] + 1u : 1, at = size ? 1 : 0, len;
	struct xml *xml = xml_new(4096);
	enum xml_kind kind = XML_MORE;
	struct line_source from;

	for (; at < size && kind != XML_BAD; at += len) {
		len = size - at < piece ? size - at : piece;
		from = (struct line_source){ .at = data + at, .len = len };
		do {
			kind = xml_take(xml, &from);
			if (kind != XML_MORE && kind != XML_BAD)
				look_at(xml);
		} while (kind != XML_MORE && kind != XML_BAD);
	}
	xml_free(xml);
	return 0;
}
