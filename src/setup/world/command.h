/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs the user's commands by sh -c, with their placeholders filled in. */
#ifndef SETUP_COMMAND_H
#define SETUP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct env;
struct env_command;
struct why;

/* What stands for {name}. */
struct command_word {
	const char *name;
	const char *const
		*value; /* each is quoted for the shell, with blanks between them */
	size_t count;
};

/* text with each {name} replaced; other braces stay. On the heap; NULL where it gets
 * longer than a command can be. */
char *command_fill(const char *text, const struct command_word *words, size_t count);
/* Whether {name} stands in text. */
int command_has(const char *text, const char *name);
/* text in single quotes, safe for sh; on the heap. */
char *command_quote(const char *text);
/* The program that sh would run first for text, on the heap; NULL where only sh knows. */
char *command_program(const char *text);
/* Whether sh finds that program; DP_ENOENT names it. Runs nothing of text. */
int command_check(struct env *env, const char *text, struct why *why);
/* For env: whether sh finds a program of that name. */
bool command_is_found(const char *program);
/* Runs it and waits for its end, however many processes it leaves behind. DP_EIO names
 * the status and what it complained of (complaint.h). */
int command_run(const struct env_command *command, struct why *why);

#endif
