/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain facts in a row of octets, from one process to another on the same system: numbers
 * of eight octets, and texts and octets behind their length. Who takes them believes no
 * length and no number. */
#ifndef BASE_FIELDS_H
#define BASE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

void fields_put_number(struct buf *b, int64_t number);
void fields_put_octets(struct buf *b, const void *data, size_t len);
/* What is no printable ASCII becomes "?"; NULL is put as "". */
void fields_put_text(struct buf *b, const char *text);

/* What is left to be taken. */
struct fields {
	const char *at; /* borrowed */
	size_t len;
	bool bad; /* something wasn't there, or not within its bounds: nothing is any more
		   */
};

void fields_begin(struct fields *f, const struct buf *b);
/* Each takes the next one; where it isn't within its bounds, f->bad is set, and what is
 * returned is min or empty. */
int64_t fields_number(struct fields *f, int64_t min, int64_t max);
const void *fields_octets(struct fields *f, size_t max, size_t *ret_len); /* borrowed */
/* A line: printable ASCII and nothing else; on the heap. */
char *fields_text(struct fields *f, size_t max);
/* Whether all was good, and nothing is left. */
bool fields_end(const struct fields *f);

#endif
