/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/route53.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/why.h"
#include "setup/provider/aws_keys.h"
#include "setup/provider/provider.h"
#include "setup/provider/xml_read.h"

#define NAMESPACE "https://route53.amazonaws.com/doc/2013-04-01/"
#define BODY_MAX (256 * 1024)

/* --- what it answers ---------------------------------------------------------------- */

/* Throttling comes with status 400; a batch that doesn't fit what is there, too. */
static int code_of_error(const char *code)
{
	if (!strcmp(code, "Throttling") || !strcmp(code, "ThrottlingException") ||
	    !strcmp(code, "PriorRequestNotComplete"))
		return DP_ELIMIT;
	return !strcmp(code, "InvalidChangeBatch") ? DP_EBUSY : 0;
}

static bool see_error(const struct xml_element *e, void *arg)
{
	struct provider_answer *a = arg;

	if (!strcmp(e->name, "Code") && !a->error_code)
		a->error_code = mem_text(e->text);
	else if (!strcmp(e->name, "Message") && !a->error)
		a->error = mem_text(e->text);
	return true;
}

static int read_route53_error(const char *body, const char *arg,
			      struct provider_answer *ret_answer, struct why *why)
{
	int rc = xml_read_each(body, NAMESPACE, see_error, ret_answer, why);

	(void)arg;
	if (rc == 0 && ret_answer->error_code)
		ret_answer->number = code_of_error(ret_answer->error_code);
	return rc;
}

