/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of certificates, the leaf first. */
#ifndef SETUP_CHAIN_FILE_H
#define SETUP_CHAIN_FILE_H

struct chain;
struct why;

/* All that stand in the file, as chain_from_file() reads them; the message names the
 * path. Undo with chain_clear(). */
int chain_file_read(const char *path, struct chain *ret_chain, struct why *why);

#endif
