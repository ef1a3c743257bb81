/* SPDX-License-Identifier: BSD-2-Clause */
/* lineage.conf: one that is taken is taken again from the file that is made of it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/lineage/lineage_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare_again(const struct lineage_conf *conf)
{
	char *text = lineage_conf_text(conf), *again;
	struct lineage_conf copy;

	lineage_conf_init(&copy);
	if (lineage_conf_parse(&copy, text, NULL) < 0)
		abort();
	again = lineage_conf_text(&copy);
	if (strcmp(text, again) != 0)
		abort();
	lineage_conf_clear(&copy);
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	struct lineage_conf conf;
	struct why why = { "" };

	lineage_conf_init(&conf);
	if (lineage_conf_parse(&conf, text, &why) == 0)
		compare_again(&conf);
	else if (!*why.text)
		abort();
	(void)lineage_conf_check(&conf, NULL);
	lineage_conf_clear(&conf);
	free(text);
	return 0;
}
