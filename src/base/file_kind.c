/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/file_kind.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define LOOK_MAX 65536 /* octets of a file that are looked at */
#define TEXT_MAX 1024

#define IANA_XML_COMMAND                                                                 \
	"awk -F'>' -v RS='<' -v d=$(date +%F) "                                          \
	"'/^KeyDigest/{u=$1;o=!sub(/.*validUntil=\"/,\"\",u)||u>d} /^KeyT/{t=$2} "       \
	"/^Algo/{a=$2} /^DigestT/{y=$2} o&&/^Digest>/{print \". IN DS\",t,a,y,$2}' "     \
	"FILE >root.key"

#define PKCS12_HOW                                                                       \
	"openssl pkcs12 -in FILE -nokeys -out chain.pem takes the certificates out, "    \
	"-nocerts -nodes -out key.pem the key"

struct kind {
	const char *mark; /* in the text; or the octets that a DER file begins with */
	size_t mark_len;  /* of octets; 0: a text */
	const char *what;
	const char *how; /* NULL: that says it all */
};

/* Kinds that may stand inside of others come later. */
static const struct kind texts[] = {
	{ "<TrustAnchor", 0, "IANA's root-anchors.xml", IANA_XML_COMMAND },
	{ "<!DOCTYPE html", 0, "a web page", "it may be an error page or a login page" },
	{ "<html", 0, "a web page", "it may be an error page or a login page" },
	{ "-----BEGIN PKCS7-----", 0, "PKCS#7 (.p7b)",
	  "openssl pkcs7 -in FILE -print_certs -out chain.pem" },
	{ "-----BEGIN CMS-----", 0, "PKCS#7 (.p7b)",
	  "openssl cms -cmsout -in FILE -inform PEM -outform DER | openssl pkcs7 -inform "
	  "DER "
	  "-print_certs -out chain.pem" },
	{ "-----BEGIN TRUSTED CERTIFICATE-----", 0, "OpenSSL's TRUSTED CERTIFICATE",
	  "openssl x509 -in FILE -out cert.pem" },
	{ "-----BEGIN OPENSSH PRIVATE KEY-----", 0, "a private key of OpenSSH",
	  "ssh-keygen -p -m PKCS8 -f FILE rewrites it" },
	{ "PuTTY-User-Key-File-", 0, "a private key of PuTTY",
	  "puttygen FILE -O private-openssh -o key" },
	{ "-----BEGIN PGP ", 0, "an OpenPGP file", NULL },
	{ "-----BEGIN X509 CRL-----", 0, "a revocation list", NULL },
	{ "-----BEGIN DH PARAMETERS-----", 0, "Diffie-Hellman parameters", NULL },
	{ "-----BEGIN CERTIFICATE-----", 0, "a certificate", NULL },
	{ "-----BEGIN X509 CERTIFICATE-----", 0, "a certificate", NULL },
	{ "CERTIFICATE REQUEST-----", 0, "a certificate signing request", NULL },
	{ "-----BEGIN PUBLIC KEY-----", 0, "a public key", NULL },
	{ "PRIVATE KEY-----", 0, "a private key", NULL },
	{ "-----BEGIN EC PARAMETERS-----", 0, "the name of an elliptic curve", NULL },
	{ "Private-key-format: v1.", 0, "a private key for DNSSEC", NULL },
	{ "trust-anchors {", 0, "a file of trust anchors for BIND (bind.keys)", NULL },
	{ "managed-keys {", 0, "a file of trust anchors for BIND (bind.keys)", NULL },
	{ "autotrust trust anchor file", 0, "unbound's file of trust anchors", NULL },
	{ "algorithm: hmac-", 0, "a TSIG key, as keymgr writes it", NULL },
	{ "algorithm hmac-", 0, "a TSIG key, as BIND has it", NULL },
	{ "IN DNSKEY ", 0, "a file of DNSKEY records", NULL },
	{ "IN\tDNSKEY", 0, "a file of DNSKEY records", NULL },
	{ "IN DS ", 0, "a file of DS records", NULL },
	{ "ssh-rsa AAAA", 0, "a public key of OpenSSH", NULL },
	{ "ssh-ed25519 AAAA", 0, "a public key of OpenSSH", NULL },
	{ "ecdsa-sha2-nistp", 0, "a public key of OpenSSH", NULL },
};

#define OCTETS(text) text, sizeof(text) - 1
#define OID_PKCS7_SIGNED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_PKCS5 "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05"

