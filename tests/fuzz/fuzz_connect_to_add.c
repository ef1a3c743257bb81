/* SPDX-License-Identifier: BSD-2-Clause */
/* --connect-to as typed: what is taken names an address or a port, and fits its own host.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/why.h"
#include "target/connect_to.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	struct connect_to_list list = { 0 };
	const struct connect_to *c;
	struct why why;

	if (connect_to_add(&list, text, &why) == 0) {
		c = list.item;
		if (list.count != 1 || (!c->address && !c->to_port) || c->port > 65535 ||
		    !connect_to_fits(c, c->host ? c->host : "any.example",
				     c->port ? c->port : 443))
			abort();
	}
	connect_to_clear(&list);
	free(text);
	return 0;
}