/* Undoes \052 and its like in a name, and takes its final dot off; in place. */
static void unescape_name(char *name)
{
	char *to = name, *from = name;
	size_t len;

	for (; *from; from++) {
		if (*from == '\\' && strspn(from + 1, "01234567") >= 3) {
			*to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 +
				       (from[3] - '0'));
			from += 3;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	len = strlen(name);
	if (len && name[len - 1] == '.')
		name[len - 1] = '\0';
}

/* A zone of the list, or a set of records, while it is read. */
struct reading {
	struct provider_answer *answer;
	struct provider_answer set; /* owned; records of the set so far */
	const char *wanted;
	char *id, *name, *type; /* owned */
	int64_t ttl;
	bool is_private, is_special;
	struct why *why;
	int rc;
};

static void forget_reading(struct reading *r)
{
	free(r->id);
	free(r->name);
	free(r->type);
	provider_answer_clear(&r->set);
	r->id = r->name = r->type = NULL;
	r->is_private = r->is_special = false;
}

static void keep_text(char **text, const char *value)
{
	free(*text);
	*text = mem_text(value);
}

static bool is_wanted_name(struct reading *r)
{
	if (!r->name)
		return false;
	unescape_name(r->name);
	return !strcasecmp(r->name, r->wanted);
}

static bool see_zone(const struct xml_element *e, void *arg)
{
	struct reading *r = arg;

	if (!strcmp(e->name, "Id")) {
		keep_text(&r->id, e->text);
	} else if (!strcmp(e->name, "Name")) {
		keep_text(&r->name, e->text);
	} else if (!strcmp(e->name, "PrivateZone")) {
		r->is_private = strcmp(e->text, "false") != 0;
	} else if (!strcmp(e->name, "HostedZone")) {
		if (is_wanted_name(r) && !r->is_private && r->id && !r->answer->zone_id)
			r->answer->zone_id = mem_text(
				!strncmp(r->id, "/hostedzone/", 12) ? r->id + 12 : r->id);
		forget_reading(r);
	}
	return true;
}

static int read_route53_zone(const char *body, const char *apex,
			     struct provider_answer *ret_answer, struct why *why)
{
	struct reading r = { .answer = ret_answer, .wanted = apex, .why = why };
	int rc = xml_read_each(body, NAMESPACE, see_zone, &r, why);

	forget_reading(&r);
	if (rc == 0 && !ret_answer->zone_id)
		rc = why_set(why, DP_EDNS, "the account has no public zone %s", apex);
	return rc;
}

static bool see_signing(const struct xml_element *e, void *arg)
{
	struct provider_answer *a = arg;

	if (!strcmp(e->name, "ServeSignature"))
		keep_text(&a->sign_word, e->text);
	return true;
}

static int read_signing(const char *body, const char *arg,
			struct provider_answer *ret_answer, struct why *why)
{
	int rc = xml_read_each(body, NAMESPACE, see_signing, ret_answer, why);

	(void)arg;
	if (ret_answer->sign_word && !strcmp(ret_answer->sign_word, "SIGNING"))
		ret_answer->is_signed = PROVIDER_SIGNED;
	else if (ret_answer->sign_word && !strcmp(ret_answer->sign_word, "NOT_SIGNING"))
		ret_answer->is_signed = PROVIDER_UNSIGNED;
	return rc;
}

/* A set that is chosen by weight or place is one of several at that name. */
static void end_set(struct reading *r)
{
	bool ours = is_wanted_name(r) && r->type && !strcmp(r->type, "TLSA");

	if (ours && r->is_special)
		r->rc = why_set(r->why, DP_EINVAL,
				"the TLSA records of %s have a routing policy: several "
				"sets at one name aren't handled",
				r->wanted);
	else if (ours) {
		r->answer->ttl = (uint32_t)r->ttl;
		r->answer->record = r->set.record;
		r->answer->count = r->set.count;
		r->set = (struct provider_answer){ 0 };
	}
	forget_reading(r);
}

static bool see_set(const struct xml_element *e, void *arg)
{
	struct reading *r = arg;

	if (!strcmp(e->name, "Name"))
		keep_text(&r->name, e->text);
	else if (!strcmp(e->name, "Type"))
		keep_text(&r->type, e->text);
	else if (!strcmp(e->name, "SetIdentifier") || !strcmp(e->name, "AliasTarget"))
		r->is_special = true;
	else if (!strcmp(e->name, "TTL"))
		r->rc = number_parse(e->text, 0, UINT32_MAX, &r->ttl, r->why);
	else if (!strcmp(e->name, "Value"))
		r->rc = provider_answer_add_record(&r->set, "", e->text, r->why);
	else if (!strcmp(e->name, "ResourceRecordSet"))
		end_set(r);
	return r->rc == 0 && !r->answer->count;
}

static int read_set(const char *body, const char *owner,
		    struct provider_answer *ret_answer, struct why *why)
{
	struct reading r = { .answer = ret_answer, .wanted = owner, .why = why };
	int rc = xml_read_each(body, NAMESPACE, see_set, &r, why);

	forget_reading(&r);
	return r.rc < 0 ? r.rc : rc;
}

/* --- steps -------------------------------------------------------------------------- */

static void find_signing(struct provider_session *s)
{
	char *path = mem_printf("/hostedzone/%s/dnssec", s->zone.zone_id);

	provider_learn_signing(s, path, read_signing);
	free(path);
}

/* The list begins at the name that is asked for. Queries are in the order of their
 * parameters, which their signature needs. */
static int find_route53_zone(struct provider_session *s, const char *apex,
			     const char *owner, struct why *why)
{
	char *name = provider_encode(apex);
	char *path = mem_printf("/hostedzonesbyname?dnsname=%s.&maxitems=20", name);
	int rc = provider_enter_zone(s, path, read_route53_zone, apex, why);

	(void)owner;
	if (rc == 0)
		find_signing(s);
	free(path);
	free(name);
	return rc;
}

static int ask_route53_records(struct provider_session *s, const char *owner,
			       struct provider_answer *ret_answer, struct why *why)
{
	char *name = provider_encode(owner);
	char *path = mem_printf("/hostedzone/%s/rrset?maxitems=1&name=%s.&type=TLSA",
				s->zone.zone_id, name);
	int rc = provider_ask(s,
			      &(const struct provider_request){
				      .path = path, .read = read_set, .arg = owner },
			      ret_answer, why);

	free(path);
	free(name);
	return rc;
}

static void write_text(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (strchr("&<>\"'", *text))
			buf_printf(b, "&#%d;", *text);
		else
			buf_add(b, text, 1);
	}
}

