/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--version")) {
		printf("%s\n", PACKAGE_STRING);
		if (argc > 2 && !strcmp(argv[2], "-v"))
			fputs(CONFIG_SUMMARY, stdout);
		return 0;
	}
	fprintf(stderr, "usage: daneprobe --version [-v]\n");
	return 3;
}
