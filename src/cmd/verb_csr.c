/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/cmd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/why.h"
#include "cmd/key_report.h"
#include "cmd/opts.h"
#include "setup/key/csr.h"
#include "setup/key/key.h"

struct values {
	const char *key, *output;
	const char *new_type; /* NULL: the key is there */
	bool der, must_staple;
};

static const struct opt opts[] = {
	{ "key", 0, OPT_TEXT, offsetof(struct values, key), .argument = "FILE",
	  .help = "private key that signs: PKCS#8, PKCS#1 or SEC1" },
	{ "newkey", 0, OPT_WORD, offsetof(struct values, new_type), .argument = KEY_TYPES,
	  .help = "make that key first and write it to --key FILE, which must not be "
		  "there" },
	{ "output", 'o', OPT_TEXT, offsetof(struct values, output), .argument = "FILE",
	  .help = "where the request goes; never overwritten, - is stdout" },
	{ "der", 0, OPT_FLAG, offsetof(struct values, der),
	  .help = "write DER, not PEM" },
	{ "must-staple", 0, OPT_FLAG, offsetof(struct values, must_staple),
	  .help = "ask for a certificate that demands OCSP stapling (RFC 7633)" },
	{ .long_name = NULL },
};

static int check_csr_args(const void *values, const struct opts_rest *rest,
			  struct why *why)
{
	const struct values *v = values;
	if (!v->key)
		return why_set(why, DP_EINVAL,
			       "no key: give --key FILE, and --newkey TYPE "
			       "to make it");
	if (!v->output)
		return why_set(why, DP_EINVAL,
			       "no file to write to: give -o request.csr");
	if (!rest->args.count)
		return why_set(why, DP_EINVAL,
			       "no name: give the names of the certificate");
	if (v->new_type && strcmp(v->output, "-") && !strcmp(v->key, v->output))
		return why_set(why, DP_EINVAL, "key and request in one file");
	return 0;
}

static int read_names(const struct opt_list *args, struct csr_names *names,
		      struct why *why)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < args->count && rc == 0; i++)
		rc = csr_add_name(names, args->item[i], why);
	return rc;
}

/* Refuses either file before the work begins. */
static int check_files(const struct values *v, struct why *why)
{
	if (v->new_type && access(v->key, F_OK) == 0)
		return why_set(
			why, DP_EEXIST,
			"%s is there already and is not overwritten: leave --newkey out "
			"to use it",
			v->key);
	if (strcmp(v->output, "-") && access(v->output, F_OK) == 0)
		return why_set(why, DP_EEXIST,
			       "%s is there already and is not overwritten", v->output);
	return 0;
}

static int get_key(const struct values *v, struct key **ret_key, struct why *why)
{
	enum key_type type;
	struct why inner;
	int rc;

	if (v->new_type) {
		type = key_report_type(v->new_type);
		key_report_warn(type);
		return key_generate(type, ret_key, why);
	}
	rc = key_load(v->key, ret_key, &inner);
	if (rc == DP_ENOENT)
		return why_set(why, rc, "%s; --newkey TYPE makes a key", inner.text);
	return rc < 0 ? why_set(why, rc, "%s", inner.text) : 0;
}

/* The key goes first: a request whose key is lost is worthless. */
static int write_files(const struct values *v, const struct key *key,
		       const gnutls_datum_t *csr, struct why *why)
{
	int rc;

	if (v->new_type) {
		rc = key_save(key, v->key, why);
		if (rc < 0)
			return rc;
	}
	if (!strcmp(v->output, "-")) {
		fwrite(csr->data, 1, csr->size, stdout);
		return 0;
	}
	rc = file_create(NULL, v->output, FILE_ACCESS(0644), csr->data, csr->size, why);
	if (rc < 0 && v->new_type)
		unlink(v->key); /* our own: it wasn't there a moment ago */
	return rc;
}

static int make_csr(const void *values, const struct opt_list *args)
{
	const struct values *v = values;
	struct csr_names names = { 0 };
	gnutls_datum_t csr = { 0 };
	struct key *key = NULL;
	struct why why;
	int rc;

	key_protect();
	if (v->must_staple)
		log_warn("CAs that no longer run OCSP, Let's Encrypt among them, refuse "
			 "requests with must-staple");
	rc = read_names(args, &names, &why);
	if (rc == 0)
		rc = check_files(v, &why);
	if (rc == 0)
		rc = get_key(v, &key, &why);
	if (rc == 0)
		rc = csr_make(key, &names, v->must_staple, v->der, &csr, &why);
	if (rc == 0)
		rc = write_files(v, key, &csr, &why);
	if (rc == 0 && strcmp(v->output, "-"))
		rc = key_report(v->output, key, &why);
	gnutls_free(csr.data);
	key_free(key);
	csr_names_clear(&names);
	if (rc < 0)
		return cmd_fail(&why,
				rc == DP_EIO || rc == DP_ECRYPTO ? CMD_NO : CMD_USAGE);
	return cmd_finish(CMD_DONE);
}

const struct cmd *verb_csr(void)
{
	static const struct cmd cmd = {
		.name = "csr",
		.synopsis = "--key privkey.pem [--newkey TYPE] [--der] [--must-staple]\n"
			    "-o request.csr NAME...",
		.summary = "make a certificate signing request, and its key if wanted",
		.notes = "The request has an empty subject and every NAME in its SAN, as "
			 "certbot certonly --csr and other ACME clients take it; "
			 "*.example.com "
			 "and names outside ASCII are fine.\n"
			 "Exit status: 0 done, 2 failed, 3 usage error, bad key, or a "
			 "file is "
			 "there already.",
		.opts = opts,
		.values_size = sizeof(struct values),
		.check = check_csr_args,
		.work = make_csr,
	};

	return &cmd;
}
