/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/complete.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/opts.h"
#include "cmd/setup_opts.h"
#include "setup/lineage/lineage.h"
#include "target/service.h"

/* The word that is being typed: what stands in front of the value in "--option=value"
 * stays as it is. */
struct typed {
	const char *text, *value;
	FILE *out;
};

static bool begins_with(const char *text, const char *beginning)
{
	return !strncmp(text, beginning, strlen(beginning));
}

/* Offers "before" and the first len octets of value, if that continues the word. */
static void offer_word(const struct typed *t, const char *before, const char *value,
		       size_t len, const char *help)
{
	char *word = mem_printf("%.*s%s%.*s", (int)(t->value - t->text), t->text, before,
				(int)len, value);

	if (begins_with(word, t->text))
		fprintf(t->out, "%s%s%s\n", word, help ? "\t" : "", help ? help : "");
	free(word);
}

static void offer_options(const struct typed *t, const struct opt *table)
{
	for (; table->long_name; table++)
		offer_word(t, "--", table->long_name, strlen(table->long_name),
			   table->help);
	offer_word(t, "--", "help", 4, "print this");
}

static const struct opt *find_long(const struct opt *table, const char *name, size_t len)
{
	for (; table->long_name; table++)
		if (strlen(table->long_name) == len &&
		    !strncmp(table->long_name, name, len))
			return table;
	return NULL;
}

/* The option whose value comes behind this word: "--name", or letters of which the last
 * one takes a value. */
static const struct opt *find_valued(const struct opt *table, const char *word)
{
	const struct opt *o = NULL;
	size_t len = strlen(word);

	if (len < 2 || word[0] != '-')
		return NULL;
	if (word[1] == '-')
		o = find_long(table, word + 2, len - 2);
	else
		for (; table->long_name && !o; table++)
			if (table->short_name == word[len - 1])
				o = table;
	return o && o->argument && o->argument[0] != '[' ? o : NULL;
}

static void offer_targets(const struct typed *t)
{
	char *scheme;
	size_t i;

	fputs(":nospace\n", t->out);
	for (i = 0; service_at(i); i++) {
		scheme = mem_printf("%s://", service_at(i)->name);
		offer_word(t, "", scheme, strlen(scheme), NULL);
		free(scheme);
	}
}

/* What has a dialogue before TLS. */
static void offer_protocols(const struct typed *t)
{
	size_t i;

	for (i = 0; service_at(i); i++)
		if (service_at(i)->start != SERVICE_TLS_AT_ONCE)
			offer_word(t, "", service_at(i)->name,
				   strlen(service_at(i)->name), NULL);
}

/* "a|b|c" in small letters is all that the option takes. */
static void offer_choices(const struct typed *t, const char *choices)
{
	size_t len;

	for (; *choices; choices += len + (choices[len] != '\0')) {
		len = strcspn(choices, "|");
		offer_word(t, "", choices, len, NULL);
	}
}

static void offer_value(const struct typed *t, const struct opt *o)
{
	if (strstr(o->argument, "FILE"))
		fputs(":file\n", t->out);
	else if (!strcmp(o->argument, "DIR"))
		fputs(":dir\n", t->out);
	else if (!strcmp(o->argument, "TARGET"))
		offer_targets(t);
	else if (!strcmp(o->argument, "PROTOCOL"))
		offer_protocols(t);
	else if (islower((unsigned char)o->argument[0]) && strchr(o->argument, '|'))
		offer_choices(t, o->argument);
}

/* Of what --dir, else the environment, names; nothing where that can't be read. */
static void offer_lineages(const struct typed *t, char **word, size_t count)
{
	struct setup_opts opts = { .dir = NULL };
	char **name = NULL;
	size_t names = 0, i;

	for (i = 0; i + 1 < count; i++)
		if (begins_with(word[i], "--dir="))
			opts.dir = word[i] + strlen("--dir=");
		else if (!strcmp(word[i], "--dir") && i + 2 < count)
			opts.dir = word[i + 1];
	if (lineage_list(setup_opts_dir(&opts), &name, &names, NULL) < 0)
		return;
	for (i = 0; i < names; i++) {
		offer_word(t, "", name[i], strlen(name[i]), NULL);
		free(name[i]);
	}
	free(name);
}

/* What may stand beside the options, as the synopsis has it. */
static void offer_arguments(const struct typed *t, const struct cmd *cmd, char **word,
			    size_t count)
{
	size_t len = strcspn(cmd->synopsis, " ");

	if (count == 1 && islower((unsigned char)cmd->synopsis[0]))
		offer_word(t, "", cmd->synopsis, len, NULL);
	else if (find_long(cmd->opts, "dir", 3) && strstr(cmd->synopsis, "NAME..."))
		offer_lineages(t, word, count);
	else if (strstr(cmd->synopsis, "TARGET...") && !find_long(cmd->opts, "dir", 3))
		offer_targets(t);
}

void complete_words(const struct cmd *cmd, char **word, size_t count, FILE *out)
{
	const char *text = count ? word[count - 1] : "", *equals = strchr(text, '=');
	struct typed t = { .text = text, .value = text, .out = out };
	const struct opt *o = NULL;

	if (count >= 2)
		o = find_valued(cmd->opts, word[count - 2]);
	if (!o && begins_with(text, "--") && equals) {
		o = find_long(cmd->opts, text + 2, (size_t)(equals - text) - 2);
		if (!o || !o->argument)
			return;
		t.value = equals + 1;
	}
	if (o)
		offer_value(&t, o);
	else if (*text == '-')
		offer_options(&t, cmd->opts);
	else
		offer_arguments(&t, cmd, word, count);
}

void complete_verbs(const struct cmd *const *verb, size_t verb_count, char **word,
		    size_t count, FILE *out)
{
	const char *text = count ? word[0] : "";
	const struct typed t = { .text = text, .value = text, .out = out };
	size_t i;

	for (i = 0; i < verb_count; i++)
		if (count <= 1)
			offer_word(&t, "", verb[i]->name, strlen(verb[i]->name),
				   verb[i]->summary);
		else if (!strcmp(verb[i]->name, text))
			complete_words(verb[i], word + 1, count - 1, out);
	if (count > 1)
		return;
	offer_word(&t, "--", "help", 4, "the verbs");
	offer_word(&t, "--", "version", 7, "the version; with -v what it is built of");
}
