/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/dns_judge.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dane/tlsa.h"
#include "dns/authority.h"
#include "setup/key/record.h"
#include "setup/lineage/owners.h"

#define SHOWN_MAX 4   /* records that are shown of one server */
#define LAGS_MAX 2000 /* of the text that says who lags */

/* Adds a server's name and address as text. */
static void name_server(struct buf *b, const struct authority_server *server)
{
	buf_printf(b, "%s%s", b->len ? "; " : "", server->name);
	if (server->address)
		buf_printf(b, " (%s)", server->address);
}

/* Adds what ends a server's name; of several owners it is told once. */
static void name_failing(struct buf *b, const struct authority_server *server,
			 const char *what)
{
	struct buf text;

	buf_init(&text, LAGS_MAX);
	name_server(&text, server);
	buf_text(&text, what);
	if (!b->len || !strstr(buf_str(b), buf_str(&text)))
		buf_printf(b, "%s%s", b->len ? "; " : "", buf_str(&text));
	buf_clear(&text);
}

static void name_error(struct buf *b, const struct authority_server *server)
{
	char *what = mem_printf(": %s", server->error);

	name_failing(b, server, what);
	free(what);
}

/* Counts how many of these records of that owner a server has, or lacks. */
static size_t count_records(const struct authority_server *server, const char *owner,
			    const struct record *records, size_t count, bool there)
{
	size_t i, n = 0, len = strlen(owner);

	for (i = 0; i < count; i++)
		if (strlen(records[i].owner) == len + 1 &&
		    !strncmp(records[i].owner, owner, len) &&
		    tlsa_is_among(&records[i].rr, server->record, server->record_count) ==
			    there)
			n++;
	return n;
}

static void add_set(struct env_dns *dns, const char *owner,
		    const struct authority_server *server)
{
	char *absolute = mem_printf("%s.", owner);

	dns->none = false;
	env_dns_add_set(dns, absolute, server->record, server->record_count);
	free(absolute);
}

static void list_record(struct buf *b, const struct tlsa *rr, size_t before)
{
	char *text;

	if (before == SHOWN_MAX)
		buf_text(b, " ...");
	if (before >= SHOWN_MAX)
		return;
	text = tlsa_to_short_text(rr);
	buf_printf(b, "%s %s", before ? "," : "", text);
	free(text);
}

/* Adds which of these records of that owner a server has, or lacks. */
static void list_records(struct buf *b, const struct authority_server *server,
			 const char *owner, const struct record *records, size_t count,
			 bool there)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		if (count_records(server, owner, &records[i], 1, there))
			list_record(b, &records[i].rr, n++);
}

/* What it has instead shows a digit that was mistyped, and whose the others are. */
static void tell_lacking(struct buf *b, const struct authority_server *server,
			 const char *owner, const struct env_question *q, size_t lacks)
{
	size_t i;

	name_server(b, server);
	buf_printf(b, " lacks the record%s", lacks == 1 ? "" : "s");
	list_records(b, server, owner, q->want, q->want_count, false);
	buf_printf(b, " at %s, and has", owner);
	for (i = 0; i < server->record_count; i++)
		list_record(b, &server->record[i], i);
	if (!server->record_count)
		buf_text(b, " none there");
}

static void judge_server(struct dns_judge *j, const char *owner,
			 const struct authority_server *server)
{
	const struct env_question *q = j->question;
	struct env_dns *dns = &j->dns;
	struct buf *lags = &j->lags;
	size_t lacks = count_records(server, owner, q->want, q->want_count, false);
	size_t keeps = count_records(server, owner, q->dead, q->dead_count, true);

	if (server->record_count)
		add_set(dns, owner, server);
	if (server->wildcard && !dns->wildcard)
		dns->wildcard = mem_text(owner);
	if (keeps)
		dns->may_have_dead = true;
	if (lacks || keeps)
		dns->contradicts = true;
	if (server->ttl < 0)
		j->ttl_unknown = j->answered_unknown = true;
	else if (server->ttl > dns->ttl_s)
		dns->ttl_s = server->ttl;
	if (server->security != SECURITY_SECURE) {
		name_failing(lags, server, " answers without a chain of trust");
		name_failing(&j->fails, server, " answers without a chain of trust");
	} else if (lacks) {
		tell_lacking(lags, server, owner, q, lacks);
	} else if (keeps) {
		name_server(lags, server);
		buf_printf(lags, " still has the old record%s", keeps == 1 ? "" : "s");
		list_records(lags, server, owner, q->dead, q->dead_count, true);
		buf_printf(lags, " at %s", owner);
	}
}

void dns_judge_init(struct dns_judge *j, const struct env_question *q)
{
	*j = (struct dns_judge){ .question = q, .dns = { .none = true, .ttl_s = -1 } };
	buf_init(&j->lags, LAGS_MAX);
	buf_init(&j->fails, LAGS_MAX);
}

static void add_owner(char **owners, const char *owner)
{
	char *absolute = mem_printf("%s.", owner);

	owners_add(owners, absolute);
	free(absolute);
}

static void note_heard(char **servers, const struct authority_server *server)
{
	char *text =
		mem_printf("%s@%s", server->name, server->address ? server->address : "");

	owners_add(servers, text);
	free(text);
}

/* A silent server gives no old records out. So with all_but_one it is passed over, and
 * it has to be the same one for all owners. Nobody knows what it has. */
void dns_judge_add(struct dns_judge *j, const char *owner,
		   const struct authority_report *report)
{
	const struct authority_server *server;
	size_t k, answered = 0, records = 0, wanted = 0, errors = 0;
	const struct env_question *q = j->question;

	for (k = 0; k < report->server_count; k++) {
		server = &report->server[k];
		if (server->excused)
			continue;
		if (!server->error) {
			judge_server(j, owner, server);
			note_heard(&j->dns.answered, server);
			answered++;
			records += server->record_count;
			wanted += count_records(server, owner, q->want, q->want_count,
						true);
			continue;
		}
		j->dns.may_have_dead = q->dead_count > 0;
		if (q->all_but_one && server->silent &&
		    (!j->dead || !strcmp(j->dead, server->name))) {
			j->dead = server->name;
			continue;
		}
		errors++;
		j->dns.none = false;
		j->ttl_unknown = true;
		note_heard(&j->dns.silent, server);
		name_error(&j->lags, server);
		name_error(&j->fails, server);
	}
	if (records)
		j->dns.some = true;
	else if (errors || !answered)
		add_owner(&j->dns.unclear, owner);
	else
		add_owner(&j->dns.absent, owner);
	if (wanted)
		add_owner(&j->dns.present, owner);
	if (!answered)
		j->dns.none = false;
	if (!answered && !j->lags.len)
		buf_printf(&j->lags, "no name server of %s answers", owner);
}

void dns_judge_take(struct dns_judge *j, struct env_dns *ret_dns)
{
	j->dns.agree = !j->lags.len;
	j->dns.who_lags = j->lags.len ? mem_text(buf_str(&j->lags)) : NULL;
	j->dns.who_fails = j->fails.len ? mem_text(buf_str(&j->fails)) : NULL;
	j->dns.answered_ttl_s = j->answered_unknown ? -1
				: j->dns.ttl_s < 0  ? 0
						    : j->dns.ttl_s;
	if (j->ttl_unknown)
		j->dns.ttl_s = -1;
	*ret_dns = j->dns;
	j->dns = (struct env_dns){ 0 };
	dns_judge_clear(j);
}

void dns_judge_clear(struct dns_judge *j)
{
	buf_clear(&j->lags);
	buf_clear(&j->fails);
	env_dns_clear(&j->dns);
}
