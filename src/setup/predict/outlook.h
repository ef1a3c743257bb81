/* SPDX-License-Identifier: BSD-2-Clause */
/* What the next renewal of a certificate does to TLSA records that are published. Pure.
 */
#ifndef SETUP_OUTLOOK_H
#define SETUP_OUTLOOK_H

#include "setup/predict/predict_conf.h"

struct match_record;
struct tlsa;

/* From bad to good. A service is as good as its best record. */
enum outlook {
	OUTLOOK_OTHER,	/* doesn't match this certificate now: it is another's, or a next
			   key's */
	OUTLOOK_BREAKS, /* matches what the renewal changes: the certificate, or its key
			 */
	OUTLOOK_EITHER, /* the key may change: the client's command line decides */
	OUTLOOK_ISSUER, /* matches as long as the CA signs with the same certificate */
	OUTLOOK_STAYS	/* matches the key, which stays */
};

/* The outlook of one record that was judged against the present chain. */
enum outlook outlook_record(const struct tlsa *rr, const struct match_record *match,
			    enum predict_key key);

#endif
