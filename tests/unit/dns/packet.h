/* SPDX-License-Identifier: BSD-2-Clause */
/* DNS packets from text. */
#ifndef PACKET_H
#define PACKET_H

#include <stddef.h>
#include <stdint.h>

enum { PACKET_AA = 1, PACKET_TC = 2, PACKET_NO_QUESTION = 4, PACKET_IS_QUERY = 8 };

/* The reply to (name, type). records are zone file lines, a newline behind each; those
 * behind a line "--" go to the authority section. ede (may be NULL) is the octets of EDNS
 * options in hex. On the heap. */
uint8_t *packet_make(const char *name, int type, int rcode, unsigned flags,
		     const char *records, const char *ede, size_t *ret_len);

#endif
