/* SPDX-License-Identifier: BSD-2-Clause */
#include "protocol.h"

/* clang-format off */
#define W(text) { text, sizeof(text) - 1 }
#define PAD_LINE "0123456789012345678901234567890123456789012345678901234567"
#define SMTP_LIKE(name_, port_, ask_) \
	.name = name_, .port = port_, .shape = PROTOCOL_LINES, \
	.greeting = W("220 lab.example ESMTP\r\n"), \
	.ask = ask_, \
	.offer = W("250-lab.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 HELP\r\n"), \
	.no_offer = W("250-lab.example\r\n250-PIPELINING\r\n250 HELP\r\n"), \
	.start = "STARTTLS", \
	.go = W("220 2.0.0 Ready to start TLS\r\n"), \
	.refusal = W("454 4.7.0 TLS not available due to local problem\r\n"), \
	.inject = W("250-lab.example\r\n250 AUTH PLAIN\r\n"), \
	.busy = W("421 4.3.2 All server ports are busy\r\n"), \
	.gone = W("554 5.3.2 No SMTP service here\r\n"), \
	.padded = W("\xf2" "220 lab.example ESMTP\r\n"), \
	.pad = W("220-" PAD_LINE "\r\n"), \
	.unknown = W("502 5.5.2 Error: command not recognized\r\n")
#define XMPP_LIKE(name_, port_, ns_) \
	.name = name_, .port = port_, .shape = PROTOCOL_TAGS, \
	.ask = "<STREAM:STREAM", \
	.offer = W(XMPP_HEAD(ns_) "<stream:features><starttls xmlns='" XMPP_TLS \
		   "'><required/></starttls></stream:features>"), \
	.no_offer = W(XMPP_HEAD(ns_) "<stream:features><mechanisms xmlns='" \
		      "urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism>" \
		      "</mechanisms></stream:features>"), \
	.start = "<STARTTLS", \
	.go = W("<proceed xmlns='" XMPP_TLS "'/>"), \
	.refusal = W("<failure xmlns='" XMPP_TLS "'/></stream:stream>"), \
	.inject = W("<stream:features><bind/></stream:features>"), \
	.busy = W(XMPP_HEAD(ns_) "<stream:error><resource-constraint xmlns='" \
		  "urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"), \
	.gone = W(XMPP_HEAD(ns_) "<stream:error><host-unknown xmlns='" \
		  "urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"), \
	.padded = W(XMPP_HEAD(ns_) "<stream:features>\xf2<starttls xmlns='" XMPP_TLS \
		    "'/></stream:features>"), \
	.pad = W("<feature xmlns='urn:lab:" PAD_LINE "'/>")
#define XMPP_TLS "urn:ietf:params:xml:ns:xmpp-tls"
#define XMPP_HEAD(ns) "<?xml version='1.0'?><stream:stream xmlns='" ns "' " \
	"xmlns:stream='http://etherx.jabber.org/streams' id='lab' from='lab.example' " \
	"version='1.0'>"
/* A handshake packet behind its header; caps are the lower 16 bits. */
#define MYSQL(version, caps) \
	"\x0a" version "\0" "\x01\0\0\0" "saltsalt" "\0" caps "\x2d" "\x02\0" "\xff\x81" "\x15" \
	"\0\0\0\0\0\0\0\0\0\0" "saltsaltsalt" "\0" "mysql_native_password\0"
#define LDAP_START "1.3.6.1.4.1.1466.20037"
/* clang-format on */

