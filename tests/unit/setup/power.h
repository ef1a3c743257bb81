/* SPDX-License-Identifier: BSD-2-Clause */
/* What a disk may still lose with the power: bytes that no fsync of their file has
 * followed, and names (made, renamed, removed) that no fsync of their folder has. */
#ifndef TESTS_SETUP_POWER_H
#define TESTS_SETUP_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "setup/world/env.h"

#define POWER_NAMES_MAX 64

enum power_loss {
	POWER_ALL,   /* all that may be lost is */
	POWER_BYTES, /* names stay: of renamed files that are empty */
	POWER_NONE   /* kill -9: the system writes it all later */
};

/* How a name was before an operation on it. */
struct power_name {
	enum file_op op;
	char path[256];
	bool existed, is_folder;
	mode_t mode;
	unsigned backup; /* number of the file that keeps what it was; 0: none */
};

struct power {
	char folder[80]; /* of the backups */
	char dirty[256]; /* written, not yet fsynced */
	struct power_name name[POWER_NAMES_MAX];
	size_t names;
	unsigned backups; /* ever */
};

/* Backups go to base.power. */
void power_begin(struct power *power, const char *base);
void power_end(struct power *power);
/* Before each operation. */
void power_note(struct power *power, enum file_op op, const char *path);
/* The system has written all. */
void power_settle(struct power *power);
/* What POWER_ALL would lose more than temporary files, which nobody relies on. */
bool power_is_at_risk(const struct power *power);
void power_lose(struct power *power, enum power_loss loss);

#endif
