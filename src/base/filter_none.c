/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/filter.h"

bool filter_none_enter(unsigned uses, bool wide)
{
	(void)uses;
	(void)wide;
	return false;
}
