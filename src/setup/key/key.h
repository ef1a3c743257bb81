/* SPDX-License-Identifier: BSD-2-Clause */
/* Private keys: made, loaded, written to a file that only the owner reads. */
#ifndef SETUP_KEY_H
#define SETUP_KEY_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>

struct why;

enum key_type {
	KEY_ECDSA_P256,
	KEY_ECDSA_P384,
	KEY_RSA_2048,
	KEY_RSA_3072,
	KEY_RSA_4096,
	KEY_ED25519
};

/* Their names, in that order. */
#define KEY_TYPES "ecdsa-p256|ecdsa-p384|rsa-2048|rsa-3072|rsa-4096|ed25519"

#define KEY_TYPE_COUNT 6

struct key; /* wiped when it is freed */

const char *key_type_name(enum key_type type);
bool key_type_is_rsa(enum key_type type);
/* Whether text (of len bytes) is one of the names. */
bool key_type_find(const char *text, size_t len, enum key_type *ret_type);

/* Keeps this process out of core files and debuggers. Call before a key is there. */
void key_protect(void);
int key_generate(enum key_type type, struct key **ret_key, struct why *why);
/* PKCS#8, PKCS#1 or SEC1, in PEM (other blocks around it are fine) or DER. DP_ENOENT,
 * DP_EFORMAT (encrypted, or no private key at all: says what it is). */
int key_load(const char *path, struct key **ret_key, struct why *why);
/* Writes PKCS#8 PEM, 0600, whole or not at all; never overwrites: DP_EEXIST. */
int key_save(const struct key *key, const char *path, struct why *why);
/* PKCS#8 PEM; the caller wipes and gnutls_free()s ret_pem->data. */
int key_export(const struct key *key, gnutls_datum_t *ret_pem, struct why *why);
/* Finds the key's type; DP_EINVAL where it is of a type that isn't made here. */
int key_type_of(const struct key *key, enum key_type *ret_type, struct why *why);
/* DER of its SubjectPublicKeyInfo; the caller gnutls_free()s ret_der->data. */
int key_public(const struct key *key, gnutls_datum_t *ret_der, struct why *why);
/* For signing; borrowed. */
gnutls_x509_privkey_t key_handle(const struct key *key);
void key_free(struct key *key);

#endif
