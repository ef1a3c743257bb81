/* SPDX-License-Identifier: BSD-2-Clause */
#include "ca.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

#define PEM_MAX (1 << 20)
#define HOUR 3600

static gnutls_x509_privkey_t ca_key;
static gnutls_x509_crt_t ca_crt;

void ca_begin(void)
{
	static const unsigned char serial[] = { 1 };

	if (ca_key)
		return;
	gnutls_x509_privkey_init(&ca_key);
	/* Its signatures have nothing random: one order gives the same certificate each
	 * time. */
	gnutls_x509_privkey_generate(ca_key, GNUTLS_PK_EDDSA_ED25519,
				     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519), 0);
	gnutls_x509_crt_init(&ca_crt);
	gnutls_x509_crt_set_version(ca_crt, 3);
	gnutls_x509_crt_set_key(ca_crt, ca_key);
	gnutls_x509_crt_set_serial(ca_crt, serial, sizeof(serial));
	gnutls_x509_crt_set_dn(ca_crt, "CN=Simulated CA", NULL);
	gnutls_x509_crt_set_ca_status(ca_crt, 1);
	gnutls_x509_crt_set_activation_time(ca_crt, 0);
	gnutls_x509_crt_set_expiration_time(ca_crt, (time_t)4000000000);
	gnutls_x509_crt_sign2(ca_crt, ca_crt, ca_key, GNUTLS_DIG_SHA512, 0);
}

/* Those of the request, as a CA does. */
static int set_names(gnutls_x509_crt_t crt, gnutls_x509_crq_t crq)
{
	char name[256];
	unsigned i;
	size_t size;
	int rc = 0;

	for (i = 0; rc >= 0; i++) {
		size = sizeof(name);
		rc = gnutls_x509_crq_get_subject_alt_name(crq, i, name, &size, NULL,
							  NULL);
		if (rc >= 0)
			rc = gnutls_x509_crt_set_subject_alt_name(
				crt, GNUTLS_SAN_DNSNAME, name, (unsigned)size,
				i ? GNUTLS_FSAN_APPEND : GNUTLS_FSAN_SET);
	}
	return rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ? 0 : rc;
}

static int set_other_name(gnutls_x509_crt_t crt)
{
	static const char name[] = "www.example.net";

	return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name,
						    sizeof(name) - 1, GNUTLS_FSAN_SET);
}

static void set_times(gnutls_x509_crt_t crt, const struct ca_order *order)
{
	time_t begin = order->now - HOUR;

	if (order->fault == CA_EXPIRED)
		begin -= (time_t)order->lifetime_s;
	if (order->fault == CA_NOT_YET)
		begin += (time_t)order->lifetime_s;
	gnutls_x509_crt_set_activation_time(crt, begin);
	gnutls_x509_crt_set_expiration_time(crt, begin + (time_t)order->lifetime_s);
}

static int make(const struct ca_order *order, gnutls_x509_crq_t crq,
		gnutls_x509_crt_t crt)
{
	unsigned char serial[] = { 1, 2, 3, 4 };
	int rc = gnutls_x509_crt_set_crq(crt, crq);

	if (rc >= 0 && order->fault == CA_OTHER_KEY)
		rc = gnutls_x509_crt_set_key(crt, ca_key);
	if (rc < 0)
		return rc;
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_authority_key_id(crt, "simulated", 9);
	gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	set_times(crt, order);
	rc = order->fault == CA_OTHER_NAMES ? set_other_name(crt) : set_names(crt, crq);
	if (rc >= 0)
		rc = gnutls_x509_crt_sign2(crt, ca_crt, ca_key, GNUTLS_DIG_SHA512, 0);
	return rc;
}

static int make_for(const struct ca_order *order, gnutls_x509_crt_t crt)
{
	gnutls_x509_crq_t crq = NULL;
	gnutls_datum_t datum;
	char *text = NULL;
	size_t len;
	int rc = file_read(order->csr, PEM_MAX, &text, &len, NULL);

	if (rc < 0)
		return rc;
	datum = (gnutls_datum_t){ (unsigned char *)text, (unsigned)len };
	gnutls_x509_crq_init(&crq);
	rc = gnutls_x509_crq_import(crq, &datum, GNUTLS_X509_FMT_PEM);
	if (rc >= 0)
		rc = make(order, crq, crt);
	gnutls_x509_crq_deinit(crq);
	free(text);
	return rc;
}

static void add_pem(FILE *f, gnutls_x509_crt_t crt)
{
	gnutls_datum_t pem = { 0 };

	if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem) == 0)
		(void)fwrite(pem.data, 1, pem.size, f);
	gnutls_free(pem.data);
}

int ca_issue(const struct ca_order *order)
{
	gnutls_x509_crt_t crt;
	FILE *f;

	gnutls_x509_crt_init(&crt);
	f = make_for(order, crt) < 0 ? NULL : fopen(order->full, "w");
	if (f && order->fault == CA_NO_PEM)
		(void)fputs("<html>502 Bad Gateway</html>\n", f);
	else if (f && order->fault != CA_EMPTY) {
		add_pem(f, crt);
		add_pem(f, ca_crt);
	}
	if (f)
		(void)fclose(f);
	gnutls_x509_crt_deinit(crt);
	return f ? 0 : -1;
}
