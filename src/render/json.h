/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON: one array of all targets (json), or one object a line as each ends (ndjson). The
 * schema is doc/daneprobe.schema.json. */
#ifndef RENDER_JSON_H
#define RENDER_JSON_H

#include <stdio.h>

struct facts_peer;
struct facts_target;
struct renderer;

const struct renderer *json_array_renderer(void);
const struct renderer *json_lines_renderer(void);
/* One target as ndjson has it, with the newline; heap. */
char *json_line(const struct facts_target *t);
/* One peer alone, as verify prints it; ends the line. */
void json_write_peer(FILE *out, const struct facts_peer *p);

#endif
