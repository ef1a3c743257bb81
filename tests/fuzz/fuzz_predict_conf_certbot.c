/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration files of ACME clients: a renewal file, a NUL and a cli.ini, or without a
 * NUL the former alone. A comment behind changes nothing. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/predict/predict_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum predict_key predict_key_of(const char *renewal, const char *cli)
{
	enum predict_key key = PREDICT_NO_RENEWAL;
	struct why why = { "" };
	int rc = predict_conf_certbot(renewal, cli, &key, &why);

	if ((rc < 0) != (key == PREDICT_NO_RENEWAL) || (rc < 0 && !*why.text))
		abort();
	return key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	const char *cli = strlen(text) < size ? text + strlen(text) + 1 : NULL;
	char *more = mem_printf("%s\n# reuse_key = True\n", text);

	if ((predict_key_of(text, cli) != predict_key_of(more, cli) &&
	     !strstr(text, "\"\"\"") && !strstr(text, "'''")) ||
	    predict_conf_acme_sh(text) != predict_conf_acme_sh(more))
		abort();
	if (!cli && predict_key_of(text, NULL) != predict_key_of(text, ""))
		abort();
	(void)predict_conf_certbot_makes(text, "rsa");
	(void)predict_conf_is_acme_sh(text);
	free(more);
	free(text);
	return 0;
}
