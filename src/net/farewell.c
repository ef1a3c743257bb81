/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/farewell.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/mysql_login.h"
#include "net/starttls.h"

#define HEARD_MAX (256 * 1024) /* we don't wait for a server that says more */
#define START_MAX 8 /* octets of a line that tell whether it is a greeting's last */

struct farewell {
	enum service_start protocol;
	bool after_starttls;
	char *domain; /* owned */
	enum farewell_status status;
	char start[START_MAX + 1]; /* of the line that comes in */
	size_t start_len;
	size_t heard;
	struct mysql_login login;
};

struct farewell *farewell_new(enum service_start protocol, bool after_starttls,
			      const char *domain)
{
	struct farewell *f = mem_zero(sizeof(*f));

	f->protocol = protocol;
	f->after_starttls = after_starttls;
	f->domain = mem_text(domain ? domain : "");
	return f;
}

void farewell_free(struct farewell *f)
{
	if (!f)
		return;
	free(f->domain);
	free(f);
}

/* Whether the server speaks first inside TLS: always in Sieve, which tells anew what it
 * offers (RFC 5804 section 2.2). */
static bool is_greeted(const struct farewell *f)
{
	switch (f->protocol) {
	case SERVICE_SIEVE:
		return true;
	case SERVICE_SMTP:
	case SERVICE_LMTP:
	case SERVICE_IMAP:
	case SERVICE_POP3:
	case SERVICE_FTP:
	case SERVICE_NNTP:
		return !f->after_starttls;
	case SERVICE_TLS_AT_ONCE:
	case SERVICE_LDAP:
	case SERVICE_XMPP_CLIENT:
	case SERVICE_XMPP_SERVER:
	case SERVICE_POSTGRES:
	case SERVICE_MYSQL:
		break;
	}
	return false;
}

static bool starts_with(const struct farewell *f, const char *word)
{
	return !strncasecmp(f->start, word, strlen(word));
}

static bool has_code(const struct farewell *f)
{
	return f->start_len > 3 && strspn(f->start, "0123456789") == 3;
}

/* "220-" goes on until "220 ", and Sieve's capabilities until "OK"; the others greet in
 * one line. */
static bool is_last_line(const struct farewell *f)
{
	switch (f->protocol) {
	case SERVICE_SIEVE:
		return starts_with(f, "OK") || starts_with(f, "NO") ||
		       starts_with(f, "BYE");
	case SERVICE_SMTP:
	case SERVICE_LMTP:
	case SERVICE_FTP:
		return has_code(f) && f->start[3] != '-';
	case SERVICE_IMAP:
	case SERVICE_POP3:
	case SERVICE_NNTP:
	case SERVICE_TLS_AT_ONCE:
	case SERVICE_LDAP:
	case SERVICE_XMPP_CLIENT:
	case SERVICE_XMPP_SERVER:
	case SERVICE_POSTGRES:
	case SERVICE_MYSQL:
		break;
	}
	return true;
}

/* Whether a whole greeting has come. */
static bool take_greeting(struct farewell *f, const uint8_t *in, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (in[i] != '\n') {
			if (f->start_len < START_MAX)
				f->start[f->start_len++] = (char)in[i];
			continue;
		}
		f->start[f->start_len] = '\0';
		if (is_last_line(f))
			return true;
		f->start_len = 0;
	}
	return false;
}

static enum farewell_status say_goodbye(struct farewell *f, struct buf *out)
{
	size_t len;
	const char *bye = starttls_bye(f->protocol, &len);
	struct starttls_conf conf = { .kind = f->protocol, .domain = f->domain };
	struct starttls *stream;

	if (f->protocol == SERVICE_MYSQL) {
		mysql_login_begin(&f->login, out);
		return FAREWELL_REPLY;
	}
	if (f->protocol == SERVICE_XMPP_CLIENT || f->protocol == SERVICE_XMPP_SERVER) {
		/* the stream begins anew in TLS, before it can end */
		stream = starttls_new(&conf);
		(void)starttls_begin(stream, out);
		starttls_free(stream);
	}
	buf_add(out, bye, len);
	return len ? FAREWELL_REPLY : FAREWELL_OVER;
}

enum farewell_status farewell_begin(struct farewell *f, struct buf *out)
{
	f->status = is_greeted(f) ? FAREWELL_GREETING : say_goodbye(f, out);
	return f->status;
}

enum farewell_status farewell_take(struct farewell *f, const uint8_t *in, size_t len,
				   struct buf *out)
{
	f->heard += len;
	if (f->heard > HEARD_MAX)
		f->status = FAREWELL_OVER;
	else if (f->status == FAREWELL_GREETING && take_greeting(f, in, len))
		f->status = say_goodbye(f, out);
	else if (f->status == FAREWELL_REPLY &&
		 (f->protocol != SERVICE_MYSQL ||
		  mysql_login_take(&f->login, in, len, out)))
		f->status = FAREWELL_OVER;
	return f->status;
}
