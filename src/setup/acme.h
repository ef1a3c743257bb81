/* SPDX-License-Identifier: BSD-2-Clause */
/* ACME clients by name: what sh is to run for the acme line of lineage.conf. */
#ifndef SETUP_ACME_H
#define SETUP_ACME_H

struct why;

#define ACME_PRESETS "certbot, uacme, lego, acme.sh, dehydrated"

/* The command for line, "PRESET OPTIONS" or "exec COMMAND", on the heap. It has the
 * placeholders {csr} {cert} {chain} {fullchain} {domains}, and of a preset {work}, a
 * folder that it makes anew. DP_EINVAL where line names neither. */
int acme_command(const char *line, char **ret_command, struct why *why);

#endif
