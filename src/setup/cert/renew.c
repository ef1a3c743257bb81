/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/cert/renew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/ari.h"
#include "setup/cert/certificate.h"
#include "setup/cert/lineage_make.h"
#include "setup/lineage/acme.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/renewal.h"
#include "setup/world/command.h"

#define ORDER_TIMEOUT_MS (30 * 60 * 1000) /* DNS challenges wait for their records */
#define LOG_WORDS 40 /* the words around its name, with the final NUL */
#define PEM_MAX (1 << 20)
#define NAME_ROOM 16 /* for the name of a type and the words around it */

/* Where the command writes to: fresh and empty for each order. */
enum { ORDER_CERT, ORDER_CHAIN, ORDER_FULLCHAIN, ORDER_FILES };

static const char *const order_files[ORDER_FILES] = { "cert", "chain", "fullchain" };

bool renew_is_by_hook(const struct lineage *l)
{
	const char *rest;

	return acme_is_hook(lineage_conf_get(&l->conf, LINEAGE_CONF_ACME), &rest);
}

/* All types share one window; a type that was renewed for it isn't due by it once
 * more. */
static bool is_renewed_for_window(const struct lineage *l, enum key_type type)
{
	return l->state.ari_renewed &&
	       strstr(l->state.ari_renewed, key_type_name(type)) != NULL;
}

/* When one is to be renewed, and why. */
struct due {
	time_t at;
	struct certificate newest;
	bool by_dates; /* due because its end is near, and for no other reason */
};

static int due_of(const struct lineage *l, int64_t generation, enum key_type type,
		  struct due *ret_due, struct why *why)
{
	bool named = true;
	struct certificate c;
	struct renewal_facts facts = { .percent = l->conf.renew_percent,
				       .left_s = l->conf.renew_left_s };
	int rc = certificate_newest(l, generation, type, &c, why);
	time_t by_dates;

	if (rc == 0 && c.number)
		rc = certificate_is_named(l, generation, type, c.number, &named, why);
	if (rc < 0)
		return rc;
	facts.not_before = c.not_before;
	facts.not_after = c.not_after;
	by_dates = c.number ? renewal_time(&facts) : 0;
	if (!is_renewed_for_window(l, type))
		facts.ari_at = l->state.ari_at;
	*ret_due = (struct due){ .at = c.number ? renewal_time(&facts) : 0, .newest = c };
	if (!named) /* a domain was added since it was made */
		ret_due->at = c.not_before;
	ret_due->by_dates = c.number && ret_due->at == by_dates;
	return 0;
}

int renew_due_at(const struct lineage *l, int64_t generation, time_t *ret_at,
		 struct why *why)
{
	struct due due;
	time_t first = 0;
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		rc = due_of(l, generation, l->conf.key_type[i], &due, why);
		if (rc == 0 && (i == 0 || due.at < first))
			first = due.at;
	}
	if (rc == 0)
		*ret_at = first;
	return rc;
}

/* The folder of an order, and the files that the command is to write. */
struct order {
	char *folder, *csr;	 /* owned */
	char *work;		 /* owned; the preset's own */
	char *log;		 /* owned; what the client said */
	char *file[ORDER_FILES]; /* owned */
};

static void order_clear(struct order *order)
{
	int i;

	free(order->folder);
	free(order->csr);
	free(order->work);
	free(order->log);
	for (i = 0; i < ORDER_FILES; i++)
		free(order->file[i]);
}

static int order_begin(struct lineage *l, int64_t generation, enum key_type type,
		       struct order *order, struct why *why)
{
	struct file_access access;
	int i, rc;

	order->folder = lineage_key_path(l, generation, type, "order");
	order->csr = lineage_key_path(l, generation, type, "request.csr");
	order->work = mem_printf("%s/work", order->folder);
	order->log = mem_printf("%s/log", order->folder);
	rc = lineage_access(l, true, &access, why);
	if (rc == 0)
		rc = file_mkdir(&l->env->files, order->folder, &access, why);
	for (i = 0; i < ORDER_FILES; i++) {
		order->file[i] = mem_printf("%s/%s.pem", order->folder, order_files[i]);
		if (rc == 0)
			rc = file_remove(&l->env->files, order->file[i], why);
	}
	return rc;
}

/* Keeps the client's whole output of the latest order, for those who look for the
 * cause. */
static int keep_transcript(struct lineage *l, const struct order *order,
			   const struct buf *transcript, struct why *why)
{
	if (!transcript->len)
		return 0;
	return file_replace(&l->env->files, order->log, FILE_ACCESS(0600),
			    transcript->data, transcript->len, why);
}

/* Adds where the log is to what failed. Where there is no room for both, the cause
 * stays. */
static int name_log(const struct order *order, int rc, const struct why *failed,
		    struct why *why)
{
	size_t room = sizeof(failed->text) - strlen(order->log) - LOG_WORDS;
	char *text;

