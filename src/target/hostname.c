/* SPDX-License-Identifier: BSD-2-Clause */
#include "target/hostname.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/why.h"

#define TEXT_MAX 1024 /* bytes of a name in U-labels, before conversion */

bool hostname_is_address(const char *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN + 1];
	struct in6_addr address;

	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(AF_INET, copy, &address) == 1 ||
	       inet_pton(AF_INET6, copy, &address) == 1;
}

/* Blanks and control characters get words of their own: they are the usual slips in
 * lists. */
static int check_octets(const char *p, size_t len, bool *ret_ascii, struct why *why)
{
	size_t i;

	*ret_ascii = true;
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == ' ' || c == '\t')
			return why_set(why, DP_EINVAL, "blank inside a name");
		if (c < 0x20 || c == 0x7f)
			return why_set(why, DP_EINVAL,
				       "control character 0x%02x in a name", (unsigned)c);
		if (c >= 0x80)
			*ret_ascii = false;
	}
	return 0;
}

static int check_label(const char *label, size_t len, bool first, unsigned allow,
		       struct why *why)
{
	size_t i;

	if (!len)
		return why_set(why, DP_EINVAL,
			       "empty label: two dots in a row, or one first");
	if (len > HOSTNAME_LABEL)
		return why_set(why, DP_EINVAL,
			       "label '%.20s...' has %zu octets, 63 at most", label, len);
	if (first && len == 1 && *label == '*' && allow & HOSTNAME_WILDCARD)
		return 0;
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)label[i]) && label[i] != '-' &&
		    label[i] != '_')
			return why_set(why, DP_EINVAL,
				       "'%c' can't be part of a host name", label[i]);
	if (label[0] == '-' || label[len - 1] == '-')
		return why_set(why, DP_EINVAL,
			       "label '%.*s' begins or ends with a hyphen", (int)len,
			       label);
	return 0;
}

bool hostname_is_owner(const char *name)
{
	static const char *const protocols[] = { "_tcp", "_udp", "_sctp", "_dccp",
						 "_quic" };
	const char *label;
	size_t i, len;

	for (label = name; *label; label += len + (label[len] == '.')) {
		len = strcspn(label, ".");
		for (i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
			if (len == strlen(protocols[i]) &&
			    !strncasecmp(label, protocols[i], len))
				return true;
	}
	return false;
}

/* host is ASCII, lower case, without a final dot. */
static int check_labels(const char *host, unsigned allow, struct why *why)
{
	const char *label = host, *dot;
	size_t len;
	int rc;

	if (!*host)
		return why_set(why, DP_EINVAL, "no name");
	if (strlen(host) > HOSTNAME_MAX)
		return why_set(why, DP_EINVAL, "name of %zu octets, %d at most",
			       strlen(host), HOSTNAME_MAX);
	if (!(allow & HOSTNAME_UNDERSCORE) && hostname_is_owner(host))
		return why_set(why, DP_EINVAL,
			       "'%s' is the owner of a TLSA or SRV record: give the host",
			       host);
	for (;; label = dot + 1) {
		dot = strchr(label, '.');
		len = dot ? (size_t)(dot - label) : strlen(label);
		rc = check_label(label, len, label == host, allow, why);
		if (rc < 0)
			return rc;
		if (!dot)
			break;
	}
	if (strspn(label, "0123456789") == len)
		return why_set(why, DP_EINVAL, "'%s' ends in a number: not a name", host);
	return 0;
}

static bool has_a_label(const char *host)
{
	const char *p;

	for (p = host; p; p = strchr(p, '.'), p = p ? p + 1 : NULL)
		if (!strncasecmp(p, "xn--", 4))
			return true;
	return false;
}

static char *lower_copy(const char *text, size_t len)
{
	char *copy = mem_text_n(text, len), *p;

	for (p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

/* Makes A-labels of a UTF-8 name; a leading "*." is no business of IDNA. */
static int to_ascii(const char *text, size_t len, char **ret_host, struct why *why)
{
	size_t star = len > 2 && !strncmp(text, "*.", 2) ? 2 : 0;
	char *source = mem_text_n(text + star, len - star);
	uint8_t *out = NULL;
	int rc;

	rc = idn2_lookup_u8((const uint8_t *)source, &out,
			    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	free(source);
	if (rc != IDN2_OK)
		return why_set(why, DP_EINVAL, "not a name of IDNA2008: %s",
			       idn2_strerror(rc));
	*ret_host = mem_printf("%s%s", star ? "*." : "", (const char *)out);
	idn2_free(out);
	return 0;
}

/* The U-labels of host; NULL where an A-label isn't one. */
static char *to_unicode(const char *host)
{
	char *out = NULL, *unicode;

	if (idn2_to_unicode_8z8z(host, &out, 0) != IDN2_OK)
		return NULL;
	unicode = mem_text(out);
	idn2_free(out);
	return unicode;
}

/* The U-labels to show. NULL where an A-label isn't what its U-label gives: there are
 * such names in DNS, by older rules, but two that look the same must not be shown alike.
 */
static char *decode_a_labels(const char *host)
{
	size_t star = !strncmp(host, "*.", 2) ? 2 : 0;
	char *unicode = to_unicode(host + star), *back = NULL, *shown = NULL;

	if (unicode && to_ascii(unicode, strlen(unicode), &back, NULL) == 0 &&
	    !strcmp(back, host + star))
		shown = mem_printf("%s%s", star ? "*." : "", unicode);
	free(back);
	free(unicode);
	return shown;
}

int hostname_parse(const char *text, size_t len, unsigned allow, char **ret_host,
		   char **ret_unicode, struct why *why)
{
	char *host = NULL, *unicode = NULL;
	bool ascii;
	int rc;

	if (len > TEXT_MAX)
		return why_set(why, DP_EINVAL, "name of %zu octets", len);
	if (hostname_is_address(text, len))
		return why_set(why, DP_EINVAL, "'%.*s' is an address, not a name",
			       (int)len, text);
	rc = check_octets(text, len, &ascii, why);
	if (rc < 0)
		return rc;
	if (len && text[len - 1] == '.')
		len--;
	if (ascii)
		host = lower_copy(text, len);
	else
		rc = to_ascii(text, len, &host, why);
	if (rc < 0)
		goto out;
	/* ideographic full stops are dots only after the mapping */
	if (!ascii && *host && host[strlen(host) - 1] == '.')
		host[strlen(host) - 1] = '\0';
	rc = check_labels(host, allow, why);
	if (rc < 0)
		goto out;
	if (has_a_label(host))
		unicode = decode_a_labels(host);
	*ret_host = host;
	host = NULL;
	if (ret_unicode) {
		*ret_unicode = unicode;
		unicode = NULL;
	}
out:
	free(host);
	free(unicode);
	return rc;
}
