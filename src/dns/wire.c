/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/why.h"
#include "dns/dname.h"
#include "dns/rrtype.h"

#define POINTER 0xc0   /* RFC 1035 section 4.1.4 */
#define EDNS_DO 0x8000 /* RFC 3225 section 3 */

uint16_t wire_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t wire_get32(const uint8_t *p)
{
	return (uint32_t)wire_get16(p) << 16 | wire_get16(p + 2);
}

int wire_name(const struct wire *wire, size_t at, struct dname *ret_name, size_t *ret_end,
	      struct why *why)
{
	size_t start = at, end = 0, step;
	struct dname name;

	name.len = 0;
	for (;;) {
		if (at >= wire->len)
			return why_set(why, DP_EFORMAT, "a name passes the end");
		if ((wire->data[at] & POINTER) == POINTER) {
			if (wire->len - at < 2)
				return why_set(why, DP_EFORMAT, "a name passes the end");
			if (!end)
				end = at + 2;
			at = wire_get16(wire->data + at) & 0x3fff;
			if (at >= start)
				return why_set(why, DP_EFORMAT,
					       "a name points forward or at itself");
			start = at;
			continue;
		}
		step = 1u + wire->data[at];
		if (step > DNAME_LABEL_MAX + 1)
			return why_set(why, DP_EFORMAT, "a label of an unknown kind");
		if (step > wire->len - at || step > DNAME_MAX - name.len)
			return why_set(why, DP_EFORMAT, "a name is too long");
		memcpy(name.octet + name.len, wire->data + at, step);
		name.len += step;
		at += step;
		if (step == 1)
			break;
	}
	if (ret_end)
		*ret_end = end ? end : at;
	*ret_name = name;
	return 0;
}

static int parse_rr(struct wire *wire, enum wire_section section, size_t *at,
		    struct why *why)
{
	size_t fixed = section == WIRE_QUESTION ? 4 : 10;
	struct wire_rr rr = { .section = section, .owner = *at };
	struct dname owner;
	const uint8_t *p;
	int rc = wire_name(wire, *at, &owner, at, why);

	if (rc < 0)
		return rc;
	if (wire->len - *at < fixed)
		return why_set(why, DP_EFORMAT, "a record is cut");
	p = wire->data + *at;
	*at += fixed;
	rr.type = wire_get16(p);
	rr.class = wire_get16(p + 2);
	rr.rdata = *at;
	if (section != WIRE_QUESTION) {
		rr.ttl = wire_get32(p + 4);
		rr.rdata_len = wire_get16(p + 8);
	}
	if (rr.rdata_len > wire->len - *at)
		return why_set(why, DP_EFORMAT, "a record is cut");
	*at += rr.rdata_len;
	wire->rr = mem_grow(wire->rr, wire->rr_count, sizeof(*wire->rr));
	wire->rr[wire->rr_count++] = rr;
	return 0;
}

int wire_parse(const uint8_t *data, size_t len, struct wire *ret_wire, struct why *why)
{
	struct wire wire = { .data = data, .len = len };
	size_t at = WIRE_HEADER_LEN;
	unsigned section, left;
	int rc = 0;

	if (len < WIRE_HEADER_LEN)
		return why_set(why, DP_EFORMAT, "shorter than a header");
	wire.id = wire_get16(data);
	wire.flags = wire_get16(data + 2);
	for (section = 0; rc == 0 && section < WIRE_SECTIONS; section++) {
		left = wire_get16(data + 4 + 2 * section);
		while (rc == 0 && left--)
			rc = parse_rr(&wire, (enum wire_section)section, &at, why);
	}
	if (rc == 0 && at != len)
		rc = why_set(why, DP_EFORMAT, "%zu octets behind the last record",
			     len - at);
	if (rc < 0) {
		wire_clear(&wire);
		return rc;
	}
	*ret_wire = wire;
	return 0;
}

void wire_clear(struct wire *wire)
{
	free(wire->rr);
	*wire = (struct wire){ 0 };
}

int wire_rcode(const struct wire *wire)
{
	return wire->flags & 15;
}

