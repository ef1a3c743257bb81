/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"

const char *rrtype_name(int type)
{
	switch ((enum rrtype)type) {
	case RRTYPE_A:
		return "A";
	case RRTYPE_NS:
		return "NS";
	case RRTYPE_CNAME:
		return "CNAME";
	case RRTYPE_AAAA:
		return "AAAA";
	case RRTYPE_DNAME:
		return "DNAME";
	case RRTYPE_DNSKEY:
		return "DNSKEY";
	case RRTYPE_TLSA:
		return "TLSA";
	}
	return "record";
}
