/* SPDX-License-Identifier: BSD-2-Clause */
/* publish = powerdns url=URL [zone=ZONE] key-file=FILE [server-id=ID]: the HTTP API of
 * PowerDNS's authoritative server. It has no prerequisites as RFC 2136 has: the RRset is
 * read, changed and read again, and what others have there is given back as it was. */
#ifndef SETUP_PUBLISH_POWERDNS_H
#define SETUP_PUBLISH_POWERDNS_H

#include "setup/publish/publish.h"

publish_fn publish_powerdns_records;
publish_check_fn publish_powerdns_check;

#endif
