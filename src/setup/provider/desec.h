/* SPDX-License-Identifier: BSD-2-Clause */
/* deSEC: https://desec.readthedocs.io/en/latest/dns/rrsets.html */
#ifndef SETUP_PROVIDER_DESEC_H
#define SETUP_PROVIDER_DESEC_H

struct provider;

const struct provider *desec_provider(void);

#endif
