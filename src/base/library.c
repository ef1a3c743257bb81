/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

#include "base/why.h"

int library_load(const char *soname, const struct library_symbol *symbol, size_t count,
		 void *ret_table, struct why *why)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL), *found;
	size_t i;

	if (!library)
		return why_set(why, DP_ELIBRARY, "%s can't be loaded: %s", soname,
			       dlerror());
	for (i = 0; i < count; i++) {
		found = dlsym(library, symbol[i].name);
		if (!found)
			return why_set(why, DP_ELIBRARY, "%s has no %s", soname,
				       symbol[i].name);
		memcpy((char *)ret_table + symbol[i].offset, &found, sizeof(found));
	}
	return 0;
}
