/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys of zones by which no signature is verified, since that would take minutes: where
 * libunbound verifies by nettle (nettle_rsa.c), or by a library that has bounds of its
 * own (nettle_none.c). */
#ifndef DNS_REFUSED_H
#define DNS_REFUSED_H

/* Why the last RSA signature of this process that wasn't valid wasn't, as a sentence
 * without its dot: "a key with a public exponent of 440000 bits verifies nothing: 64 are
 * the most". There until the next one; NULL: nobody refused its key. */
typedef const char *refused_words_fn(void);

refused_words_fn nettle_rsa_words, nettle_none_words;

#endif