/* What stands behind the octets that begin the outermost SEQUENCE. */
static const struct kind sequences[] = {
	{ OCTETS(OID_PKCS7_SIGNED), "PKCS#7 (.p7b)",
	  "openssl pkcs7 -inform DER -in FILE -print_certs -out chain.pem" },
	{ OCTETS("\x02\x01\x03\x30"), "PKCS#12 (.p12, .pfx)", PKCS12_HOW },
	{ OCTETS("\x02\x01\x00\x30"), "a private key in DER", NULL },
	{ OCTETS("\x02\x01\x01\x04"), "a private key in DER", NULL },
	{ OCTETS("\x02\x01\x00\x02"), "a private key in DER", NULL },
};

/* The same behind a second one. */
static const struct kind inner_sequences[] = {
	{ OCTETS(OID_PKCS5), "an encrypted private key",
	  "openssl pkey -inform DER -in FILE -out key.pem" },
	{ OCTETS("\xa0\x03\x02\x01"), "a certificate", NULL },
	{ OCTETS("\x02\x01\x00\x30"), "a certificate signing request", NULL },
};

static const struct kind others[] = {
	{ OCTETS("\xfe\xed\xfe\xed"), "a Java keystore",
	  "keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 makes it "
	  "PKCS#12" },
	{ OCTETS("\xff\xfe"), "a text in UTF-16", "iconv -f UTF-16 -t UTF-8 FILE" },
	{ OCTETS("\xfe\xff"), "a text in UTF-16", "iconv -f UTF-16 -t UTF-8 FILE" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct kind *find_beginning(const struct kind *table, size_t count,
					 const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (len >= table[i].mark_len &&
		    !memcmp(data, table[i].mark, table[i].mark_len))
			return &table[i];
	return NULL;
}

/* Where the content of a SEQUENCE begins, of definite length or not; 0: it is none. */
static size_t skip_header(const char *data, size_t len)
{
	unsigned char first;
	size_t skip;

	if (len < 2 || data[0] != '\x30')
		return 0;
	first = (unsigned char)data[1];
	skip = first > 0x80 ? 2 + (size_t)(first & 0x7f) : 2;
	return skip < len ? skip : 0;
}

static const struct kind *find_der(const char *data, size_t len)
{
	size_t outer = skip_header(data, len), inner;
	const struct kind *kind;

	if (!outer)
		return NULL;
	kind = find_beginning(sequences, COUNT(sequences), data + outer, len - outer);
	if (kind)
		return kind;
	inner = skip_header(data + outer, len - outer);
	if (!inner)
		return NULL;
	return find_beginning(inner_sequences, COUNT(inner_sequences),
			      data + outer + inner, len - outer - inner);
}

static const struct kind *find_text(const char *data, size_t len)
{
	char *text = mem_text_n(data, len);
	const struct kind *found = NULL;
	size_t i;

	for (i = 0; i < COUNT(texts) && !found; i++)
		if (strstr(text, texts[i].mark))
			found = &texts[i];
	mem_wipe(text, len); /* it may be a key */
	free(text);
	return found;
}

static const struct kind *find_kind(const char *data, size_t len)
{
	const struct kind *kind = find_beginning(others, COUNT(others), data, len);

	if (!kind)
		kind = find_der(data, len);
	return kind ? kind : find_text(data, len);
}

/* The way to convert it, with the file's name in it. */
static void add_how(struct buf *b, const char *how, const char *path)
{
	const char *file;

	while ((file = strstr(how, "FILE"))) {
		buf_add(b, how, (size_t)(file - how));
		buf_text(b, path);
		how = file + strlen("FILE");
	}
	buf_text(b, how);
}

char *file_kind_explain(const void *data, size_t len, const char *wanted,
			const char *path)
{
	const struct kind *kind =
		len ? find_kind(data, len < LOOK_MAX ? len : LOOK_MAX) : NULL;
	struct buf b;
	char *text;

	if (!kind)
		return len ? NULL : mem_printf("empty, not %s", wanted);
	buf_init(&b, TEXT_MAX);
	buf_printf(&b, "%s, not %s%s", kind->what, wanted, kind->how ? ": " : "");
	if (kind->how)
		add_how(&b, kind->how, path ? path : "FILE");
	text = mem_text(buf_str(&b));
	buf_clear(&b);
	return text;
}
