/* SPDX-License-Identifier: BSD-2-Clause */
/* Domain names as text: lower case, no final dot ("." is ""). */
#ifndef DNS_DNAME_H
#define DNS_DNAME_H

#include <stddef.h>

struct ldns_struct_rdf;

/* On the heap; bytes outside printable ASCII as \DDD. */
char *dname_text(const struct ldns_struct_rdf *name);
/* "_443._tcp.www.example.com" for port 443, "tcp" and that host; on the heap. */
char *dname_tlsa_owner(const char *host, int port, const char *protocol);
/* The parent's part of name, NULL for a single label or ""; borrowed from name. */
const char *dname_parent(const char *name);

#endif
