/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

size_t terminal_columns(int fd)
{
	struct winsize size = { 0 };

	if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return TERMINAL_COLUMNS;
	if (size.ws_col < TERMINAL_COLUMNS_MIN)
		return TERMINAL_COLUMNS_MIN;
	return size.ws_col > TERMINAL_COLUMNS_MAX ? TERMINAL_COLUMNS_MAX : size.ws_col;
}

bool terminal_has_colour(int fd)
{
	return isatty(fd) && !getenv("NO_COLOR");
}