	if (strlen(order->log) + LOG_WORDS > sizeof(failed->text) / 2)
		return why_set(why, rc, "%s", failed->text);
	text = mem_shorten(failed->text, room);
	why_set(why, rc, "%s; all that it said is in %s", text, order->log);
	free(text);
	return rc;
}

static int run_filled(struct lineage *l, const struct order *order, char *filled,
		      struct why *why)
{
	char *name = acme_client(lineage_conf_get(&l->conf, LINEAGE_CONF_ACME));
	struct buf transcript;
	struct env_command command = { .text = filled,
				       .timeout_ms = ORDER_TIMEOUT_MS,
				       .name = name,
				       .transcript = &transcript };
	struct why failed;
	int rc, kept;

	buf_init(&transcript, ENV_OUTPUT_MAX);
	rc = env_run(l->env, &command, &failed);
	kept = keep_transcript(l, order, &transcript, why);
	if (rc < 0 && transcript.len && kept == 0)
		rc = name_log(order, rc, &failed, why);
	else if (rc < 0)
		why_set(why, rc, "%s", failed.text);
	buf_clear(&transcript);
	free(name);
	return rc < 0 ? rc : kept;
}

static int run_acme(struct lineage *l, const char *template, const struct order *order,
		    struct why *why)
{
	const char *const csr[] = { order->csr };
	const char *const cert[] = { order->file[ORDER_CERT] };
	const char *const chain[] = { order->file[ORDER_CHAIN] };
	const char *const full[] = { order->file[ORDER_FULLCHAIN] };
	const char *const work[] = { order->work };
	const struct command_word words[] = {
		{ "csr", csr, 1 },
		{ "cert", cert, 1 },
		{ "chain", chain, 1 },
		{ "fullchain", full, 1 },
		{ "work", work, 1 },
		{ "domains", (const char *const *)l->conf.domains.item,
		  l->conf.domains.count },
	};
	char *filled = command_fill(template, words, sizeof(words) / sizeof(words[0]));
	int rc;

	rc = filled ? run_filled(l, order, filled, why)
		    : why_set(why, DP_ELIMIT, "the acme command is too long");
	free(filled);
	return rc;
}

static int add_file(struct buf *b, const char *path, struct why *why)
{
	char *text = NULL;
	size_t len;
	int rc = file_read(path, PEM_MAX, &text, &len, why);

	if (rc == 0 && (!buf_add(b, text, len) || !buf_text(b, "\n")))
		rc = why_set(why, DP_ELIMIT, "%s is too large", path);
	free(text);
	return rc;
}

/* Reads the whole chain, from fullchain.pem or else from the two parts. */
static int read_result(const struct order *order, struct buf *b, struct why *why)
{
	int rc;

	if (access(order->file[ORDER_FULLCHAIN], F_OK) == 0)
		return add_file(b, order->file[ORDER_FULLCHAIN], why);
	if (access(order->file[ORDER_CERT], F_OK) < 0)
		return why_set(why, DP_ENOENT,
			       "the acme command left neither %s nor %s.pem",
			       order->file[ORDER_FULLCHAIN], order_files[ORDER_CERT]);
	rc = add_file(b, order->file[ORDER_CERT], why);
	if (rc == 0 && access(order->file[ORDER_CHAIN], F_OK) == 0)
		rc = add_file(b, order->file[ORDER_CHAIN], why);
	return rc;
}

/* What sh is to run, on the heap. */
static int template_of(const struct lineage *l, char **ret_template, struct why *why)
{
	const char *text = lineage_conf_get(&l->conf, LINEAGE_CONF_ACME);
	int rc;

	if (!*text)
		return why_set(why, DP_EINVAL,
			       "%s has no acme line: it says how to get a certificate",
			       l->name);
	rc = acme_check_account(text, why);
	return rc < 0 ? rc : acme_command(text, ret_template, why);
}

static int note_renewed(struct lineage *l, int64_t generation, enum key_type type,
			const struct certificate *c, struct why *why)
{
	char until[32];

	return lineage_note(l, why, "renewed", "generation",
			    lineage_number(generation).text, "type", key_type_name(type),
			    "certificate", lineage_number(c->number).text, "until",
			    clock_rfc3339(c->not_after, until), NULL);
}

/* A certificate that ends no later than the one before is a fault only if it was
 * ordered because of that end: it would be due again at once. Otherwise a CA may give
 * one end to all, and shorten lifetimes. */
static int check_news(const struct lineage *l, const struct due *due, bool force,
		      const struct certificate *c, struct why *why)
{
	char until[32];

	if (due->newest.number &&
	    !memcmp(due->newest.sha256, c->sha256, sizeof(c->sha256)))
		return why_set(why, DP_EEXIST,
			       "the acme command brought the certificate that is there "
			       "already: does the client need an option to force a "
			       "renewal?");
	if (!force && due->by_dates && c->not_after <= due->newest.not_after)
		return why_set(
			why, DP_EINVAL,
			"the acme command brought a certificate until %s, no later "
			"than the one in place: ask its CA why; daneprobe renew "
			"--force %s takes it all the same",
			clock_rfc3339(c->not_after, until), l->name);
	return 0;
}

