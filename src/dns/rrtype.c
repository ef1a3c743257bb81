/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/rrtype.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

const char *rrtype_name(int type)
{
	switch ((enum rrtype)type) {
	case RRTYPE_A:
		return "A";
	case RRTYPE_NS:
		return "NS";
	case RRTYPE_CNAME:
		return "CNAME";
	case RRTYPE_SOA:
		return "SOA";
	case RRTYPE_MX:
		return "MX";
	case RRTYPE_AAAA:
		return "AAAA";
	case RRTYPE_SRV:
		return "SRV";
	case RRTYPE_DNAME:
		return "DNAME";
	case RRTYPE_OPT:
		return "OPT";
	case RRTYPE_DS:
		return "DS";
	case RRTYPE_RRSIG:
		return "RRSIG";
	case RRTYPE_NSEC:
		return "NSEC";
	case RRTYPE_NSEC3:
		return "NSEC3";
	case RRTYPE_DNSKEY:
		return "DNSKEY";
	case RRTYPE_TLSA:
		return "TLSA";
	case RRTYPE_NXNAME:
		return "NXNAME";
	}
	return "record";
}

bool rrtype_is_type(const char *text)
{
	static const char *const names[] = {
		"A",	      "A6",	"AAAA",	   "AFSDB",    "AMTRELAY",   "ANY",
		"APL",	      "ATMA",	"AVC",	   "AXFR",     "CAA",	     "CDNSKEY",
		"CDS",	      "CERT",	"CLA",	   "CNAME",    "CSYNC",	     "DHCID",
		"DLV",	      "DNAME",	"DNSKEY",  "DOA",      "DS",	     "DSYNC",
		"EID",	      "EUI48",	"EUI64",   "GID",      "GPOS",	     "HINFO",
		"HIP",	      "HTTPS",	"IPN",	   "IPSECKEY", "ISDN",	     "IXFR",
		"KEY",	      "KX",	"L32",	   "L64",      "LOC",	     "LP",
		"MAILA",      "MAILB",	"MB",	   "MD",       "MF",	     "MG",
		"MINFO",      "MR",	"MX",	   "NAPTR",    "NID",	     "NIMLOC",
		"NINFO",      "NS",	"NSAP",	   "NSAP-PTR", "NSEC",	     "NSEC3",
		"NSEC3PARAM", "NULL",	"NXNAME",  "NXT",      "OPENPGPKEY", "OPT",
		"PTR",	      "PX",	"RESINFO", "RKEY",     "RP",	     "RRSIG",
		"RT",	      "SIG",	"SINK",	   "SMIMEA",   "SOA",	     "SPF",
		"SRV",	      "SSHFP",	"SVCB",	   "TA",       "TALINK",     "TKEY",
		"TLSA",	      "TSIG",	"TXT",	   "UID",      "UINFO",	     "UNSPEC",
		"URI",	      "WALLET", "WKS",	   "X25",      "ZONEMD"
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(names[i], text))
			return true;
	return !strncasecmp(text, "TYPE", 4) && text[4] && strlen(text) <= 9 &&
	       strspn(text + 4, "0123456789") == strlen(text + 4);
}
