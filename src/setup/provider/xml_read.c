/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/xml_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "net/xml.h"

#define TAG_MAX 4096
#define TEXT_MAX (256 * 1024)

/* What &NAME; stands for; NULL: nothing that is known. name ends with ";". */
static const char *find_reference(const char *name, size_t *ret_len)
{
	static const struct {
		const char *name, *text;
	} known[] = { { "amp;", "&" },	 { "lt;", "<" },   { "gt;", ">" },
		      { "quot;", "\"" }, { "apos;", "'" }, { "#39;", "'" },
		      { "#34;", "\"" } };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		*ret_len = strlen(known[i].name);
		if (!strncmp(name, known[i].name, *ret_len))
			return known[i].text;
	}
	return NULL;
}

/* In place; what isn't known stays as it is written. */
static void resolve_references(char *text)
{
	const char *with;
	char *to = text;
	size_t len = 0;

	while (*text) {
		with = *text == '&' ? find_reference(text + 1, &len) : NULL;
		*to++ = with ? *with : *text;
		text += with ? len + 1 : 1;
	}
	*to = '\0';
}

static bool give_element(const struct xml *xml, xml_element_fn *see, void *arg)
{
	size_t name_len, text_len;
	const char *local = xml_local(xml, &name_len), *at = xml_text(xml, &text_len);
	char *name = mem_text_n(local, name_len);
	char *text = xml_last(xml) == XML_EMPTY ? mem_text("") : mem_text_n(at, text_len);
	const struct xml_element e = { name, text, xml_depth(xml) };
	bool go_on;

	resolve_references(text);
	go_on = see(&e, arg);
	free(text);
	free(name);
	return go_on;
}

static bool is_of(const struct xml *xml, const char *ns)
{
	const char *its = xml_ns(xml);

	return its && !strcmp(its, ns);
}

int xml_read_each(const char *body, const char *ns, xml_element_fn *see, void *arg,
		  struct why *why)
{
	struct line_source from = { (const uint8_t *)body, strlen(body) };
	struct xml *xml = xml_new(TAG_MAX);
	bool go_on = true, ended = false;
	enum xml_kind kind;
	size_t text_len;

	xml_keep_text(xml, TEXT_MAX);
	while (go_on && !ended) {
		kind = xml_take(xml, &from);
		xml_text(xml, &text_len);
		if (kind == XML_MORE || kind == XML_BAD || text_len >= TEXT_MAX)
			break;
		ended = kind != XML_OPEN && xml_depth(xml) == 1;
		if (kind != XML_OPEN && is_of(xml, ns))
			go_on = give_element(xml, see, arg);
	}
	xml_free(xml);
	return !go_on || ended ? 0
			       : why_set(why, DP_EFORMAT,
					 "it is no XML of the kind that was expected");
}
