/* SPDX-License-Identifier: BSD-2-Clause */
/* The text form: for a human who looks for what is wrong. */
#ifndef RENDER_TEXT_H
#define RENDER_TEXT_H

struct buf;
struct facts_target;
struct render_conf;
struct renderer;

const struct renderer *text_renderer(void);
/* All lines behind the first, each ended by a newline. */
void text_body(struct buf *out, const struct render_conf *conf,
	       const struct facts_target *t);

#endif