/* The order of the elements is part of the API. */
static void begin_change(struct buf *b, const char *action, const char *owner,
			 uint32_t ttl)
{
	buf_printf(b, "<Change><Action>%s</Action><ResourceRecordSet><Name>", action);
	write_text(b, owner);
	buf_printf(b, ".</Name><Type>TLSA</Type><TTL>%u</TTL><ResourceRecords>", ttl);
}

static void write_value(struct buf *b, const char *content)
{
	buf_text(b, "<ResourceRecord><Value>");
	write_text(b, content);
	buf_text(b, "</Value></ResourceRecord>");
}

static void end_change(struct buf *b)
{
	buf_text(b, "</ResourceRecords></ResourceRecordSet></Change>");
}

static void write_batch(struct buf *b, const char *owner,
			const struct provider_answer *before,
			const struct provider_records *after)
{
	size_t i;

	buf_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		    "<ChangeResourceRecordSetsRequest xmlns=\"" NAMESPACE "\">"
		    "<ChangeBatch><Changes>");
	if (before->count) {
		begin_change(b, "DELETE", owner, before->ttl);
		for (i = 0; i < before->count; i++)
			write_value(b, before->record[i].content);
		end_change(b);
	}
	if (after->count) {
		begin_change(b, "CREATE", owner, after->ttl);
		for (i = 0; i < after->count; i++)
			write_value(b, after->content[i]);
		end_change(b);
	}
	buf_text(b, "</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>");
}

/* What is deleted must be what is there, and what is made must not be there: the batch is
 * taken as a whole or not at all. */
static int replace_route53_records(struct provider_session *s, const char *owner,
				   const struct provider_answer *before,
				   const struct provider_records *after, struct why *why)
{
	char *path = mem_printf("/hostedzone/%s/rrset", s->zone.zone_id);
	struct buf b;
	int rc;

	buf_init(&b, BODY_MAX);
	write_batch(&b, owner, before, after);
	if (b.overflow)
		rc = why_set(why, DP_ELIMIT, "the records of %s are too many for a batch",
			     owner);
	else
		rc = provider_ask(
			s,
			&(const struct provider_request){ .method = "POST",
							  .path = path,
							  .body = buf_str(&b),
							  .type = "application/xml",
							  .changes = true },
			NULL, why);
	buf_clear(&b);
	free(path);
	return rc;
}

static provider_read_fn *const readers[] = {
	read_route53_error, read_route53_zone,	read_signing, read_set,
	aws_keys_read_word, aws_keys_read_role, NULL
};

static const char *const servers[] = { "ns-*.awsdns-*.com", "ns-*.awsdns-*.net",
				       "ns-*.awsdns-*.org", "ns-*.awsdns-*.co.uk", NULL };

const struct provider *route53_provider(void)
{
	static const struct provider row = {
		.name = "route53",
		.title = "Route 53",
		.url = "https://route53.amazonaws.com/2013-04-01",
		.key_name = "the access key",
		.rights = "route53:ListHostedZonesByName, ListResourceRecordSets, "
			  "GetDNSSEC and ChangeResourceRecordSets",
		.signing = "aws route53 enable-hosted-zone-dnssec",
		.key_optional = true,
		.uses_profile = true,
		.servers = servers,
		.load = aws_keys_load,
		.open = aws_keys_open,
		.sign = aws_keys_sign,
		.readers = readers,
		.find_zone = find_route53_zone,
		.read = ask_route53_records,
		.replace = replace_route53_records,
	};

	return &row;
}
