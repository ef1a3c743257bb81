/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int fd = -1;
static long number;

void tally_open(void)
{
	const char *path = getenv("TALLY");

	if (path == NULL)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0) {
		perror(path);
		exit(1);
	}
	tally_add(0);
}

void tally_add(long more)
{
	char text[32];
	int len;

	if (fd < 0)
		return;
	number += more;
	len = snprintf(text, sizeof(text), "%ld\n", number);
	if (pwrite(fd, text, (size_t)len, 0) != len)
		perror("tally");
}
