/* SPDX-License-Identifier: BSD-2-Clause */
/* status --predict: what the next renewals of another ACME client do to its keys, and to
 * the records that are published. */
#ifndef CMD_PREDICT_PRINT_H
#define CMD_PREDICT_PRINT_H

struct compare_conf;

enum predict_output { PREDICT_TEXT, PREDICT_JSON, PREDICT_NAGIOS };

/* compare NULL: asks nobody, and takes all names as if they had records. The exit
 * status: 0 what is published stays valid, 1 it may not, 3 unreadable or nobody to
 * ask. */
int predict_print(const char *dir, const struct compare_conf *compare,
		  enum predict_output output);

#endif
