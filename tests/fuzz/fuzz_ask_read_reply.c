/* SPDX-License-Identifier: BSD-2-Clause */
/* A reply from the network, read without validation: the first octet chooses the
 * question. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/why.h"
#include "dns/ask.h"
#include "dns/rrtype.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = { RRTYPE_A, RRTYPE_TLSA, RRTYPE_DNSKEY, 6 };
	struct ask_reply reply;
	struct why why;

	if (size == 0)
		return 0;
	if (ask_read_reply(data + 1, size - 1, "www.example", types[data[0] % 4], &reply,
			   &why) < 0)
		return 0;
	if (!reply.answered || !memchr(reply.ede_text, '\0', sizeof(reply.ede_text)) ||
	    !memchr(reply.rcode_text, '\0', sizeof(reply.rcode_text)))
		abort();
	return 0;
}
