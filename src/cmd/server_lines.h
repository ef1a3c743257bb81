/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines by which servers read a lineage's live/. */
#ifndef CMD_SERVER_LINES_H
#define CMD_SERVER_LINES_H

struct lineage;

/* Prints them for nginx, Apache, Postfix and Dovecot, with the real paths. */
void server_lines_print(const struct lineage *lineage);

#endif
