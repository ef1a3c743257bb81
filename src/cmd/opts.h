/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of a verb: one table, by which they are parsed, get their defaults and
 * are explained in --help. */
#ifndef CMD_OPTS_H
#define CMD_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct why;

enum opt_kind {
	OPT_FLAG,    /* bool */
	OPT_COUNT,   /* int, one more each time */
	OPT_TEXT,    /* const char *, borrowed from argv */
	OPT_LIST,    /* struct opt_list, repeatable */
	OPT_INT,     /* int, from min to max */
	OPT_SECONDS, /* int64_t ms; a bare number is seconds; min and max in ms */
	OPT_TIME,    /* int64_t ms; the unit is needed; min and max in ms */
	OPT_WORD,    /* const char *, borrowed: one of the words in argument ("a|b|c") */
	OPT_CHOICE,  /* int: which of the words in argument ("a|b|c") */
	OPT_OWN	     /* parse() below; repeatable if it lets itself be called again */
};

/* Texts as given, borrowed from argv; the array is owned. */
struct opt_list {
	const char **item;
	size_t count;
};

struct opt {
	const char *long_name; /* NULL ends the table */
	char short_name;       /* 0: none */
	enum opt_kind kind;
	size_t offset; /* of the field in the verb's values */
	int64_t min, max;
	const char *fallback; /* text of the default, shown in --help; NULL: field stays
				 zero */
	/* The argument's name in --help; NULL for OPT_FLAG and OPT_COUNT. "[=FILE]": it
	 * may be left out, for OPT_OWN without a letter, whose parse() then gets NULL. */
	const char *argument;
	const char *help;
	int (*parse)(const char *text, void *field, struct why *why); /* OPT_OWN */
};

/* What remains beside the options. */
struct opts_rest {
	struct opt_list args;
	bool help; /* --help was given: nothing else counts */
};

/* Applies the defaults to zeroed values. They are our own text, so a bad one aborts. */
void opts_init(const struct opt *table, void *values);
/* Reads argv[1] .. argv[argc - 1], options and arguments in any order, "--" ends the
 * options. DP_EINVAL names the option, the bad value and the remedy; what was read so far
 * stays in values. Undo with opts_clear() in any case. */
int opts_parse(const struct opt *table, int argc, char **argv, void *values,
	       struct opts_rest *ret_rest, struct why *why);
/* Frees the lists of values and rest; the verb frees OPT_OWN fields. */
void opts_clear(const struct opt *table, void *values, struct opts_rest *rest);
/* Prints the option lines of --help, at most 80 columns: "  -x, --long ARG  help". */
void opts_help(const struct opt *table, FILE *out);
/* Prints text in lines of at most 80 columns, each begun with indent blanks; at_column
 * is where the first line already is. */
void opts_wrap(FILE *out, const char *text, int indent, int at_column);

#endif
