/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/ca_bundle.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"

#define BUNDLE_MAX_BYTES (16 * 1024 * 1024) /* Debian's has a quarter of a MiB */

static const char *const system_files[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Alpine */
	"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora */
};

struct ca_bundle {
	char *data; /* owned; of a file given, until it's parsed */
	size_t len;
	bool parsed;
	bool given;
	struct trust trust; /* owned */
};

int ca_bundle_new(const char *file, struct ca_bundle **ret_bundle, struct why *why)
{
	struct ca_bundle *b = mem_zero(sizeof(*b));
	int rc;

	if (file) {
		rc = file_read(file, BUNDLE_MAX_BYTES, &b->data, &b->len, why);
		if (rc < 0 && rc != DP_ENOENT) {
			free(b);
			return rc;
		}
		if (rc < 0)
			log_warn("no CA bundle %s: treated as empty", file);
		b->given = true;
	}
	*ret_bundle = b;
	return 0;
}

static void read_system(struct ca_bundle *b)
{
	size_t i;

	for (i = 0; i < sizeof(system_files) / sizeof(system_files[0]); i++)
		if (file_read(system_files[i], BUNDLE_MAX_BYTES, &b->data, &b->len,
			      NULL) == 0)
			return;
}

const struct trust *ca_bundle_trust(struct ca_bundle *b)
{
	struct why why;

	if (b->parsed)
		return &b->trust;
	b->parsed = true;
	if (!b->given)
		read_system(b);
	if (b->data && chain_trust_from_pem(b->data, b->len, &b->trust, &why) < 0)
		log_warn("CA bundle: %s", why.text);
	free(b->data);
	b->data = NULL;
	return &b->trust;
}

void ca_bundle_free(struct ca_bundle *b)
{
	if (!b)
		return;
	chain_trust_clear(&b->trust);
	free(b->data);
	free(b);
}
