/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether anybody else may change a file whose content is obeyed. */
#ifndef BASE_OWNER_H
#define BASE_OWNER_H

struct why;

/* 0 where path, if it is there, and each folder above it belong to root or to the user of
 * this process, and nobody else may write to them (in a folder with the sticky bit nobody
 * replaces what is another's). Else DP_EINVAL, naming what it is, whose, and the command
 * that mends it. Links in the path are followed. */
int owner_check(const char *path, struct why *why);
/* The same, where path itself may be no link. */
int owner_check_itself(const char *path, struct why *why);
/* The same of all that is in a folder, where links are refused; for one that
 * owner_check() took. */
int owner_check_below(const char *folder, struct why *why);

#endif
