/* SPDX-License-Identifier: BSD-2-Clause */
/* Google Cloud DNS: https://cloud.google.com/dns/docs/reference/rest/v1 */
#ifndef SETUP_PROVIDER_GOOGLE_H
#define SETUP_PROVIDER_GOOGLE_H

struct provider;

const struct provider *google_provider(void);

#endif
