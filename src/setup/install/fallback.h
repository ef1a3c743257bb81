/* SPDX-License-Identifier: BSD-2-Clause */
/* Going back to what was live before a switch: whether that is of any use, and how it is
 * told. */
#ifndef SETUP_FALLBACK_H
#define SETUP_FALLBACK_H

struct lineage;
struct lineage_state;

/* The result of going back; owned texts. */
struct fallback {
	char *deploy; /* why a deploy command failed then, too; NULL: none did */
	char *fault;  /* what is wrong now that wasn't before; NULL: nothing */
};

/* Why what was live before must not come back, on the heap; NULL: it may. A certificate
 * that has ended, or a key that is no longer published, is worse than what a failed
 * switch has left. */
char *fallback_find_obstacle(struct lineage *lineage);
/* The problem, and what is live now; on the heap, as the next. */
char *fallback_word(const struct lineage_state *state, const char *problem,
		    const struct fallback *back);
char *fallback_word_stay(const char *problem, const char *obstacle);

#endif
