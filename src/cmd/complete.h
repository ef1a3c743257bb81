/* SPDX-License-Identifier: BSD-2-Clause */
/* What the word that is being typed may become, out of the option tables: shells ask for
 * it (doc/completion). */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include <stddef.h>
#include <stdio.h>

struct cmd;

/* Prints the candidates for the last of the words that follow the program's name, a line
 * each: "WORD" or "WORD<TAB>what it is". ":file" and ":dir" stand for names of files and
 * of folders; ":nospace" comes first where no word is whole yet. */
void complete_verbs(const struct cmd *const *verb, size_t verb_count, char **word,
		    size_t count, FILE *out);
/* The same behind the name of a verb, or of a program that is one. */
void complete_words(const struct cmd *cmd, char **word, size_t count, FILE *out);

#endif
