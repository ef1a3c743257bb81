/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/xml.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* Features are three deep; servers send a handful of attributes and namespaces. */
#define DEPTH_MAX 16
#define ATTRIBUTES_MAX 32
#define BINDINGS_MAX 64
#define TEXT_MAX 256 /* for sentences only; what is longer is cut */

/* A part of the tag. */
struct span {
	const char *at;
	size_t len;
};

struct attribute {
	struct span name, value;
};

struct binding {
	char *prefix, *ns; /* owned; prefix "": the default */
	size_t depth;
};

struct xml {
	struct buf tag, text;
	bool in_tag, begun;
	char quote;	       /* the open one in the tag; NUL: none */
	char *open[DEPTH_MAX]; /* owned: names of the open elements */
	size_t opened;
	struct binding bindings[BINDINGS_MAX];
	size_t bound;
	/* The last tag; spans of the buffer. */
	struct attribute attributes[ATTRIBUTES_MAX];
	size_t attribute_count;
	struct span name, local;
	size_t depth;
	char *ns; /* owned */
	bool bad;
	enum xml_kind last;
};

struct xml *xml_new(size_t max)
{
	struct xml *xml = mem_zero(sizeof(*xml));

	buf_init(&xml->tag, max);
	buf_init(&xml->text, TEXT_MAX);
	return xml;
}

void xml_keep_text(struct xml *xml, size_t max)
{
	xml->text.max = max;
}

/* Forgets what the elements from that depth on have bound. */
static void unbind_from(struct xml *xml, size_t depth)
{
	while (xml->bound && xml->bindings[xml->bound - 1].depth >= depth) {
		xml->bound--;
		free(xml->bindings[xml->bound].prefix);
		free(xml->bindings[xml->bound].ns);
	}
}

