/* SPDX-License-Identifier: BSD-2-Clause */
/* The tags of an XML stream, with their namespaces: only what XMPP lets pass, so no
 * comments, processing instructions, document types or CDATA (RFC 6120 section 11.1);
 * whatever is unclear is bad. No I/O. */
#ifndef NET_XML_H
#define NET_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "net/line.h"

struct xml;

enum xml_kind {
	XML_MORE,  /* the source is empty */
	XML_OPEN,  /* <a> */
	XML_EMPTY, /* <a/> */
	XML_CLOSE, /* </a> */
	XML_BAD	   /* and nothing more can be read */
};

/* max: bytes of one tag. */
struct xml *xml_new(size_t max);
void xml_free(struct xml *xml);
/* From now on keeps up to max octets of a text; some hundred at first. */
void xml_keep_text(struct xml *xml, size_t max);
/* Takes from the source up to a tag's end, and no byte behind it. An XML declaration is
 * passed over. */
enum xml_kind xml_take(struct xml *xml, struct line_source *from);
/* What the last xml_take() returned. */
enum xml_kind xml_last(const struct xml *xml);
/* Of the last tag; these stay until the next xml_take(). The root's depth is 1. */
size_t xml_depth(const struct xml *xml);
bool xml_is(const struct xml *xml, const char *ns, const char *local);
const char *xml_local(const struct xml *xml, size_t *ret_len);
const char *xml_ns(const struct xml *xml);
/* Its attribute without a prefix, *ret_len bytes as written; NULL: none. */
const char *xml_attribute(const struct xml *xml, const char *name, size_t *ret_len);
/* The text between the tag before and this one, its beginning, as written. */
const char *xml_text(const struct xml *xml, size_t *ret_len);
/* The last tag as written, or what is bad. */
const char *xml_tag(const struct xml *xml, size_t *ret_len);

#endif