static const struct protocol protocols[] = {
	{ SMTP_LIKE("smtp", 25, "EHLO") },
	{ SMTP_LIKE("submission", 587, "EHLO") },
	{ SMTP_LIKE("lmtp", 24, "LHLO") },
	{
		.name = "imap",
		.port = 143,
		.shape = PROTOCOL_LINES,
		.greeting = W("* OK IMAP4rev1 ready\r\n"),
		.ask = "CAPABILITY",
		.offer = W("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n"
			   "\xf1 OK done\r\n"),
		.no_offer = W("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n\xf1 OK done\r\n"),
		.start = "STARTTLS",
		.go = W("\xf1 OK Begin TLS negotiation now\r\n"),
		.refusal = W("\xf1 NO TLS is broken today\r\n"),
		.inject = W("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"),
		.busy = W("* BYE Too many connections, try again later\r\n"),
		.gone = W("* PREAUTH You need no password\r\n"),
		.padded = W("* OK \xf2 ready\r\n"),
		.pad = W(PAD_LINE),
		.unknown = W("\xf1 BAD what?\r\n"),
	},
	{
		.name = "pop3",
		.port = 110,
		.shape = PROTOCOL_LINES,
		.greeting = W("+OK ready\r\n"),
		.ask = "CAPA",
		.offer = W("+OK list follows\r\nUIDL\r\nSTLS\r\n.\r\n"),
		.no_offer = W("+OK list follows\r\nUIDL\r\nUSER\r\n.\r\n"),
		.start = "STLS",
		.go = W("+OK Begin TLS negotiation now\r\n"),
		.refusal = W("-ERR TLS is broken today\r\n"),
		.inject = W("+OK list follows\r\nUSER\r\n.\r\n"),
		.busy = W("-ERR [SYS/TEMP] Try again later\r\n"),
		.gone = W("-ERR No service here\r\n"),
		.padded = W("+OK \xf2\r\n"),
		.pad = W(PAD_LINE),
		.unknown = W("-ERR what?\r\n"),
	},
	{
		.name = "sieve",
		.port = 4190,
		.shape = PROTOCOL_LINES,
		.greeting = W("\"IMPLEMENTATION\" \"lab\"\r\n\"SIEVE\" \"fileinto\"\r\n"
			      "\"STARTTLS\"\r\n\"VERSION\" \"1.0\"\r\nOK \"ready\"\r\n"),
		.no_offer = W("\"IMPLEMENTATION\" \"lab\"\r\n\"SASL\" \"PLAIN\"\r\n"
			      "\"VERSION\" \"1.0\"\r\nOK \"ready\"\r\n"),
		.start = "STARTTLS",
		.go = W("OK \"Begin TLS negotiation now\"\r\n"),
		.refusal = W("NO \"TLS is broken today\"\r\n"),
		.inject = W("\"SASL\" \"PLAIN\"\r\nOK\r\n"),
		.busy = W("BYE (TRYLATER) \"Too many connections\"\r\n"),
		.gone = W("BYE \"No service here\"\r\n"),
		.padded = W("\"IMPLEMENTATION\" \"lab\"\r\n\xf2\"STARTTLS\"\r\n"
			    "OK \"ready\"\r\n"),
		.pad = W("\"X" PAD_LINE "\"\r\n"),
		.unknown = W("NO \"what?\"\r\n"),
	},
	{
		.name = "ftp",
		.port = 21,
		.shape = PROTOCOL_LINES,
		.greeting = W("220 ready\r\n"),
		.ask = "FEAT",
		.offer = W("211-Features:\r\n AUTH TLS\r\n UTF8\r\n211 End\r\n"),
		.no_offer = W("211-Features:\r\n UTF8\r\n211 End\r\n"),
		.start = "AUTH TLS",
		.go = W("234 Proceed with negotiation.\r\n"),
		.refusal = W("431 Unable to negotiate TLS\r\n"),
		.inject = W("230 Logged in\r\n"),
		.busy = W("421 Too many users\r\n"),
		.gone = W("530 No service here\r\n"),
		.padded = W("\xf2"
			    "220 ready\r\n"),
		.pad = W("220-" PAD_LINE "\r\n"),
		.unknown = W("500 what?\r\n"),
	},
	{
		.name = "ldap",
		.port = 389,
		.shape = PROTOCOL_BER,
		.start = LDAP_START,
		.go = W("\x30\x0c\x02\x01\xf1\x78\x07\x0a\x01\0\x04\0\x04\0"),
		.no_offer = W("\x30\x0c\x02\x01\xf1\x78\x07\x0a\x01\x02\x04\0\x04\0"),
		.refusal = W("\x30\x0c\x02\x01\xf1\x78\x07\x0a\x01\x34\x04\0\x04\0"),
		/* the answer to a bind that nobody asked for */
		.inject = W("\x30\x0c\x02\x01\x02\x61\x07\x0a\x01\0\x04\0\x04\0"),
		.busy = W("\x30\x0c\x02\x01\xf1\x78\x07\x0a\x01\x33\x04\0\x04\0"),
		/* notice of disconnection: unavailable */
		.gone = W("\x30\x24\x02\x01\0\x78\x1f\x0a\x01\x34\x04\0\x04\0"
			  "\x8a\x16"
			  "1.3.6.1.4.1.1466.20036"),
		.padded = W("\x30\x83\x01\x00\x12\x02\x01\xf1\x78\x83\x01\x00\x0a"
			    "\x0a\x01\0\x04\0\x04\x83\x01\x00\x00\xf2"),
		.pad = W("x"),
	},
	{ XMPP_LIKE("xmpp-client", 5222, "jabber:client") },
	{ XMPP_LIKE("xmpp-server", 5269, "jabber:server") },
	{
		.name = "nntp",
		.port = 119,
		.shape = PROTOCOL_LINES,
		.greeting = W("200 ready\r\n"),
		.ask = "CAPABILITIES",
		.offer = W("101 list:\r\nVERSION 2\r\nREADER\r\nSTARTTLS\r\n.\r\n"),
		.no_offer = W("101 list:\r\nVERSION 2\r\nREADER\r\n.\r\n"),
		.start = "STARTTLS",
		.go = W("382 Begin TLS negotiation now\r\n"),
		.refusal = W("580 Can not initiate TLS negotiation\r\n"),
		.inject = W("281 Welcome\r\n"),
		.busy = W("400 Too many connections\r\n"),
		.gone = W("502 No service here\r\n"),
		.padded = W("200 \xf2\r\n"),
		.pad = W(PAD_LINE),
		.unknown = W("500 what?\r\n"),
	},
	{
		.name = "postgres",
		.port = 5432,
		.shape = PROTOCOL_8,
		.start = "",
		.go = W("S"),
		.no_offer = W("N"),
		.refusal = W("E\0\0\0\x14SFATAL\0Mno SSL\0\0"),
		.inject = W("R\0\0\0\x08\0\0\0\0"),
		.busy = W("E\0\0\0\x1dSFATAL\0C53300\0Mtoo many\0\0"),
		.gone = W("E\0\0\0\x1dSFATAL\0C57P03\0Mno start\0\0"),
	},
	{
		.name = "mysql",
		.port = 3306,
		.shape = PROTOCOL_36,
		.greeting = W("\x49\0\0\0" MYSQL("8.0.0", "\xff\xff")),
		.no_offer = W("\x49\0\0\0" MYSQL("8.0.0", "\xff\xf7")),
		.start = "",
		.refusal = W("\x10\0\0\x02\xff\x15\x04#08004go away"),
		.inject = W("\x07\0\0\x02\0\0\0\x02\0\0\0"),
		.busy = W("\x15\0\0\0\xff\x10\x04#08004"
			  "come back so"),
		.gone = W("\x15\0\0\0\xff\x6a\x04"
			  "Host is not allow."),
	},
};

const struct protocol *protocol_at(size_t index)
{
	return index < sizeof(protocols) / sizeof(protocols[0]) ? &protocols[index]
								: NULL;
}