void wire_rcode_text(int rcode, char text[16])
{
	/* RFC 6895 section 2.3 */
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
					     "NOTIMP",	"REFUSED", "YXDOMAIN", "YXRRSET",
					     "NXRRSET", "NOTAUTH", "NOTZONE" };

	if (rcode >= 0 && (size_t)rcode < sizeof(names) / sizeof(names[0]))
		snprintf(text, 16, "%s", names[rcode]);
	else
		snprintf(text, 16, "RCODE%d", rcode);
}

/* What the data of a type consists of: octets, then names, then octets. */
struct shape {
	uint16_t type;
	uint8_t before, names;
	uint16_t after; /* ANY: whatever is left */
};

#define ANY 65535

static const struct shape *find_shape(uint16_t type)
{
	static const struct shape shapes[] = {
		{ RRTYPE_A, 4, 0, 0 },	   { RRTYPE_NS, 0, 1, 0 },
		{ RRTYPE_CNAME, 0, 1, 0 }, { RRTYPE_SOA, 0, 2, 20 },
		{ RRTYPE_MX, 2, 1, 0 },	   { RRTYPE_AAAA, 16, 0, 0 },
		{ RRTYPE_SRV, 6, 1, 0 },   { RRTYPE_DNAME, 0, 1, 0 },
		{ RRTYPE_TLSA, 3, 0, ANY }
	};
	static const struct shape other = { 0, 0, 0, ANY };
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (shapes[i].type == type)
			return &shapes[i];
	return &other;
}

static int copy_rdata(const struct wire *wire, const struct wire_rr *rr, struct buf *b,
		      struct why *why)
{
	const struct shape *shape = find_shape(rr->type);
	size_t at = rr->rdata, end = rr->rdata + rr->rdata_len, i;
	struct dname name = { .len = 0 };
	int rc;

	if (rr->rdata_len < shape->before)
		goto bad;
	buf_add(b, wire->data + at, shape->before);
	at += shape->before;
	for (i = 0; i < shape->names; i++) {
		rc = wire_name(wire, at, &name, &at, why);
		if (rc < 0)
			return rc;
		if (at > end)
			goto bad;
		buf_add(b, name.octet, name.len);
	}
	if (shape->after != ANY && end - at != shape->after)
		goto bad;
	buf_add(b, wire->data + at, end - at);
	return 0;
bad:
	return why_set(why, DP_EFORMAT, "a record of type %u with %zu octets of data",
		       rr->type, rr->rdata_len);
}

int wire_rdata(const struct wire *wire, const struct wire_rr *rr, uint8_t **ret_data,
	       size_t *ret_len, struct why *why)
{
	struct buf b;
	int rc;

	buf_init(&b, rr->rdata_len + 2 * DNAME_MAX);
	rc = copy_rdata(wire, rr, &b, why);
	if (rc == 0) {
		*ret_data = mem_zero(b.len + 1);
		*ret_len = b.len;
		if (b.len)
			memcpy(*ret_data, b.data, b.len);
	}
	buf_clear(&b);
	return rc;
}

static uint8_t *put_16(uint8_t *p, unsigned value)
{
	*p++ = (uint8_t)(value >> 8);
	*p++ = (uint8_t)value;
	return p;
}

uint8_t *wire_query(const struct dname *name, uint16_t type, uint16_t id, uint16_t flags,
		    uint16_t udp_size, size_t *ret_len)
{
	uint8_t *query = mem_zero(WIRE_HEADER_LEN + name->len + 4 + 11), *p = query;

	p = put_16(p, id);
	p = put_16(p, flags);
	p = put_16(p, 1); /* question */
	p = put_16(p, 0);
	p = put_16(p, 0);
	p = put_16(p, 1); /* OPT */
	memcpy(p, name->octet, name->len);
	p = put_16(p + name->len, type);
	p = put_16(p, WIRE_CLASS_IN);
	*p++ = 0; /* RFC 6891 section 6.1.2: the root, OPT, size, flags, no options */
	p = put_16(p, RRTYPE_OPT);
	p = put_16(p, udp_size);
	p = put_16(p, 0);
	p = put_16(p, EDNS_DO);
	p = put_16(p, 0);
	*ret_len = (size_t)(p - query);
	return query;
}
