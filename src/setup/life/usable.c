/* SPDX-License-Identifier: BSD-2-Clause */
#include "setup/life/usable.h"

#include "base/mem.h"
#include "base/why.h"
#include "setup/cert/lineage_make.h"
#include "setup/lineage/lineage.h"

char *usable_word_current(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	struct lineage_number number;
	struct why why;

	if (lineage_make_check(l, s->current, &why) == 0)
		return NULL;
	number = lineage_number(s->current);
	if (!s->view)
		return mem_printf(
			"key %s, the current one, can't be used: %s: restore it from a "
			"backup, or begin anew, since nothing of this lineage is "
			"installed yet: daneprobe new, under another name",
			number.text, why.text);
	if (lineage_make_check(l, s->next, NULL) < 0)
		return mem_printf(
			"key %s, the current one, can't be used: %s: restore it from a "
			"backup before its servers are restarted; no other key can take "
			"its place: daneprobe new, under another name",
			number.text, why.text);
	return mem_printf("key %s, the current one, can't be used: %s: restore it from a "
			  "backup, or switch the servers to the next key with daneprobe "
			  "rollover %s before they are restarted",
			  number.text, why.text, l->name);
}

char *usable_word_next(const struct lineage *l)
{
	const struct lineage_state *s = &l->state;
	struct why why;

	if (!s->next || lineage_make_check(l, s->next, &why) == 0)
		return NULL;
	return mem_printf("key %s, the next one, can't be used: %s: restore it from a "
			  "backup, or daneprobe rollover --discard-next %s",
			  lineage_number(s->next).text, why.text, l->name);
}

char *usable_word_fault(const struct lineage *l)
{
	char *text = usable_word_current(l);

	return text ? text : usable_word_next(l);
}
