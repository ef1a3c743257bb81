/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process says that has read a stranger's octets, and may have been taken over by
 * them: by its first octet about a certificate, a CA's window, a zone's records, or the
 * names of a certificate. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "setup/cert/ari.h"
#include "setup/key/delivered.h"
#include "setup/predict/reading.h"
#include "setup/publish/powerdns.h"
#include "target/hostname.h"

#define FACTS_MAX (1 << 20)
#define NAMES 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A key is a part of its certificate, and what counts names or certificates has one. */
static void check_delivered(const struct delivered *d)
{
	const struct delivered_cert *c;
	size_t i;

	if (!d->count || d->lacks > NAMES || d->unlinked >= d->count ||
	    (d->is_parsed && !d->cert[0].spki_len) ||
	    d->serial.len > sizeof(d->serial.octets) ||
	    d->authority_key.len > sizeof(d->authority_key.octets))
		abort();
	for (i = 0; i < d->count; i++) {
		c = &d->cert[i];
		if (c->spki_len &&
		    (c->spki < c->der || c->spki + c->spki_len > c->der + c->der_len))
			abort();
	}
}

static void take_certificate(const struct buf *facts)
{
	struct delivered d = { 0 };

	if (delivered_take(facts, NAMES, &d, NULL) == 0)
		check_delivered(&d);
	delivered_clear(&d);
}

static void take_window(const struct buf *facts)
{
	struct ari_answer a = { 0 };

	if (ari_take(facts, &a, NULL) == 0 && (a.start <= 0 || a.end <= a.start))
		abort();
	ari_answer_clear(&a);
}

static void take_records(const struct buf *facts)
{
	struct powerdns_rrset r = { 0 };
	size_t i;
	const char *c;

	if (powerdns_take(facts, &r, NULL) == 0 && r.count > POWERDNS_RECORDS_MAX)
		abort();
	for (i = 0; i < r.count; i++)
		for (c = r.record[i].content; *c; c++)
			if (*c < ' ' || *c > '~')
				abort();
	powerdns_clear(&r);
}

static void take_names(const struct buf *facts)
{
	struct reading r = { .text = NULL };
	size_t i;

	if (reading_take(facts, NAMES, &r, NULL) == 0 && r.hosts > READING_HOSTS_MAX)
		abort();
	for (i = 0; r.names && i < r.hosts; i++)
		if (strlen(r.host[i]) > HOSTNAME_MAX)
			abort();
	reading_clear(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const take[])(const struct buf *facts) = {
		take_certificate, take_window, take_records, take_names
	};
	struct buf facts;

	if (!size)
		return 0;
	buf_init(&facts, FACTS_MAX);
	buf_add(&facts, data + 1, size - 1);
	take[data[0] % 4](&facts);
	buf_clear(&facts);
	return 0;
}
