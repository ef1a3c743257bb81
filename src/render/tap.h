/* SPDX-License-Identifier: BSD-2-Clause */
/* The Test Anything Protocol, version 13: a test a peer. */
#ifndef RENDER_TAP_H
#define RENDER_TAP_H

struct renderer;

const struct renderer *tap_renderer(void);

#endif
