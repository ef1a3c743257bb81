/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether texts are the same. Case is that of ASCII's letters only, in every locale. */
#ifndef BASE_SAME_H
#define BASE_SAME_H

#include <stdbool.h>
#include <stddef.h>

/* Two NULLs are the same, too. */
bool same_text(const char *a, const char *b);
/* Whether len octets are that word, in any case. */
bool same_word(const char *text, size_t len, const char *word);
/* len octets of each, in any case. */
bool same_in_any_case(const void *a, const void *b, size_t len);

#endif
