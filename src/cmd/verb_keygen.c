/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/why.h"
#include "cmd/key_report.h"
#include "cmd/opts.h"
#include "setup/key/key.h"

struct values {
	int type; /* enum key_type */
	const char *output;
};

static const struct opt opts[] = {
	{ "type", 't', OPT_CHOICE, offsetof(struct values, type),
	  .fallback = "ecdsa-p256", .argument = KEY_TYPES, .help = "kind of key" },
	{ "output", 'o', OPT_TEXT, offsetof(struct values, output), .argument = "FILE",
	  .help = "where the key goes: PKCS#8 PEM, readable by its owner only, never "
		  "overwritten" },
	{ .long_name = NULL },
};

static int check_keygen_args(const void *values, const struct opts_rest *rest,
			     struct why *why)
{
	const struct values *v = values;
	if (rest->args.count)
		return why_set(why, DP_EINVAL,
			       "'%s' is one argument too many: keygen "
			       "takes options only",
			       rest->args.item[0]);
	if (!v->output)
		return why_set(why, DP_EINVAL,
			       "no file to write to: give -o privkey.pem");
	if (!strcmp(v->output, "-"))
		return why_set(why, DP_EINVAL,
			       "a private key isn't printed: give -o FILE");
	return 0;
}

static int make_key(const void *values, const struct opt_list *args)
{
	const struct values *v = values;
	struct key *key = NULL;
	struct why why;
	int rc;

	(void)args;
	key_protect();
	key_report_warn((enum key_type)v->type);
	rc = key_generate((enum key_type)v->type, &key, &why);
	if (rc == 0)
		rc = key_save(key, v->output, &why);
	if (rc == 0)
		rc = key_report(v->output, key, &why);
	key_free(key);
	if (rc < 0)
		return cmd_fail(&why,
				rc == DP_EEXIST || rc == DP_ENOENT ? CMD_USAGE : CMD_NO);
	return cmd_finish(CMD_DONE);
}

const struct cmd *verb_keygen(void)
{
	static const struct cmd cmd = {
		.name = "keygen",
		.synopsis = "[-t TYPE] -o privkey.pem",
		.summary = "make a private key",
		.notes = "Prints the TLSA record data (3 1 1) of the key.\n"
			 "Exit status: 0 done, 2 failed, 3 usage error or the file is "
			 "there "
			 "already.",
		.opts = opts,
		.values_size = sizeof(struct values),
		.check = check_keygen_args,
		.work = make_key,
	};

	return &cmd;
}
