/* SPDX-License-Identifier: BSD-2-Clause */
/* Gandi LiveDNS: https://api.gandi.net/docs/livedns/ */
#ifndef SETUP_PROVIDER_GANDI_H
#define SETUP_PROVIDER_GANDI_H

struct provider;

const struct provider *gandi_provider(void);

#endif
