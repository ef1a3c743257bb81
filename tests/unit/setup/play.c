/* SPDX-License-Identifier: BSD-2-Clause */
#include "play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage_open.h"
#include "sim.h"
#include "tree.h"

#define STEPS_MAX 60
#define PEM_MAX (1 << 20)

static struct play *playing;

static void copy(const char *from, const char *to)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	if (file_read(from, PEM_MAX, &text, &len, NULL) < 0)
		fail_msg("%s can't be read", from);
	f = fopen(to, "w");
	assert_non_null(f);
	(void)fwrite(text, 1, len, f);
	(void)fclose(f);
	free(text);
}

/* As a client that keeps its certificates: the last one is beside the request. */
static int order(struct play *p, const struct env_command *command, struct why *why)
{
	char csr[256], full[256], kept[300];
	int rc;

	assert_int_equal(sscanf(command->text, "order '%255[^']' '%255[^']'", csr, full),
			 2);
	(void)snprintf(kept, sizeof(kept), "%s.kept", csr);
	p->orders++;
	if (p->no_order && strstr(csr, p->no_order))
		return why_set(why, DP_EIO, "'order' failed with exit status 1: no luck");
	if (p->cached) {
		copy(kept, full);
		return 0;
	}
	rc = p->run(p->sim, command, why);
	if (rc == 0)
		copy(full, kept);
	return rc;
}

static int deploy(struct play *p, const struct env_command *command, struct why *why)
{
	int rc;

	if (p->dies_at_deploy)
		_exit(0);
	if (p->deploys_deaf) {
		p->deploys_deaf--;
		return 0;
	}
	rc = p->run(p->sim, command, why);
	if (rc == 0 && p->deploys_fail) {
		p->deploys_fail--;
		return why_set(why, DP_EIO, "'deploy' failed with exit status 7");
	}
	return rc;
}

static int run(void *arg, const struct env_command *command, struct why *why)
{
	(void)arg;
	if (!strcmp(command->text, "deploy"))
		return deploy(playing, command, why);
	if (!strncmp(command->text, "order ", 6))
		return order(playing, command, why);
	return playing->run(playing->sim, command, why);
}

static int look(void *arg, const struct env_presented *presented,
		struct env_live *ret_live, struct why *why)
{
	int rc = playing->look(arg, presented, ret_live, why);

	if (presented->any_cert && !presented->key_only) /* whose copy is it? */
		return rc;
	if (playing->looks_good)
		playing->looks_good--;
	else if (rc == 0 && playing->first_looks && playing->first_looks--)
		env_live_add(ret_live, mem_text("https://www.example.com"),
			     mem_text(playing->first_fault));
	else if (rc == 0 && playing->fault)
		env_live_add(ret_live, mem_text("https://www.example.com"),
			     mem_text(playing->fault));
	return rc;
}

static void close_lineage(struct play *p)
{
	if (p->lineage.env)
		lineage_close(&p->lineage);
	p->lineage.env = NULL;
}

static void open_lineage(struct play *p, const char *verb)
{
	struct why why;

	close_lineage(p);
	if (lineage_open(&p->env, p->sim->base, "www", verb, LINEAGE_WRITE, &p->lineage,
			 &why) < 0)
		fail_msg("the lineage can't be opened: %s", why.text);
	outcome_clear(&p->told);
}

struct play *play_new_staged(const char *key_types)
{
	struct play *p = mem_zero(sizeof(*p));

	p->sim = sim_new(1);
	p->sim->key_types = key_types;
	if (key_types && !strcmp(key_types, PLAY_KINDS))
		p->sim->kinds = SIM_KINDS;
	assert_true(sim_create(p->sim));
	sim_env(p->sim, &p->env);
	p->run = p->env.run;
	p->look = p->env.look;
	p->env.run = run;
	p->env.look = look;
	playing = p;
	return p;
}

struct play *play_new(const char *key_types)
{
	struct play *p = play_new_staged(key_types);

	play_until_idle(p);
	return p;
}

static void let_go(struct play *p)
{
	close_lineage(p);
	outcome_clear(&p->told);
	sim_free(p->sim);
	free(p);
	playing = NULL;
}

void play_free(struct play *p)
{
	if (p->sim->offences)
		fail_msg("%s", p->sim->offence);
	let_go(p);
}

int play_end(void **state)
{
	(void)state;
	if (playing)
		let_go(playing);
	return 0;
}

static void check(int rc, const struct why *why)
{
	if (rc < 0)
		fail_msg("the verb failed: %s", why->text);
}

void play_step(struct play *p, const struct rollover_how *how)
{
	struct why why;

	open_lineage(p, "rollover");
	check(rollover_step(&p->lineage, how, &p->told, &why), &why);
}

void play_renew(struct play *p, bool force)
{
	struct why why;

	open_lineage(p, "renew");
	check(rollover_renew(&p->lineage, force, true, &p->told, &why), &why);
}

void play_verb_of(struct play *p, play_verb *verb)
{
	struct why why;

	open_lineage(p, "verb");
	check(verb(&p->lineage, &p->told, &why), &why);
}

struct lineage_state *play_state(struct play *p)
{
	open_lineage(p, "test");
	return &p->lineage.state;
}

void play_save(struct play *p)
{
	assert_int_equal(lineage_save(&p->lineage, NULL), 0);
}

static void copy_folder(struct play *p, bool back)
{
	char *here = mem_printf("%s/www", p->sim->base);
	char *there = mem_printf("%s.kept", p->sim->base);

	close_lineage(p);
	if (back)
		tree_remove(here);
	tree_copy(back ? there : here, back ? here : there);
	if (back)
		tree_remove(there);
	free(here);
	free(there);
}

void play_keep(struct play *p)
{
	copy_folder(p, false);
}

void play_restore(struct play *p)
{
	copy_folder(p, true);
}

void play_die(struct play *p, bool renewal)
{
	const struct rollover_how how = { .force = true };
	int status;
	pid_t pid;

	close_lineage(p);
	p->dies_at_deploy = true;
	pid = fork();
	if (pid == 0) {
		if (renewal)
			play_renew(p, true);
		else
			play_step(p, &how);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	p->dies_at_deploy = false;
}

void play_until_idle(struct play *p)
{
	const struct rollover_how how = { .begin = false };
	size_t i;

	for (i = 0; i < STEPS_MAX; i++) {
		play_step(p, &how);
		if (p->lineage.state.stage == STAGE_IDLE)
			return;
		sim_advance(p->sim, 1800);
	}
	fail_msg("it doesn't become idle: %s", p->told.text);
}

void play_until_due(struct play *p)
{
	sim_advance(p->sim, p->sim->lifetime_s * 2 / 3 + SIM_HOUR);
}

void play_told(struct play *p, enum outcome_kind outcome, const char *text)
{
	if (!p->told.text || !strstr(p->told.text, text))
		fail_msg("'%s' isn't in: %s", text, p->told.text);
	if (p->told.kind != outcome)
		fail_msg("outcome %d: %s", p->told.kind, p->told.text);
}
