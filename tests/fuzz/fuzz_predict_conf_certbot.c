/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration files of ACME clients: a renewal file, a NUL and a cli.ini, or without a
 * NUL the former alone. A comment behind changes nothing. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "setup/predict/predict_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	const char *cli = strlen(text) < size ? text + strlen(text) + 1 : NULL;
	char *more = mem_printf("%s\n# reuse_key = True\n", text);

	if (predict_conf_certbot(text, cli) != predict_conf_certbot(more, cli) ||
	    predict_conf_acme_sh(text) != predict_conf_acme_sh(more))
		abort();
	if (!cli && predict_conf_certbot(text, NULL) != predict_conf_certbot(text, ""))
		abort();
	(void)predict_conf_is_certbot(text);
	(void)predict_conf_is_acme_sh(text);
	free(more);
	free(text);
	return 0;
}
