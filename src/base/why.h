/* SPDX-License-Identifier: BSD-2-Clause */
/* Error codes, and the sentence that explains one. */
#ifndef BASE_WHY_H
#define BASE_WHY_H

/* What fallible functions return: 0, or one of these. */
enum {
	DP_EINVAL = -1,	  /* the caller's (user's) input makes no sense */
	DP_EFORMAT = -2,  /* data from a file or the network can't be parsed */
	DP_EIO = -3,	  /* the system refused: file, socket, memory map */
	DP_EEXIST = -4,	  /* the file is there already */
	DP_ENOENT = -5,	  /* the file isn't there */
	DP_ECRYPTO = -6,  /* GnuTLS failed */
	DP_ELIMIT = -7,	  /* larger than we accept */
	DP_EDNS = -8,	  /* the resolver library failed */
	DP_EBUSY = -9,	  /* another run is at it */
	DP_ELATER = -10,  /* the other side could not: later, or another, may do it */
	DP_ELIBRARY = -11 /* a library isn't here, or lacks what is needed */
};

/* Holds one sentence, without a final stop, naming the thing and the cause. */
struct why {
	char text[512];
};

/* Each writes the sentence (why may be NULL) and returns an error code, so that a
 * failing function ends with "return why_set(...)". What goes into it may be of any
 * length: of a sentence that is too long the middle is left out, since the thing is named
 * at its beginning, and the cause and what to do at its end. */
int why_set(struct why *why, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Appends ": " and strerror(errnum); DP_EEXIST, DP_ENOENT or DP_EIO by errnum. */
int why_errno(struct why *why, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* rc of a call of GnuTLS's, whatever it is; but where that had no memory, the program
 * ends: it says nothing about what was to be read. */
int why_had_memory(int rc);
/* Appends ": " and gnutls_strerror(rc); always DP_ECRYPTO. */
int why_gnutls(struct why *why, int rc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
