/* SPDX-License-Identifier: BSD-2-Clause */
/* A file with a TSIG key: what is taken is taken again from the line that is made of it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/why.h"
#include "setup/publish/tsig_key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare_again(const struct tsig_key *key)
{
	char *line = mem_printf("key \"%s\" { algorithm %s; secret \"%s\"; };", key->name,
				key->algorithm, key->secret);
	struct tsig_key again = { 0 };

	/* Only quotes can't stand in quotes. */
	if (!strchr(key->name, '"') &&
	    (tsig_key_parse(line, &again, NULL) < 0 || strcmp(again.name, key->name) ||
	     strcmp(again.secret, key->secret) || again.algorithm != key->algorithm))
		abort();
	tsig_key_clear(&again);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	struct tsig_key key = { 0 };
	struct why why;

	if (tsig_key_parse(text, &key, &why) == 0) {
		compare_again(&key);
		tsig_key_clear(&key);
	} else if (key.name || key.secret || !*why.text) {
		abort();
	}
	free(text);
	return 0;
}
