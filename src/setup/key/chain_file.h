/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of certificates, the leaf first, as octets: a CA made them, and an ACME client
 * brought them, so whoever has rights to lose doesn't parse them (base/apart.h,
 * base/sandbox.h). */
#ifndef SETUP_CHAIN_FILE_H
#define SETUP_CHAIN_FILE_H

#include <stddef.h>

struct why;

/* "-" is standard input. *ret_data is on the heap; a private key may stand in the same
 * file, so that mem_wipe() comes before free(). */
int chain_file_read(const char *path, char **ret_data, size_t *ret_len, struct why *why);

#endif
