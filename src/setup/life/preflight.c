/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/preflight.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/agree/agreement.h"
#include "setup/cert/lineage_make.h"
#include "setup/cert/renew.h"
#include "setup/install/install.h"
#include "setup/life/reminder.h"
#include "setup/lineage/acme.h"
#include "setup/lineage/lineage.h"
#include "setup/publish/publish.h"
#include "setup/publish/secure.h"
#include "setup/publish/wanted.h"
#include "setup/world/command.h"

/* Takes both texts. */
static void add_item(struct preflight *p, char *take_what, char *take_problem)
{
	p->item = mem_grow(p->item, p->count, sizeof(*p->item));
	p->item[p->count++] = (struct preflight_item){ take_what, take_problem };
}

static void add_result(struct preflight *p, const char *what, int rc,
		       const struct why *why)
{
	add_item(p, mem_text(what), rc < 0 ? mem_text(why->text) : NULL);
}

static void look_at_publish(const struct lineage *l, struct preflight *p)
{
	struct why why;
	int rc = publish_check(l, &why);

	add_result(p, "publish", rc, &why);
}

static void look_at_acme(const struct lineage *l, struct preflight *p)
{
	const char *line = lineage_conf_get(&l->conf, LINEAGE_CONF_ACME);
	char *client;
	struct why why;
	int rc;

	if (renew_is_by_hook(l))
		return;
	if (!*line) {
		add_item(p, mem_text("acme"),
			 mem_text("lineage.conf has no acme line: it says how to get a "
				  "certificate"));
		return;
	}
	client = acme_program(line);
	rc = command_check(l->env, client, &why);
	free(client);
	if (rc == 0)
		rc = acme_check_account(line, &why);
	add_result(p, "acme", rc, &why);
}

static void look_at_deploy(const struct lineage *l, struct preflight *p)
{
	struct why why;
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.deploy.count && rc == 0; i++)
		rc = command_check(l->env, l->conf.deploy.item[i], &why);
	if (l->conf.deploy.count)
		add_result(p, "deploy", rc, &why);
}

void preflight_look(const struct lineage *l, struct preflight *p)
{
	look_at_publish(l, p);
	look_at_acme(l, p);
	look_at_deploy(l, p);
}

static void look_at_key(const struct lineage *l, int64_t generation, struct preflight *p)
{
	struct why why;
	int rc = lineage_make_check(l, generation, &why);

	add_item(p, mem_printf("key %s", lineage_number(generation).text),
		 rc < 0 ? mem_text(why.text) : NULL);
}

static void ignore_change(void *arg, const struct publish_owner *owner,
			  const struct publish_change *change)
{
	(void)arg;
	(void)owner;
	(void)change;
}

/* As a publication begins: it reads what is there, by the secret that may change it. */
static void ask_zones(struct lineage *l, struct preflight *p)
{
	const struct publish_watch watch = { .tell = ignore_change };
	enum publish_result result = PUBLISH_BY_HAND;
	struct wanted w = { 0 };
	struct why why;
	int rc = publish_check(l, &why);

	if (rc < 0) /* told already */
		return;
	rc = wanted_make(l, l->state.held, &w, &why);
	if (rc == 0 && w.want_count)
		rc = publish_preview(l, &w, &watch, &result, &why);
	wanted_clear(&w);
	if (rc < 0 || result == PUBLISH_DONE)
		add_result(p, "zones", rc, &why);
}

struct missing {
	char *text; /* owned; NULL: nothing */
};

static void add_missing(void *arg, const char *what)
{
	struct missing *m = arg;
	char *before = m->text;

	m->text = mem_printf("%s%s%s", before ? before : "", before ? "; " : "", what);
	free(before);
}

static void ask_whether_signed(struct lineage *l, struct preflight *p)
{
	struct missing m = { NULL };

	if (!l->env->secure) /* nobody can tell */
		return;
	(void)secure_find_missing(l->env, &l->conf, add_missing, &m);
	add_item(p, mem_text("DNSSEC"), m.text);
}

/* A server that lags catches up; one that can't be asked stops each step. */
static void ask_servers(struct lineage *l, struct preflight *p)
{
	struct env_dns dns = { 0 };
	struct why why;
	int rc = agreement_ask(l, &dns, &why);

	if (rc < 0)
		add_result(p, "name servers", rc, &why);
	else
		add_item(p, mem_text("name servers"), mem_text(dns.who_fails));
	env_dns_clear(&dns);
}

static bool has_live(const struct lineage *l)
{
	char *path = lineage_path(l, "live");
	bool has = access(path, F_OK) == 0;

	free(path);
	return has;
}

/* Before the first installation a server that doesn't read live/ would end it. */
static void ask_services(struct lineage *l, struct preflight *p)
{
	char *problem = NULL;
	struct why why;
	int rc;

	if (!has_live(l))
		return;
	rc = install_glance(l, lineage_state_live(&l->state), &problem, &why);
	if (rc < 0)
		problem = mem_text(why.text);
	add_item(p, mem_text("services"), problem);
}

void preflight_ask(struct lineage *l, struct preflight *p)
{
	look_at_key(l, l->state.current, p);
	look_at_key(l, l->state.next, p);
	preflight_look(l, p);
	ask_zones(l, p);
	ask_whether_signed(l, p);
	ask_servers(l, p);
	ask_services(l, p);
}

char *preflight_problem(const struct preflight *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->item[i].problem)
			return mem_printf("%s: %s", p->item[i].what, p->item[i].problem);
	return NULL;
}

void preflight_clear(struct preflight *p)
{
	while (p->count) {
		p->count--;
		free(p->item[p->count].what);
		free(p->item[p->count].problem);
	}
	free(p->item);
	*p = (struct preflight){ 0 };
}

int preflight_review(struct lineage *l, bool to_person, char **ret_say, struct why *why)
{
	struct lineage_state *s = &l->state;
	struct preflight p = { 0 };
	struct reminder r = { &s->unready, &s->unready_at };
	time_t now = env_now(l->env);
	bool changed = false;
	char *text;
	int rc = 0;

	preflight_look(l, &p);
	text = preflight_problem(&p);
	preflight_clear(&p);
	*ret_say = NULL;
	if (reminder_say(&r, text, to_person, now, &changed))
		*ret_say = mem_text(text);
	if (changed)
		rc = lineage_save(l, why);
	free(text);
	return rc;
}
