/* SPDX-License-Identifier: BSD-2-Clause */
/* Prometheus' text format, for the textfile collector of node_exporter. */
#ifndef RENDER_PROMETHEUS_H
#define RENDER_PROMETHEUS_H

struct renderer;

const struct renderer *prometheus_renderer(void);

#endif
