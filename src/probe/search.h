/* SPDX-License-Identifier: BSD-2-Clause */
/* Searches a text from the network for a regular expression, in a process of its own:
 * some pairs of them keep regexec() busy for hours, and nothing may outlast the
 * deadline. */
#ifndef PROBE_SEARCH_H
#define PROBE_SEARCH_H

#include <regex.h>
#include <stddef.h>

struct loop;
struct search;
struct why;

enum search_result { SEARCH_FOUND, SEARCH_ABSENT, SEARCH_FAILED };

typedef void search_fn(void *arg, enum search_result result);

/* text is borrowed for the call. fn is called once, from the loop; freeing ends the
 * search. Must be freed, also from fn. DP_EIO when no process can be had. */
int search_new(struct loop *loop, const regex_t *regex, const char *text, size_t len,
	       search_fn *fn, void *arg, struct search **ret_search, struct why *why);
void search_free(struct search *s);

#endif
