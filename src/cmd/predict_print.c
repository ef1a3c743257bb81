/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/predict_print.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/why.h"
#include "cmd/cmd.h"
#include "setup/predict.h"

static const char *const key_texts[] = { "same key", "new key",
					 "new key unless called with --reuse-key" };

static size_t count_of(const struct prediction *list, size_t count, enum predict_key key)
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

/* What to do about one that changes its key. */
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

static void print_text(const struct prediction *list, size_t count)
{
	int width = 4;
	size_t i, len, same = count_of(list, count, PREDICT_SAME_KEY);

	for (i = 0; i < count; i++) {
		len = strlen(list[i].name);
		if ((int)len > width && len < 45)
			width = (int)len;
	}
	for (i = 0; i < count; i++) {
		print_name(list[i].name, width);
		printf("  %-7s  %s\n", list[i].client, key_texts[list[i].key]);
	}
	if (same)
		puts("\nThe same key: 3 1 1 and 3 1 2 records stay valid at the next "
		     "renewal. 3 0 x\nrecords break: they hold the certificate. 2 x x "
		     "records hold only while the CA\nsigns with the same intermediate, "
		     "which it may change at any time.");
	if (same == count)
		return;
	puts("\nA new key: every record of usage 3 or 1 breaks at the next renewal. "
	     "Either\ntell the client to keep it:");
	for (i = 0; i < count; i++)
		if (list[i].key != PREDICT_SAME_KEY)
			print_remedy(&list[i]);
	puts("or take the key over, with a next one published beside it: daneprobe new "
	     "NAME\n--adopt DIR -d DOMAIN --service TARGET");
}

static void print_nagios(const struct prediction *list, size_t count)
{
	size_t same = count_of(list, count, PREDICT_SAME_KEY), i;
	const char *separator = "";

	if (same == count) {
		printf("DANE KEYS OK - %zu certificate%s will keep the key\n", count,
		       count == 1 ? "" : "s");
		return;
	}
	printf("DANE KEYS WARNING - a new key at the next renewal: ");
	for (i = 0; i < count; i++) {
		if (list[i].key == PREDICT_SAME_KEY)
			continue;
		fputs(separator, stdout);
		print_name(list[i].name, 0);
		separator = ", ";
	}
	putchar('\n');
}

int predict_print(const char *dir, enum predict_output output)
{
	struct prediction *list = NULL;
	struct why why;
	size_t count = 0;
	char *json;
	int status;

	if (predict_read(dir, &list, &count, &why) < 0)
		return cmd_fail(&why, CMD_USAGE);
	switch (output) {
	case PREDICT_TEXT:
		print_text(list, count);
		break;
	case PREDICT_JSON:
		json = predict_json(list, count);
		puts(json);
		free(json);
		break;
	case PREDICT_NAGIOS:
		print_nagios(list, count);
		break;
	}
	status = count_of(list, count, PREDICT_SAME_KEY) == count ? 0 : 1;
	predict_clear(list, count);
	return cmd_finish(status);
}
