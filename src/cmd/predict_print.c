/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/predict_print.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/why.h"
#include "cmd/cmd.h"
#include "setup/predict/compare.h"
#include "setup/predict/predict.h"

static const char *const key_texts[] = { "same key", "new key",
					 "new key unless called with --reuse-key",
					 "can't renew this" };

static size_t count_risky(const struct prediction *list, size_t count)
{
	size_t n = 0, i;

	for (i = 0; i < count; i++)
		n += predict_is_risky(&list[i]);
	return n;
}

static size_t count_key(const struct prediction *list, size_t count, enum predict_key key)
{
	size_t n = 0, i;

	for (i = 0; i < count; i++)
		n += list[i].key == key;
	return n;
}

static void print_name(const char *name, int width)
{
	char *shown = log_escape(name, strlen(name));

	printf("%-*s", width, shown);
	free(shown);
}

/* Prints what to do about a certificate whose key changes. */
static void print_remedy(const struct prediction *p)
{
	char *file = log_escape(p->file, strlen(p->file));

	if (!strcmp(p->client, "certbot"))
		printf("  %s: reuse_key = True below [renewalparams]\n", file);
	else if (!strcmp(p->client, "acme.sh"))
		printf("  %s: remove Le_ForceNewDomainKey\n", file);
	else
		printf("  %s: call lego renew with --reuse-key\n", file);
	free(file);
}

/* Prints what to do about a certificate that isn't renewed. */
static void print_fault(const struct prediction *p)
{
	char *file = log_escape(p->file, strlen(p->file));
	char *fault = log_escape(p->fault, strlen(p->fault));

	printf("  %s: %s\n", file, fault);
	free(fault);
	free(file);
}

static const char *const service_texts[] = {
	[OUTLOOK_OTHER] = "not of this certificate",
	[OUTLOOK_BREAKS] = "breaks at the renewal",
	[OUTLOOK_EITHER] = "breaks if the key is new",
	[OUTLOOK_ISSUER] = "depends on the CA's intermediate",
	[OUTLOOK_STAYS] = "stays valid",
};

static const char *const record_texts[] = {
	[OUTLOOK_OTHER] = "no match now",
	[OUTLOOK_BREAKS] = "changes",
	[OUTLOOK_EITHER] = "may change",
	[OUTLOOK_ISSUER] = "holds while it is signed by the same",
	[OUTLOOK_STAYS] = "the key, which stays",
};

/* Clients renew about a third of the lifetime before its end. */
static void print_instead(const struct prediction *p, const char *instead)
{
	time_t third = (p->not_after - p->not_before) / 3;
	char about[32], end[32];

	printf("      replace it by %s\n"
	       "      before the next renewal, about %s (the certificate ends %s)\n",
	       instead, clock_date(p->not_after - third, about),
	       clock_date(p->not_after, end));
}

static void print_service(const struct prediction *p, const struct predicted_service *s)
{
	char *error = s->error ? log_escape(s->error, strlen(s->error)) : NULL;
	size_t i;

	printf("  %s  %s%s\n", s->owner, error ? "unknown: " : service_texts[s->outlook],
	       error ? error : "");
	for (i = 0; i < s->count; i++) {
		printf("    %-34s  %s\n", s->record[i].text,
		       record_texts[s->record[i].outlook]);
		if (s->record[i].instead)
			print_instead(p, s->record[i].instead);
	}
	free(error);
}

static void print_services(const struct prediction *p)
{
	char *text;
	size_t i;

	if (p->unread) {
		text = log_escape(p->unread, strlen(p->unread));
		printf("  %s\n", text);
		free(text);
		return;
	}
	for (i = 0; i < p->services; i++)
		print_service(p, &p->service[i]);
	if (!p->services)
		puts("  no TLSA records at its names");
}

static bool has_outlook(const struct prediction *p, enum outlook outlook)
{
	size_t i;

	for (i = 0; i < p->services; i++)
		if (p->service[i].outlook == outlook && !p->service[i].error)
			return true;
	return false;
}

