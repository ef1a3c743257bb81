/* SPDX-License-Identifier: BSD-2-Clause */
/* OVHcloud: https://eu.api.ovh.com/console/ */
#ifndef SETUP_PROVIDER_OVH_H
#define SETUP_PROVIDER_OVH_H

struct provider;

const struct provider *ovh_provider(void);

#endif
