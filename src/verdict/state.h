/* SPDX-License-Identifier: BSD-2-Clause */
/* The four states of monitoring. Values are the exit statuses. */
#ifndef VERDICT_STATE_H
#define VERDICT_STATE_H

enum state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };

const char *state_name(enum state state); /* "CRITICAL" */
/* CRITICAL over UNKNOWN over WARNING over OK. */
enum state state_worse(enum state a, enum state b);

#endif