void xml_free(struct xml *xml)
{
	if (!xml)
		return;
	unbind_from(xml, 0);
	while (xml->opened)
		free(xml->open[--xml->opened]);
	buf_clear(&xml->tag);
	buf_clear(&xml->text);
	free(xml->ns);
	free(xml);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool starts_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool in_name(char c)
{
	return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool span_is(struct span a, const char *text)
{
	return strlen(text) == a.len && !memcmp(a.at, text, a.len);
}

static bool same_span(struct span a, struct span b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

static void skip_octets(struct span *from, size_t n)
{
	from->at += n;
	from->len -= n;
}

static bool skip_blanks(struct span *from)
{
	size_t before = from->len;

	while (from->len && is_blank(*from->at))
		skip_octets(from, 1);
	return from->len < before;
}

/* A name with at most one colon, in its midst; false: none. */
static bool take_name(struct span *from, struct span *ret_name)
{
	bool colon = false;
	size_t n = 0;

	while (n < from->len &&
	       (in_name(from->at[n]) || (from->at[n] == ':' && !colon))) {
		if ((n == 0 || from->at[n - 1] == ':') && !starts_name(from->at[n]))
			return false;
		colon = colon || from->at[n] == ':';
		n++;
	}
	if (!n || from->at[n - 1] == ':')
		return false;
	*ret_name = (struct span){ from->at, n };
	skip_octets(from, n);
	return true;
}

static struct span prefix_of(struct span name)
{
	const char *colon = memchr(name.at, ':', name.len);

	return (struct span){ name.at, colon ? (size_t)(colon - name.at) : 0 };
}

static struct span local_of(struct span name)
{
	size_t prefix = prefix_of(name).len;

	skip_octets(&name, prefix ? prefix + 1 : 0);
	return name;
}

static bool take_attribute(struct xml *xml, struct span *from)
{
	struct attribute a;
	const char *end;
	size_t i;

	if (!take_name(from, &a.name))
		return false;
	skip_blanks(from);
	if (!from->len || *from->at != '=')
		return false;
	skip_octets(from, 1);
	skip_blanks(from);
	if (!from->len || (*from->at != '"' && *from->at != '\''))
		return false;
	end = memchr(from->at + 1, *from->at, from->len - 1);
	if (!end)
		return false;
	a.value = (struct span){ from->at + 1, (size_t)(end - from->at) - 1 };
	skip_octets(from, a.value.len + 2);
	for (i = 0; i < xml->attribute_count; i++)
		if (same_span(xml->attributes[i].name, a.name))
			return false;
	if (xml->attribute_count == ATTRIBUTES_MAX)
		return false;
	xml->attributes[xml->attribute_count++] = a;
	return true;
}

/* An attribute that binds a prefix, or the default, to a namespace. */
static bool bind_prefix(struct xml *xml, const struct attribute *a)
{
	bool fallback = span_is(a->name, "xmlns");
	struct span prefix = local_of(a->name);

	if (!fallback && !span_is(prefix_of(a->name), "xmlns"))
		return true;
	/* a reference would have to be resolved; nobody writes one here */
	if (xml->bound == BINDINGS_MAX || memchr(a->value.at, '&', a->value.len))
		return false;
	if (!fallback &&
	    (!a->value.len || span_is(prefix, "xml") || span_is(prefix, "xmlns")))
		return false;
	xml->bindings[xml->bound++] = (struct binding){
		.prefix = mem_text_n(prefix.at, fallback ? 0 : prefix.len),
		.ns = mem_text_n(a->value.at, a->value.len),
		.depth = xml->depth,
	};
	return true;
}

/* The namespace of the name; false: its prefix isn't bound. */
static bool resolve_prefix(struct xml *xml)
{
	struct span prefix = prefix_of(xml->name);
	size_t i;

	free(xml->ns);
	xml->ns = NULL;
	xml->local = local_of(xml->name);
	for (i = xml->bound; i > 0; i--)
		if (span_is(prefix, xml->bindings[i - 1].prefix)) {
			xml->ns = mem_text(xml->bindings[i - 1].ns);
			return true;
		}
	if (!prefix.len)
		xml->ns = mem_text("");
	return !prefix.len;
}

static enum xml_kind read_close(struct xml *xml, struct span from)
{
	bool known;

	if (!take_name(&from, &xml->name))
		return XML_BAD;
	skip_blanks(&from);
	if (from.len || !xml->opened || !span_is(xml->name, xml->open[xml->opened - 1]))
		return XML_BAD;
	xml->depth = xml->opened;
	known = resolve_prefix(xml);
	unbind_from(xml, xml->depth);
	free(xml->open[--xml->opened]);
	return known ? XML_CLOSE : XML_BAD;
}

static enum xml_kind read_open(struct xml *xml, struct span from)
{
	bool empty = from.len && from.at[from.len - 1] == '/';
	size_t i;

	from.len -= empty;
	if (!take_name(&from, &xml->name) || xml->opened == DEPTH_MAX)
		return XML_BAD;
	while (skip_blanks(&from) && from.len)
		if (!take_attribute(xml, &from))
			return XML_BAD;
	if (from.len)
		return XML_BAD;
	xml->depth = xml->opened + 1;
	for (i = 0; i < xml->attribute_count; i++)
		if (!bind_prefix(xml, &xml->attributes[i]))
			return XML_BAD;
	if (!resolve_prefix(xml))
		return XML_BAD;
	if (empty)
		unbind_from(xml, xml->depth);
	else
		xml->open[xml->opened++] = mem_text_n(xml->name.at, xml->name.len);
	return empty ? XML_EMPTY : XML_OPEN;
}

/* The XML declaration, which only the very beginning of the stream may have. */
static bool is_declaration(struct span from)
{
	return from.len > 6 && !memcmp(from.at, "?xml", 4) && is_blank(from.at[4]) &&
	       from.at[from.len - 1] == '?';
}

static enum xml_kind read_tag(struct xml *xml)
{
	/* without the angles */
	struct span inside = { xml->tag.data + 1, xml->tag.len - 2 };
	bool first = !xml->begun;

	xml->begun = true;
	xml->attribute_count = 0;
	if (first && is_declaration(inside))
		return XML_MORE;
	if (!inside.len || *inside.at != '/')
		return read_open(xml, inside);
	skip_octets(&inside, 1);
	return read_close(xml, inside);
}

/* Whether the byte may stand there. */
static bool add_byte(struct xml *xml, char c)
{
	if (xml->in_tag) {
		if (!c || c == '<')
			return false;
		if (xml->quote && c == xml->quote)
			xml->quote = '\0';
		else if (!xml->quote && (c == '"' || c == '\''))
			xml->quote = c;
		return buf_add(&xml->tag, &c, 1);
	}
	if (c == '<') {
		buf_reset(&xml->tag);
		xml->in_tag = true;
		return buf_add(&xml->tag, &c, 1);
	}
	/* text stands in elements only */
	if (!c || (!xml->opened && !is_blank(c)))
		return false;
	xml->begun = true;
	buf_add(&xml->text, &c, 1);
	return true;
}

enum xml_kind xml_take(struct xml *xml, struct line_source *from)
{
	enum xml_kind event = XML_MORE;

	if (xml->last != XML_MORE)
		buf_reset(&xml->text);
	while (from->len && event == XML_MORE && !xml->bad) {
		char c = (char)*from->at;

		xml->bad = !add_byte(xml, c);
		from->at++;
		from->len--;
		if (xml->bad || !xml->in_tag || xml->quote || c != '>')
			continue;
		xml->in_tag = false;
		event = read_tag(xml);
		xml->bad = event == XML_BAD;
	}
	xml->last = xml->bad ? XML_BAD : event;
	return xml->last;
}

enum xml_kind xml_last(const struct xml *xml)
{
	return xml->last;
}

size_t xml_depth(const struct xml *xml)
{
	return xml->depth;
}

const char *xml_ns(const struct xml *xml)
{
	return xml->ns;
}

bool xml_is(const struct xml *xml, const char *ns, const char *local)
{
	return !strcmp(xml->ns, ns) && span_is(xml->local, local);
}

const char *xml_local(const struct xml *xml, size_t *ret_len)
{
	*ret_len = xml->local.len;
	return xml->local.at;
}

const char *xml_attribute(const struct xml *xml, const char *name, size_t *ret_len)
{
	size_t i;

	for (i = 0; i < xml->attribute_count; i++)
		if (span_is(xml->attributes[i].name, name)) {
			*ret_len = xml->attributes[i].value.len;
			return xml->attributes[i].value.at;
		}
	return NULL;
}

const char *xml_text(const struct xml *xml, size_t *ret_len)
{
	*ret_len = xml->text.len;
	return buf_str(&xml->text);
}

const char *xml_tag(const struct xml *xml, size_t *ret_len)
{
	*ret_len = xml->tag.len;
	return buf_str(&xml->tag);
}
