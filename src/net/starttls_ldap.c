/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/starttls_kind.h"

#include <string.h>

/* The StartTLS operation, RFC 4511 section 4.14, in BER. */

#define OID "1.3.6.1.4.1.1466.20037"
#define REQUEST "0\035\002\001\001w\030\200\026" OID
#define UNBIND "0\005\002\001\002B\0"

enum {
	TAG_INTEGER = 0x02,
	TAG_OCTETS = 0x04,
	TAG_ENUMERATED = 0x0a,
	TAG_SEQUENCE = 0x30,
	TAG_EXTENDED_RESPONSE = 0x78,
	TAG_RESPONSE_NAME = 0x8a,
	TAG_RESPONSE_VALUE = 0x8b,
	TAG_CONTROLS = 0xa0,
	TAG_REFERRAL = 0xa3
};

#define HEAD 2		/* a tag and the first octet of a length */
#define LENGTH_OCTETS 4 /* of a long length: Active Directory uses all */

struct ber {
	const uint8_t *at;
	size_t len;
};

static const char *const results[] = {
	[0] = "success",
	[1] = "operationsError",
	[2] = "protocolError",
	[3] = "timeLimitExceeded",
	[8] = "strongerAuthRequired",
	[10] = "referral",
	[11] = "adminLimitExceeded",
	[13] = "confidentialityRequired",
	[50] = "insufficientAccessRights",
	[51] = "busy",
	[52] = "unavailable",
	[53] = "unwillingToPerform",
	[80] = "other",
};

/* Octets of the element's tag and length and content, as far as they show: more than
 * have while they don't. 0: not definite, or longer than anything we read. */
static size_t element_size(const uint8_t *at, size_t have, size_t *ret_head)
{
	size_t octets, i, len = 0;

	*ret_head = HEAD;
	if (have < HEAD)
		return HEAD;
	if (at[1] < 0x80)
		return HEAD + (size_t)at[1];
	octets = at[1] & 0x7f;
	if (!octets || octets > LENGTH_OCTETS)
		return 0;
	*ret_head = HEAD + octets;
	if (have < HEAD + octets)
		return HEAD + octets;
	for (i = 0; i < octets; i++)
		len = len << 8 | at[HEAD + i];
	return len > STARTTLS_SAID_MAX ? 0 : HEAD + octets + len;
}

/* Takes the element of that tag from the front; false when that is none. */
static bool take_element(struct ber *from, int tag, struct ber *ret_content)
{
	size_t head, size = element_size(from->at, from->len, &head);

	if (from->len < HEAD || from->at[0] != tag || !size || size > from->len)
		return false;
	*ret_content = (struct ber){ from->at + head, size - head };
	from->at += size;
	from->len -= size;
	return true;
}

/* An INTEGER or ENUMERATED from 0 up; -1: none. */
static long take_number(struct ber *from, int tag)
{
	struct ber content;
	long value = 0;

	if (!take_element(from, tag, &content) || !content.len || content.len > 3 ||
	    content.at[0] >= 0x80)
		return -1;
	for (; content.len; content.len--)
		value = value << 8 | *content.at++;
	return value;
}

struct response {
	long id, result;
	struct ber message, name;
};

/* Whether the LDAPMessage is an ExtendedResponse and nothing more. */
static bool read_response(struct ber from, struct response *r)
{
	struct ber message, op, ignored;

	*r = (struct response){ 0 };
	if (!take_element(&from, TAG_SEQUENCE, &message) || from.len)
		return false;
	r->id = take_number(&message, TAG_INTEGER);
	if (r->id < 0 || !take_element(&message, TAG_EXTENDED_RESPONSE, &op))
		return false;
	(void)take_element(&message, TAG_CONTROLS, &ignored);
	r->result = take_number(&op, TAG_ENUMERATED);
	if (r->result < 0 || !take_element(&op, TAG_OCTETS, &ignored) ||
	    !take_element(&op, TAG_OCTETS, &r->message))
		return false;
	(void)take_element(&op, TAG_REFERRAL, &ignored);
	(void)take_element(&op, TAG_RESPONSE_NAME, &r->name);
	(void)take_element(&op, TAG_RESPONSE_VALUE, &ignored);
	return !op.len && !message.len;
}

static const char *result_name(long code)
{
	if ((size_t)code < sizeof(results) / sizeof(results[0]) && results[code])
		return results[code];
	return "result";
}

static enum starttls_status end_with_result(struct starttls *d, const struct response *r,
					    const char *what)
{
	return starttls_end(
		d, STARTTLS_REFUSED, "the LDAP server %s: %s (%ld) \"%s\"", what,
		result_name(r->result), r->result,
		starttls_quote(d, (const char *)r->message.at, r->message.len));
}

static enum starttls_status on_response(struct starttls *d)
{
	const char *frame = buf_str(&d->frame);
	struct response r;

	if (!read_response((struct ber){ (const uint8_t *)frame, d->frame.len }, &r))
		return starttls_garbage(d, NULL, 0);
	/* an unsolicited notification, RFC 4511 section 4.4 */
	if (r.id == 0)
		return end_with_result(d, &r, "ends the session");
	if (r.id != 1 || (r.name.at && (r.name.len != strlen(OID) ||
					memcmp(r.name.at, OID, r.name.len))))
		return starttls_end(d, STARTTLS_BROKEN,
				    "the LDAP server answered something else than "
				    "StartTLS, message %ld",
				    r.id);
	return r.result == 0 ? STARTTLS_GO : end_with_result(d, &r, "refuses StartTLS");
}

static enum starttls_status take_message(struct starttls *d)
{
	size_t head, size = HEAD;

	do {
		if (!starttls_take_frame(d, size))
			return STARTTLS_MORE;
		if ((uint8_t)d->frame.data[0] == TAG_SEQUENCE)
			size = element_size((const uint8_t *)d->frame.data, d->frame.len,
					    &head);
		else
			size = 0;
		if (!size)
			return starttls_garbage(d, NULL, 0);
	} while (d->frame.len < size);
	return d->next(d);
}

static void send_extended_request(struct starttls *d)
{
	starttls_send(d, REQUEST, sizeof(REQUEST) - 1);
	d->next = on_response;
	d->awaited = "the reply to StartTLS";
}

const struct starttls_kind *starttls_ldap(void)
{
	static const struct starttls_kind kind = {
		.name = "LDAP",
		.lockstep = true,
		.bye = UNBIND,
		.bye_len = sizeof(UNBIND) - 1,
		.begin = send_extended_request,
		.take = take_message,
	};

	return &kind;
}
