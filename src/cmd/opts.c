/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/opts.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "base/number.h"
#include "base/terminal.h"
#include "base/why.h"

#define HELP_COLUMN 26
#define CODE_BASE 256 /* getopt codes: CODE_BASE + row, above every character */

static size_t count_rows(const struct opt *table)
{
	size_t n = 0;

	while (table[n].long_name)
		n++;
	return n;
}

static void list_add(struct opt_list *list, const char *text)
{
	list->item = mem_grow(list->item, list->count, sizeof(*list->item));
	list->item[list->count++] = text;
}

/* Finds which of "a|b|c" text is; -1 none. */
static int find_choice(const char *choices, const char *text)
{
	size_t len = strlen(text), part;
	int i;

	for (i = 0;; i++, choices += part + 1) {
		part = strcspn(choices, "|");
		if (part == len && !strncmp(choices, text, len))
			return i;
		if (!choices[part])
			return -1;
	}
}

static int set_choice(const struct opt *o, const char *text, int *field, struct why *why)
{
	int i = find_choice(o->argument, text);

	if (i < 0)
		return why_set(why, DP_EINVAL, "'%s' is none of %s", text, o->argument);
	*field = i;
	return 0;
}

static int set_number(const struct opt *o, const char *text, int *field, struct why *why)
{
	int64_t value;
	int rc = number_parse(text, o->min, o->max, &value, why);

	if (rc == 0)
		*field = (int)value;
	return rc;
}

static int set_time(const struct opt *o, const char *text, int64_t *field,
		    struct why *why)
{
	int64_t ms;
	int rc = number_parse_time(text, o->kind == OPT_TIME, &ms, why);

	if (rc < 0)
		return rc;
	if (ms < o->min || ms > o->max)
		return why_set(why, DP_EINVAL, "%s is not between %g and %g seconds",
			       text, (double)o->min / 1000, (double)o->max / 1000);
	*field = ms;
	return 0;
}

static int set_value(const struct opt *o, const char *text, void *values, struct why *why)
{
	void *field = (char *)values + o->offset;
	int choice;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)field = true;
		return 0;
	case OPT_COUNT:
		++*(int *)field;
		return 0;
	case OPT_TEXT:
		*(const char **)field = text;
		return 0;
	case OPT_LIST:
		list_add(field, text);
		return 0;
	case OPT_INT:
		return set_number(o, text, field, why);
	case OPT_SECONDS:
	case OPT_TIME:
		return set_time(o, text, field, why);
	case OPT_WORD:
		*(const char **)field = text;
		return set_choice(o, text, &choice, why);
	case OPT_CHOICE:
		return set_choice(o, text, field, why);
	case OPT_OWN:
		return o->parse(text, field, why);
	}
	return 0;
}

void opts_init(const struct opt *table, void *values)
{
	for (; table->long_name; table++)
		if (table->fallback &&
		    set_value(table, table->fallback, values, NULL) < 0)
			abort();
}

static bool is_optional(const struct opt *o)
{
	return o->argument && *o->argument == '[';
}

static int has_argument(const struct opt *o)
{
	if (!o->argument)
		return no_argument;
	return is_optional(o) ? optional_argument : required_argument;
}

/* getopt's two tables, made from ours; --help is in every verb. */
struct getopt_tables {
	struct option *options; /* owned */
	char *letters;		/* owned */
};

static struct getopt_tables make_tables(const struct opt *table)
{
	size_t n = count_rows(table), i;
	struct getopt_tables t;
	char *p;

	t.options = mem_array(n + 2, sizeof(*t.options));
	t.letters = mem_zero(2 * n + 4);
	p = t.letters;
	*p++ = '-'; /* arguments come in their order, whatever POSIXLY_CORRECT says */
	*p++ = ':'; /* a missing argument is told from an unknown option */
	for (i = 0; i < n; i++) {
		t.options[i] = (struct option){ .name = table[i].long_name,
						.has_arg = has_argument(&table[i]),
						.val = (int)(CODE_BASE + i) };
		if (!table[i].short_name)
			continue;
		*p++ = table[i].short_name;
		if (table[i].argument)
			*p++ = ':';
	}
	*p++ = 'h';
	t.options[n] = (struct option){ .name = "help", .val = 'h' };
	return t;
}

static const struct opt *find_row(const struct opt *table, int code)
{
	if (code >= CODE_BASE)
		return &table[code - CODE_BASE];
	for (; table->long_name; table++)
		if (code && table->short_name == code)
			return table;
	return NULL;
}

