/* SPDX-License-Identifier: BSD-2-Clause */
/* JUnit XML, as CI servers read it: a suite a target, a case a peer. */
#ifndef RENDER_JUNIT_H
#define RENDER_JUNIT_H

struct renderer;

const struct renderer *junit_renderer(void);

#endif
