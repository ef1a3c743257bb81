/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/provider/providers.h"

#include <fnmatch.h>
#include <string.h>

#include "setup/provider/cloudflare.h"
#include "setup/provider/desec.h"
#include "setup/provider/gandi.h"
#include "setup/provider/google.h"
#include "setup/provider/ovh.h"
#include "setup/provider/provider.h"
#include "setup/provider/route53.h"

typedef const struct provider *provider_row_fn(void);

static provider_row_fn *const rows[] = { desec_provider,  cloudflare_provider,
					 gandi_provider,  ovh_provider,
					 google_provider, route53_provider };

const struct provider *providers_at(size_t index)
{
	return index < sizeof(rows) / sizeof(rows[0]) ? rows[index]() : NULL;
}

const struct provider *providers_find(const char *name)
{
	const struct provider *p;
	size_t i;

	for (i = 0; (p = providers_at(i)); i++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

const struct provider *providers_of_server(const char *server)
{
	const struct provider *p;
	size_t i, j;

	for (i = 0; (p = providers_at(i)); i++)
		for (j = 0; p->servers[j]; j++)
			if (fnmatch(p->servers[j], server, 0) == 0)
				return p;
	return NULL;
}
