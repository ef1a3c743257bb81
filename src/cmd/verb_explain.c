/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/why.h"
#include "cmd/opts.h"
#include "render/layout.h"
#include "verdict/explanation.h"

#define TEXT_MAX (64 * 1024)
#define ID_WIDTH 28

static const struct opt opts[] = { { .long_name = NULL } };

/* A code or a finding. */
struct subject {
	const char *name;
	const char *kind;
	enum state state;
	bool has_state;
	const struct explanation *text;
};

#define SUBJECT_COUNT (CODE_COUNT + FINDING_COUNT)

static struct subject subject_at(int index)
{
	enum finding_id id = (enum finding_id)(index - CODE_COUNT);

	if (index < CODE_COUNT)
		return (struct subject){ code_name((enum code)index), "code",
					 code_default_state((enum code)index), true,
					 explanation_of_code((enum code)index) };
	return (struct subject){ finding_name(id), "finding", STATE_OK, false,
				 explanation_of_finding(id) };
}

static int find_subject(const char *name, struct subject *ret_subject, struct why *why)
{
	struct nearest near;
	int i;

	nearest_init(&near, name);
	for (i = 0; i < SUBJECT_COUNT; i++) {
		*ret_subject = subject_at(i);
		if (!strcmp(ret_subject->name, name))
			return 0;
		nearest_offer(&near, ret_subject->name);
	}
	return near.best ? why_set(why, DP_EINVAL,
				   "'%s' is neither a code nor a finding: "
				   "did you mean %s?",
				   name, near.best)
			 : why_set(why, DP_EINVAL,
				   "'%s' is neither a code nor a finding: daneprobe "
				   "explain lists them",
				   name);
}

static void print_subject(const struct subject *s)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	if (s->has_state)
		buf_printf(&b, "%s  (%s, %s unless --on says otherwise)\n", s->name,
			   s->kind, state_name(s->state));
	else
		buf_printf(&b, "%s  (%s beside the code)\n", s->name, s->kind);
	layout_paragraph(&b, 0, "  ", 2, s->text->meaning);
	layout_paragraph(&b, 0, "  why it matters  ", 18, s->text->matters);
	layout_paragraph(&b, 0, "  how it happens  ", 18, s->text->cause);
	layout_paragraph(&b, 0, "  what to do      ", 18, s->text->remedy);
	fputs(buf_str(&b), stdout);
	buf_clear(&b);
}

static void list_subjects(void)
{
	struct subject s;
	struct buf b;
	char *lead;
	int i;

	buf_init(&b, TEXT_MAX);
	for (i = 0; i < SUBJECT_COUNT; i++) {
		s = subject_at(i);
		lead = mem_printf("%-*s", ID_WIDTH, s.name);
		layout_paragraph(&b, 0, lead, ID_WIDTH, s.text->meaning);
		free(lead);
	}
	fputs(buf_str(&b), stdout);
	buf_clear(&b);
}

static int explain_names(const void *values, const struct opt_list *args)
{
	struct subject s;
	struct why why;
	size_t i;

	(void)values;
	if (!args->count)
		list_subjects();
	for (i = 0; i < args->count; i++) {
		if (find_subject(args->item[i], &s, &why) < 0)
			return cmd_fail(&why, CMD_USAGE);
		if (i)
			putchar('\n');
		print_subject(&s);
	}
	return cmd_finish(CMD_DONE);
}

static int check_explain_args(const void *values, const struct opts_rest *rest,
			      struct why *why)
{
	(void)values;
	(void)rest;
	(void)why;
	return 0;
}

const struct cmd *verb_explain(void)
{
	static const struct cmd cmd = {
		.name = "explain",
		.synopsis = "[ID...]",
		.summary = "say what a code or a finding means, and what to do about it",
		.notes = "ID is a code or a finding as check prints it: mismatch, "
			 "rrsig-expiring. Without one all of them are listed. Nothing is "
			 "asked of anybody.\n"
			 "Exit status: 0 done, 3 there is no such code or finding.",
		.opts = opts,
		.check = check_explain_args,
		.work = explain_names,
	};

	return &cmd;
}
