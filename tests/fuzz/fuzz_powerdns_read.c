/* SPDX-License-Identifier: BSD-2-Clause */
/* A zone's records as PowerDNS's API tells them, and what it says of an error. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dane/tlsa.h"
#include "setup/publish/powerdns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *)data, size);
	struct powerdns_rrset rrset;
	struct tlsa rr;
	size_t i;

	free(powerdns_error(text));
	if (powerdns_read(text, "_443._tcp.a.example", &rrset, NULL) == 0) {
		for (i = 0; i < rrset.count; i++)
			if (powerdns_tlsa(&rrset.record[i], &rr))
				tlsa_clear(&rr);
		powerdns_clear(&rrset);
	}
	free(text);
	return 0;
}
