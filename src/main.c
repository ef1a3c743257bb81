/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "cmd/dispatch.h"

/* What libraries would free at the end goes with the process. */
int main(int argc, char **argv)
{
	int status = dispatch_main(argc, argv);

	(void)fflush(NULL);
	if (QUICK_END)
		_exit(status);
	return status;
}
