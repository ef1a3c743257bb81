/* SPDX-License-Identifier: BSD-2-Clause */
/* A DNS answer as it comes from the network: type (two octets), then the packet. */
#include <stddef.h>
#include <stdint.h>

#include "dns/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer answer;
	uint16_t type;

	if (size < 2)
		return 0;
	type = (uint16_t)(data[0] << 8 | data[1]);
	if (answer_from_packet(data + 2, size - 2, "www.example.com", type, &answer,
			       NULL) == 0) {
		(void)answer_owner(&answer, "www.example.com");
		answer_clear(&answer);
	}
	return 0;
}
