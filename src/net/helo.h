/* SPDX-License-Identifier: BSD-2-Clause */
/* What to call ourselves in EHLO and LHLO (RFC 5321 section 4.1.1.1): a name with all its
 * domains, else an address literal. */
#ifndef NET_HELO_H
#define NET_HELO_H

struct why;

/* A host name in A-labels, or a literal like [192.0.2.1] or [IPv6:2001:db8::1], checked;
 * on the heap. DP_EINVAL else. */
int helo_parse(const char *text, char **ret_helo, struct why *why);
/* This host's name on the heap; NULL where it has none that a mail server would take,
 * such as one without a domain. */
char *helo_own(void);
/* The same for a name that somebody gave to the host. */
char *helo_from_host(const char *name);
/* The literal of the socket's own address; on the heap. */
char *helo_from_socket(int fd);

#endif
