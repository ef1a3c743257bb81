/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/lineage/owners.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool owners_has(const char *owners, const char *owner)
{
	size_t len = strlen(owner);
	const char *at = owners;

	for (; at && *at; at += strcspn(at, " ") + (strchr(at, ' ') != NULL))
		if (strcspn(at, " ") == len && !strncmp(at, owner, len))
			return true;
	return false;
}

void owners_add(char **owners, const char *owner)
{
	char *longer;

	if (owners_has(*owners, owner))
		return;
	longer = mem_printf("%s%s%s", *owners ? *owners : "", *owners ? " " : "", owner);
	free(*owners);
	*owners = longer;
}

char *owners_next(const char **owners)
{
	const char *at = *owners;
	size_t len;

	if (!at || !*at)
		return NULL;
	len = strcspn(at, " ");
	*owners += len + (at[len] == ' ');
	return mem_text_n(at, len);
}

void owners_remove(char **owners, const char *others)
{
	const char *at = *owners;
	char *rest = NULL, *owner;

	while ((owner = owners_next(&at))) {
		if (!owners_has(others, owner))
			owners_add(&rest, owner);
		free(owner);
	}
	free(*owners);
	*owners = rest;
}
