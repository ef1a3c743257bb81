/* SPDX-License-Identifier: BSD-2-Clause */
/* ACME clients by name: what sh is to run for the acme line of lineage.conf. */
#ifndef SETUP_ACME_H
#define SETUP_ACME_H

#include <stdbool.h>

struct why;

#define ACME_PRESETS "certbot, uacme, lego, acme.sh, dehydrated"

/* Whether line leaves renewals to a client that has a schedule of its own and calls
 * daneprobe hook: "hook certbot [CERTIFICATE]...". ret_rest: what follows, borrowed. */
bool acme_is_hook(const char *line, const char **ret_rest);
/* Checks that line is one of all that. DP_EINVAL tells what there is. */
int acme_check(const char *line, struct why *why);
/* The command for line, "PRESET OPTIONS" or "exec COMMAND", on the heap. It has the
 * placeholders {csr} {cert} {chain} {fullchain} {domains}, and of a preset {work}, a
 * folder that it makes anew. DP_EINVAL where line names neither. */
int acme_command(const char *line, char **ret_command, struct why *why);

/* What messages call the client of this line: "certbot", "the acme command"; on the heap.
 */
char *acme_client(const char *line);

/* The command by which one sees whether the client of this line is installed; on the
 * heap. */
char *acme_program(const char *line);

/* Whether the client of this line has the account that it doesn't make by itself:
 * uacme's. DP_ENOENT says how to make it. */
int acme_check_account(const char *line, struct why *why);

#endif
