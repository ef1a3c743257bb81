/* SPDX-License-Identifier: BSD-2-Clause */
/* DER put together by the tests of dane/, from octets and from words. */
#ifndef TESTS_ASN1_H
#define TESTS_ASN1_H

#include <stddef.h>
#include <stdint.h>

#include "dane/der.h"

#define ASN1_MAX 4096

/* Octets that grow. */
struct asn1 {
	uint8_t data[ASN1_MAX];
	size_t len;
};

void asn1_add(struct asn1 *to, const void *data, size_t len);
/* All of it becomes what one element of this tag holds. */
void asn1_wrap(struct asn1 *all, uint8_t tag);
/* Appends an element. */
void asn1_put(struct asn1 *to, uint8_t tag, const void *data, size_t len);
/* Appends the Name "O=Example,CN=leaf" (also C, OU, and M: a mail address), its strings
 * of this type; "+" joins what is of one part. */
void asn1_put_name(struct asn1 *to, const char *text, uint8_t type);
/* Appends GeneralName elements: "dns:a.example mail:a@b uri:https://x/ ip:7f000001
 * dn:O=Example,CN=x id:2a03 other:2a03 x400:", parted by blanks. */
void asn1_put_names(struct asn1 *to, const char *words);
struct der_reader asn1_reader(const struct asn1 *all);

#endif
