/* SPDX-License-Identifier: BSD-2-Clause */
/* Nagios and Icinga: one line with performance data, then the text form. */
#ifndef RENDER_NAGIOS_H
#define RENDER_NAGIOS_H

#include <stdio.h>

struct renderer;

const struct renderer *nagios_renderer(void);
/* "DANE UNKNOWN - text" for what fails before there is a target (usage errors). */
void nagios_unknown(FILE *out, const char *text);

#endif
