/* SPDX-License-Identifier: BSD-2-Clause */
/* status --predict: what the next renewals of another ACME client do to its keys. */
#ifndef CMD_PREDICT_PRINT_H
#define CMD_PREDICT_PRINT_H

enum predict_output { PREDICT_TEXT, PREDICT_JSON, PREDICT_NAGIOS };

/* The exit status: 0 all keep their keys, 1 one gets a new one or may, 3 unreadable. */
int predict_print(const char *dir, enum predict_output output);

#endif
