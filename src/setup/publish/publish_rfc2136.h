/* SPDX-License-Identifier: BSD-2-Clause */
/* publish = rfc2136 server=ADDR[@PORT] key=FILE: dynamic update, signed by TSIG. Without
 * server= the zone's own primary (SOA MNAME) is asked. */
#ifndef SETUP_PUBLISH_RFC2136_H
#define SETUP_PUBLISH_RFC2136_H

#include "setup/publish/publish.h"

publish_fn publish_rfc2136_records;
publish_check_fn publish_rfc2136_check;

#endif