static int refuse_unknown(const struct opt *table, const char *word, struct why *why)
{
	size_t len = strcspn(word + 2, "="), matches = 0;
	char *name = mem_text_n(word + 2, len);
	struct nearest near;
	int rc;

	nearest_init(&near, name);
	nearest_offer(&near, "help");
	for (; table->long_name; table++) {
		matches += !strncmp(table->long_name, name, len);
		nearest_offer(&near, table->long_name);
	}
	if (len && matches > 1)
		rc = why_set(why, DP_EINVAL, "--%s is the beginning of several options",
			     name);
	else if (matches == 1)
		rc = why_set(why, DP_EINVAL, "--%s takes no value", name);
	else if (near.best)
		rc = why_set(why, DP_EINVAL, "unknown option --%s: did you mean --%s?",
			     name, near.best);
	else
		rc = why_set(why, DP_EINVAL, "unknown option --%s", name);
	free(name);
	return rc;
}

static int refuse_option(const struct opt *table, int code, char **argv, struct why *why)
{
	const struct opt *o = find_row(table, optopt);

	if (code == ':')
		return o->short_name == optopt
			       ? why_set(why, DP_EINVAL, "-%c needs a value: -%c %s",
					 optopt, optopt, o->argument)
			       : why_set(why, DP_EINVAL, "--%s needs a value: --%s %s",
					 o->long_name, o->long_name, o->argument);
	if (optopt && optopt < CODE_BASE)
		return why_set(why, DP_EINVAL, "unknown option -%c", optopt);
	return refuse_unknown(table, argv[optind - 1], why);
}

/* The message of a bad value begins with its option. */
static int apply_option(const struct opt *o, void *values, struct why *why)
{
	struct why inner = { "" };
	int rc = set_value(o, optarg, values, &inner);

	if (rc < 0)
		why_set(why, rc, "--%s: %s", o->long_name, inner.text);
	return rc;
}

int opts_parse(const struct opt *table, int argc, char **argv, void *values,
	       struct opts_rest *ret_rest, struct why *why)
{
	struct getopt_tables t = make_tables(table);
	int code, rc = 0;

	*ret_rest = (struct opts_rest){ 0 };
	optind = 0; /* makes getopt begin anew */
	opterr = 0;
	while (rc == 0 && !ret_rest->help) {
		code = getopt_long(argc, argv, t.letters, t.options, NULL);
		if (code == -1)
			break;
		if (code == 1)
			list_add(&ret_rest->args, optarg);
		else if (code == 'h')
			ret_rest->help = true;
		else if (code == '?' || code == ':')
			rc = refuse_option(table, code, argv, why);
		else
			rc = apply_option(find_row(table, code), values, why);
	}
	while (rc == 0 && optind < argc && !ret_rest->help)
		list_add(&ret_rest->args, argv[optind++]);
	free(t.options);
	free(t.letters);
	return rc;
}

void opts_clear(const struct opt *table, void *values, struct opts_rest *rest)
{
	for (; table->long_name; table++)
		if (table->kind == OPT_LIST) {
			struct opt_list *list =
				(struct opt_list *)(void *)((char *)values +
							    table->offset);

			free(list->item);
			*list = (struct opt_list){ 0 };
		}
	free(rest->args.item);
	*rest = (struct opts_rest){ 0 };
}

void opts_wrap(FILE *out, const char *text, int indent, int at_column)
{
	int column = at_column, columns = (int)terminal_columns(fileno(out));
	bool begun = false;

	if (column < indent)
		column += fprintf(out, "%*s", indent - column, "");
	while (*text) {
		int len = (int)strcspn(text, " \n");

		if (begun && column + 1 + len > columns) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
			begun = false;
		}
		column += fprintf(out, "%s%.*s", begun ? " " : "", len, text);
		begun = true;
		text += len;
		text += *text != '\0';
	}
	fputc('\n', out);
}

static void help_line(const struct opt *o, FILE *out)
{
	char *text;
	int column;

	if (o->short_name)
		column = fprintf(out, "  -%c, --%s", o->short_name, o->long_name);
	else
		column = fprintf(out, "      --%s", o->long_name);
	if (o->argument)
		column += fprintf(out, "%s%s", is_optional(o) ? "" : " ", o->argument);
	if (column > HELP_COLUMN - 2) {
		fputc('\n', out);
		column = 0;
	}
	text = o->fallback ? mem_printf("%s (default %s)", o->help, o->fallback)
			   : mem_text(o->help);
	opts_wrap(out, text, HELP_COLUMN, column);
	free(text);
}

void opts_help(const struct opt *table, FILE *out)
{
	static const struct opt help = { .long_name = "help",
					 .short_name = 'h',
					 .help = "print this" };

	for (; table->long_name; table++)
		help_line(table, out);
	help_line(&help, out);
}
