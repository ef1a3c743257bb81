/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/refused.h"

#include <stddef.h>

const char *nettle_none_words(void)
{
	return NULL;
}
