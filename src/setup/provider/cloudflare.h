/* SPDX-License-Identifier: BSD-2-Clause */
/* Cloudflare: https://developers.cloudflare.com/api/ */
#ifndef SETUP_PROVIDER_CLOUDFLARE_H
#define SETUP_PROVIDER_CLOUDFLARE_H

struct provider;

const struct provider *cloudflare_provider(void);

#endif
