/* SPDX-License-Identifier: BSD-2-Clause */
/* What another process of the run says over a channel. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/parcel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parcel parcel;

	if (parcel_read(data, size, &parcel) &&
	    (strlen(parcel.text) != parcel.text_len || parcel.code >= CODE_COUNT ||
	     parcel.state > STATE_UNKNOWN))
		abort();
	return 0;
}
