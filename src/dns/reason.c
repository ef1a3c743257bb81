/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/reason.h"

#include <string.h>

#include "base/mem.h"

/* "key for validation ZONE is marked as invalid because of a previous validation failure
 * <QUESTION>: REASON" is REASON. */
char *reason_of_bogus(const char *why_bogus)
{
	static const char key[] = "key for validation ",
			  mark[] = " is marked as invalid because of a previous ";
	const char *at = strstr(why_bogus, key), *reason;

	reason = at ? strstr(at, mark) : NULL;
	reason = reason ? strstr(reason, ">: ") : NULL;
	if (!reason)
		return mem_text(why_bogus);
	return mem_printf("%.*s%s", (int)(at - why_bogus), why_bogus, reason + 3);
}