/* Nobody but the CA knows which of its certificates signs next. */
static void print_issuers(const struct prediction *list, size_t count)
{
	char *issuer;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!list[i].issuer || !has_outlook(&list[i], OUTLOOK_ISSUER))
			continue;
		issuer = log_escape(list[i].issuer, strlen(list[i].issuer));
		print_name(list[i].name, 0);
		printf(": signed by %s now. The CA may sign\nwith another certificate at "
		       "any time, without notice: publish a 3 1 1\nrecord, or one for "
		       "each intermediate that the CA lists.\n",
		       issuer);
		free(issuer);
	}
}

static void print_offline(const struct prediction *list, size_t count)
{
	if (count_key(list, count, PREDICT_SAME_KEY))
		puts("\nThe same key: 3 1 1 and 3 1 2 records stay valid at the next "
		     "renewal. 3 0 x\nrecords break: they hold the certificate. 2 x x "
		     "records hold only while the CA\nsigns with the same intermediate, "
		     "which it may change at any time.");
	if (count_key(list, count, PREDICT_NEW_KEY) +
	    count_key(list, count, PREDICT_EITHER))
		puts("\nA new key: every record of usage 3 or 1 breaks at the next "
		     "renewal.");
}

static void print_remedies(const struct prediction *list, size_t count)
{
	bool any = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].key == PREDICT_SAME_KEY || list[i].fault ||
		    !predict_is_risky(&list[i]))
			continue;
		puts(any ? "" : "\nTell the client to keep its key:");
		print_remedy(&list[i]);
		any = true;
	}
	if (any)
		puts("or take the key over, with a next one published beside it: "
		     "daneprobe new NAME\n--adopt DIR -d DOMAIN --service TARGET");
}

static void print_text(const struct prediction *list, size_t count, bool compared)
{
	int width = 4;
	size_t i, len;

	for (i = 0; i < count; i++) {
		len = strlen(list[i].name);
		if ((int)len > width && len < 45)
			width = (int)len;
	}
	for (i = 0; i < count; i++) {
		print_name(list[i].name, width);
		printf("  %-7s  %s%s%s\n", list[i].client,
		       list[i].fault ? list[i].client : "", list[i].fault ? " " : "",
		       key_texts[list[i].key]);
		if (list[i].fault)
			print_fault(&list[i]);
		if (compared)
			print_services(&list[i]);
	}
	if (!compared)
		print_offline(list, count);
	else
		print_issuers(list, count);
	print_remedies(list, count);
}

static void print_nagios(const struct prediction *list, size_t count, bool compared)
{
	const char *separator = "";
	size_t i;

	if (!count_risky(list, count)) {
		printf("DANE KEYS OK - %zu certificate%s will keep %s\n", count,
		       count == 1 ? "" : "s",
		       compared ? "the published records valid" : "the key");
		return;
	}
	printf("DANE KEYS WARNING - %s at the next renewal: ",
	       count_key(list, count, PREDICT_NO_RENEWAL) == count_risky(list, count)
		       ? "no certificate"
	       : compared ? "records may break"
			  : "a new key");
	for (i = 0; i < count; i++) {
		if (!predict_is_risky(&list[i]))
			continue;
		fputs(separator, stdout);
		print_name(list[i].name, 0);
		separator = ", ";
	}
	putchar('\n');
}

static void print_predictions(const struct prediction *list, size_t count, bool compared,
			      enum predict_output output)
{
	char *json;

	switch (output) {
	case PREDICT_TEXT:
		print_text(list, count, compared);
		break;
	case PREDICT_JSON:
		json = predict_json(list, count);
		puts(json);
		free(json);
		break;
	case PREDICT_NAGIOS:
		print_nagios(list, count, compared);
		break;
	}
}

int predict_print(const char *dir, const struct compare_conf *compare,
		  enum predict_output output)
{
	struct prediction *list = NULL;
	struct why why;
	size_t count = 0;
	int rc = predict_read(dir, &list, &count, &why), status;

	if (rc == 0 && compare)
		rc = compare_predictions(compare, list, count, &why);
	if (rc == 0)
		print_predictions(list, count, compare != NULL, output);
	status = count_risky(list, count) ? 1 : 0;
	predict_clear(list, count);
	return rc < 0 ? cmd_fail(&why, CMD_USAGE) : cmd_finish(status);
}
