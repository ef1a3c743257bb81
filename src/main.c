/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/dispatch.h"

int main(int argc, char **argv)
{
	return dispatch_main(argc, argv);
}
