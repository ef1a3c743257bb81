/* SPDX-License-Identifier: BSD-2-Clause */
/* A CA that can be told to make something else than what was asked for. */
#ifndef TESTS_SETUP_CA_H
#define TESTS_SETUP_CA_H

#include <stdint.h>
#include <time.h>

enum ca_fault {
	CA_GOOD,
	CA_OTHER_KEY,
	CA_OTHER_NAMES,
	CA_EXPIRED,
	CA_NOT_YET,
	CA_NO_PEM,
	CA_EMPTY
};
#define CA_FAULTS (CA_EMPTY + 1)

struct ca_order {
	const char *csr, *full; /* files: the request, and where the chain goes */
	time_t now;
	int64_t lifetime_s;
	enum ca_fault fault;
};

/* Once, before any process is forked. */
void ca_begin(void);
/* 0, or -1 without a file. */
int ca_issue(const struct ca_order *order);

#endif
