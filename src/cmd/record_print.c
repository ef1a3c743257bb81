/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/record_print.h"

#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "setup/key/record.h"
#include "target/hostname.h"

int record_print_begin(struct record_print *p, enum record_format format,
		       const char *zone, struct why *why)
{
	int rc;

	*p = (struct record_print){ .format = format };
	p->out = open_memstream(&p->text, &p->len);
	if (!p->out)
		mem_exhausted();
	if (!zone)
		return 0;
	rc = hostname_parse(zone, strlen(zone), HOSTNAME_UNDERSCORE, &p->zone, NULL, why);
	if (rc == 0 && format == RECORD_NSUPDATE)
		fprintf(p->out, "zone %s.\n", p->zone);
	return rc;
}

static int print_form(struct record_print *p, const struct record *r, struct why *why)
{
	char *zone = p->zone ? mem_text(p->zone) : record_guess_zone(r);
	char *owner = record_owner_in_zone(r, zone), *hex, *value;

	if (!owner) {
		why_set(why, DP_EINVAL, "%s is not in the zone %s", r->owner, zone);
		free(zone);
		return DP_EINVAL;
	}
	if (!p->zone)
		log_warn("the zone is assumed to be %s: --zone NAME says which it is",
			 zone);
	hex = hex_encode(r->rr.data, r->rr.len);
	value = tlsa_to_text(&r->rr);
	fprintf(p->out,
		"%sZone           %s\nName           %s\nType           TLSA\n"
		"TTL            %u\nUsage          %u\nSelector       %u\n"
		"Matching type  %u\nData           %s\nor as one value\n"
		"Value          %s\n",
		p->begun ? "\n" : "", zone, owner, (unsigned)r->ttl,
		(unsigned)r->rr.usage, (unsigned)r->rr.selector, (unsigned)r->rr.mtype,
		hex, value);
	free(hex);
	free(value);
	free(owner);
	free(zone);
	p->begun = true;
	return 0;
}

static void print_json(struct record_print *p, const struct record *r)
{
	char *text = record_json(r);

	fprintf(p->out, "%s%s", p->begun ? "," : "[", text);
	p->begun = true;
	free(text);
}

int record_print_one(struct record_print *p, const struct record *r, struct why *why)
{
	char *text = NULL;

	switch (p->format) {
	case RECORD_ZONE:
		text = record_zone_line(r);
		break;
	case RECORD_GENERIC:
		text = record_generic_line(r);
		break;
	case RECORD_NSUPDATE:
		text = record_update_line(r);
		break;
	case RECORD_FORM:
		return print_form(p, r, why);
	case RECORD_JSON:
		print_json(p, r);
		return 0;
	}
	fprintf(p->out, "%s\n", text);
	free(text);
	return 0;
}

void record_print_end(struct record_print *p, bool show)
{
	if (p->format == RECORD_NSUPDATE)
		fputs("send\n", p->out);
	if (p->format == RECORD_JSON)
		fputs(p->begun ? "]\n" : "[]\n", p->out);
	fclose(p->out);
	if (show)
		fwrite(p->text, 1, p->len, stdout);
	free(p->text);
	free(p->zone);
	*p = (struct record_print){ .format = p->format };
}