/* Keeps what the acme command has left, if it passes the checks. */
static int keep_renewed(struct lineage *l, int64_t generation, enum key_type type,
			const struct due *due, bool force, const struct buf *b,
			struct why *why)
{
	struct certificate c;
	int rc = certificate_check(l, generation, type, b->data, b->len, &c, why);

	if (rc == 0)
		rc = check_news(l, due, force, &c, why);
	if (rc == 0)
		rc = certificate_store(l, generation, type, b->data, b->len, &c, why);
	return rc < 0 ? rc : note_renewed(l, generation, type, &c, why);
}

static int order_one(struct lineage *l, int64_t generation, enum key_type type,
		     const struct due *due, bool force, struct why *why)
{
	struct order order = { 0 };
	char *template = NULL;
	struct buf b;
	int rc = template_of(l, &template, why);

	if (rc < 0)
		return rc;
	buf_init(&b, 2 * PEM_MAX);
	rc = order_begin(l, generation, type, &order, why);
	if (rc == 0)
		rc = run_acme(l, template, &order, why);
	if (rc == 0)
		rc = read_result(&order, &b, why);
	if (rc == 0)
		rc = keep_renewed(l, generation, type, due, force, &b, why);
	buf_clear(&b);
	order_clear(&order);
	free(template);
	return rc;
}

/* Renewals come by hook, so nothing is ordered; tells only what is lacking. */
static int await_client(const struct lineage *l, int64_t generation, struct why *why)
{
	struct certificate c;
	size_t i;
	int rc = 0;

	for (i = 0; i < l->conf.key_types && rc == 0; i++) {
		rc = certificate_newest(l, generation, l->conf.key_type[i], &c, why);
		if (rc == 0 && !c.number)
			return why_set(why, DP_ENOENT,
				       "key %s (%s) has no certificate, and certbot "
				       "is to get it: daneprobe hook certbot --pre %s "
				       "says how",
				       lineage_number(generation).text,
				       key_type_name(l->conf.key_type[i]), l->name);
	}
	return rc;
}

/* What became of an order, over all types. */
struct ordered {
	char *renewed;	   /* owned; names of types; NULL: none */
	struct why failed; /* what the others lack */
	int rc;
};

static void add_renewed(struct ordered *o, enum key_type type)
{
	char *before = o->renewed;

	o->renewed = mem_printf("%s%s%s", before ? before : "", before ? " " : "",
				key_type_name(type));
	free(before);
}

/* Where there are several types the one that failed is named. */
static void add_failed(const struct lineage *l, enum key_type type, int rc,
		       const struct why *why, struct ordered *o)
{
	size_t len = strlen(o->failed.text), size = sizeof(o->failed.text);
	char *text = mem_shorten(why->text, size / l->conf.key_types - NAME_ROOM);

	if (l->conf.key_types == 1)
		o->failed = *why;
	else
		(void)snprintf(o->failed.text + len, size - len, "%s%s: %s",
			       len ? "; " : "", key_type_name(type), text);
	if (o->rc == 0)
		o->rc = rc;
	free(text);
}

static void order_if_due(struct lineage *l, int64_t generation, enum key_type type,
			 bool force, struct ordered *o)
{
	struct why why = { "" };
	struct due due = { 0 };
	int rc = due_of(l, generation, type, &due, &why);

	if (rc == 0 && !force && due.at && due.at > env_now(l->env))
		return;
	if (rc == 0)
		rc = order_one(l, generation, type, &due, force, &why);
	if (rc == 0)
		add_renewed(o, type);
	else
		add_failed(l, type, rc, &why, o);
}

/* The window has done its work when the last of the certificates that it made due is
 * renewed. The CA is asked about the new ones at once (RFC 9773 section 4.3). */
static void end_window(struct lineage *l, int64_t generation, struct ordered *o)
{
	struct lineage_state *s = &l->state;
	char *before = s->ari_renewed;

	if (o->rc == 0) {
		ari_forget(l);
		(void)ari_refresh(l, generation);
	} else if (s->ari_start && !(before && strstr(before, o->renewed))) {
		s->ari_renewed = mem_printf("%s%s%s", before ? before : "",
					    before ? " " : "", o->renewed);
		free(before);
	}
}

int renew_order(struct lineage *l, int64_t generation, bool force, struct why *why)
{
	struct ordered o = { 0 };
	size_t i;
	int rc;

	if (renew_is_by_hook(l))
		return await_client(l, generation, why);
	rc = lineage_make_requests(l, generation, why);
	if (rc < 0)
		return rc;
	for (i = 0; i < l->conf.key_types; i++)
		order_if_due(l, generation, l->conf.key_type[i], force, &o);
	if (o.renewed)
		end_window(l, generation, &o);
	free(o.renewed);
	return o.rc < 0 ? why_set(why, o.rc, "%s", o.failed.text) : 0;
}
