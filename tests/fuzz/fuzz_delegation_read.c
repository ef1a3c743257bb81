/* SPDX-License-Identifier: BSD-2-Clause */
/* A referral from the network. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/why.h"
#include "dns/delegation.h"
#include "dns/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char **names;
	struct why why;
	size_t count;

	if (delegation_read(data, size, "a.example", &names, &count, &why) < 0)
		return 0;
	if (count > ZONE_SERVERS_MAX)
		abort();
	while (count)
		free(names[--count]);
	free(names);
	return 0;
}
