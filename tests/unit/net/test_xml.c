/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/xml.h"

#include <string.h>

#include "base/buf.h"

struct row {
	const char *text,
		*events; /* "+name{ns}" opens, "-" closes, "=" is empty, "!" bad */
};

static const struct row table[] = {
	{ "<a>", "+a{}" },
	{ "<?xml version='1.0'?><a>x<b/></a>", "+a{}=b{}-a{}" },
	{ "<a xmlns='u'><b xmlns=''/><c/></a>", "+a{u}=b{}=c{u}-a{u}" },
	{ "<p:a xmlns:p='u' xmlns='v'><p:b/><b/></p:a>", "+a{u}=b{u}=b{v}-a{u}" },
	{ "<a><p:b xmlns:p='u'/><p:c/>", "+a{}=b{u}!" },
	{ "<a><p:b xmlns:p='u'></p:b><p:c/>", "+a{}+b{u}-b{u}!" },
	{ "<a xmlns='u'><a xmlns='v'></a></a>", "+a{u}+a{v}-a{v}-a{u}" },
	{ "<a b='>' c=\"<\">", "!" },
	{ "<a b='>' c=\"'\"/>", "=a{}" },
	{ "<a b = 'c' >", "+a{}" },
	{ "<a></b>", "+a{}!" },
	{ "</a>", "!" },
	{ "<a></a ></a>", "+a{}-a{}!" },
	{ "<a b='1' b='2'>", "!" },
	{ "<a b>", "!" },
	{ "<a b=c>", "!" },
	{ "<a b='c'd='e'>", "!" },
	{ "<a b=''", "" },
	{ "<>", "!" },
	{ "<a/ >", "!" },
	{ "< a>", "!" },
	{ "<1>", "!" },
	{ "<:a>", "!" },
	{ "<a:>", "!" },
	{ "<a:1 xmlns:a='u'>", "!" },
	{ "<a:b:c xmlns:a='u'>", "!" },
	{ "<a xmlns:p=''>", "!" },
	{ "<a xmlns:xml='u'>", "!" },
	{ "<a xmlns='&amp;'>", "!" },
	{ "<a><!-- x -->", "+a{}!" },
	{ "<a><?x?>", "+a{}!" },
	{ "<a><![CDATA[x]]>", "+a{}!" },
	{ "<!DOCTYPE a>", "!" },
	{ "<?xml-stylesheet?>", "!" },
	{ "<?xml version='1.0'?><?xml version='1.0'?>", "!" },
	{ "x<a>", "!" },
	{ " <?xml version='1.0'?>", "!" },
	{ " \r\n\t<a>", "+a{}" },
	{ "<a/>x", "=a{}!" },
	{ "<a1.b-c_d/>", "=a1.b-c_d{}" },
	{ "<\303\244/>", "=\303\244{}" },
	{ "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>",
	  "+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}+a{}!" },
	{ "<a b1='' b2='' b3='' b4='' b5='' b6='' b7='' b8='' b9='' c1='' c2='' c3='' "
	  "c4='' c5='' c6='' c7='' c8='' c9='' d1='' d2='' d3='' d4='' d5='' d6='' d7='' "
	  "d8='' d9='' e1='' e2='' e3='' e4='' e5='' e6=''>",
	  "!" },
};

static void describe(struct xml *xml, enum xml_kind kind, struct buf *events)
{
	static const char signs[] = {
		[XML_OPEN] = '+', [XML_EMPTY] = '=', [XML_CLOSE] = '-', [XML_BAD] = '!'
	};
	const char *name;
	size_t len;

	if (kind == XML_MORE)
		return;
	buf_add(events, &signs[kind], 1);
	assert_int_equal(xml_last(xml), kind);
	if (kind == XML_BAD)
		return;
	name = xml_local(xml, &len);
	buf_printf(events, "%.*s{%s}", (int)len, name, xml_ns(xml));
}

static void play(const struct row *row, size_t step)
{
	struct xml *xml = xml_new(4096);
	size_t i, len = strlen(row->text);
	enum xml_kind kind = XML_MORE;
	struct buf events;

	buf_init(&events, 4096);
	for (i = 0; i < len && kind != XML_BAD; i += step) {
		struct line_source from = { (const uint8_t *)row->text + i,
					    len - i < step ? len - i : step };

		while (from.len && kind != XML_BAD) {
			kind = xml_take(xml, &from);
			describe(xml, kind, &events);
		}
	}
	if (strcmp(buf_str(&events), row->events))
		fail_msg("%s: %s for %s", row->text, buf_str(&events), row->events);
	buf_clear(&events);
	xml_free(xml);
}

static void test_xml_take(void **state)
{
	size_t i, step;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (step = 1; step <= strlen(table[i].text); step++)
			play(&table[i], step);
}

static enum xml_kind give(struct xml *xml, const char *text, size_t len)
{
	struct line_source from = { (const uint8_t *)text, len };

	return xml_take(xml, &from);
}

static void test_xml_text_and_attributes(void **state)
{
	struct xml *xml = xml_new(64);
	const char *text;
	size_t len;

	(void)state;
	assert_int_equal(give(xml, "<a b='c' p:b='d'>", 17), XML_OPEN);
	assert_int_equal(xml_depth(xml), 1);
	assert_true(xml_is(xml, "", "a"));
	text = xml_attribute(xml, "b", &len);
	assert_true(len == 1 && *text == 'c');
	assert_null(xml_attribute(xml, "c", &len));
	assert_int_equal(give(xml, "te", 2), XML_MORE);
	assert_int_equal(give(xml, "xt</a>", 6), XML_CLOSE);
	text = xml_text(xml, &len);
	assert_true(len == 4 && !memcmp(text, "text", 4));
	text = xml_tag(xml, &len);
	assert_true(len == 4 && !memcmp(text, "</a>", 4));
	xml_free(xml);
}

static void test_xml_take_bounds(void **state)
{
	struct xml *xml = xml_new(8);

	(void)state;
	assert_int_equal(give(xml, "<abcdefg", 8), XML_MORE);
	assert_int_equal(give(xml, ">", 1), XML_BAD);
	assert_int_equal(give(xml, "<a>", 3), XML_BAD);
	xml_free(xml);
	xml = xml_new(8);
	assert_int_equal(give(xml, "<a\0>", 4), XML_BAD);
	xml_free(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xml_take),
		cmocka_unit_test(test_xml_text_and_attributes),
		cmocka_unit_test(test_xml_take_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
