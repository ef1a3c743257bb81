/* SPDX-License-Identifier: BSD-2-Clause */
/* AWS Route 53: https://docs.aws.amazon.com/Route53/latest/APIReference/ */
#ifndef SETUP_PROVIDER_ROUTE53_H
#define SETUP_PROVIDER_ROUTE53_H

struct provider;

const struct provider *route53_provider(void);

#endif
