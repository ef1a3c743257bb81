/* SPDX-License-Identifier: BSD-2-Clause */
#include "cmd/server_lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "setup/cert/certificate.h"
#include "setup/lineage/lineage.h"

/* Servers have another folder to begin from than this process. */
static char *live_path(const struct lineage *l)
{
	char *real = realpath(l->dir, NULL);
	char *path = mem_printf("%s/live", real ? real : l->dir);

	free(real);
	return path;
}

/* Of the first key type live itself has the files, of each a folder. */
static char *type_path(const struct lineage *l, const char *live, size_t type)
{
	return l->conf.key_types == 1
		       ? mem_text(live)
		       : mem_printf("%s/%s", live, key_type_name(l->conf.key_type[type]));
}

/* A line, which is written for each key type: what stands before the path of its folder,
 * and behind it. */
struct line {
	const char *server; /* "": of the one above */
	const char *before, *before_again, *behind;
};

static const struct line lines[] = {
	{ "nginx", "ssl_certificate     ", "ssl_certificate     ", "/fullchain.pem;" },
	{ "", "ssl_certificate_key ", "ssl_certificate_key ", "/privkey.pem;" },
	{ "Apache", "SSLCertificateFile    ", "SSLCertificateFile    ",
	  "/fullchain.pem" },
	{ "", "SSLCertificateKeyFile ", "SSLCertificateKeyFile ", "/privkey.pem" },
	{ "Dovecot 2.3", "ssl_cert = <", "ssl_alt_cert = <", "/fullchain.pem" },
	{ "", "ssl_key = <", "ssl_alt_key = <", "/privkey.pem" },
	{ "Dovecot 2.4",
	  "ssl_server_cert_file = ", "ssl_server_alt_cert_file = ", "/fullchain.pem" },
	{ "", "ssl_server_key_file = ", "ssl_server_alt_key_file = ", "/privkey.pem" },
};

#define LINE_COUNT (sizeof(lines) / sizeof(lines[0]))

static void print_line(const struct lineage *l, const char *live, const struct line *line)
{
	char *path;
	size_t i;

	for (i = 0; i < l->conf.key_types; i++) {
		path = type_path(l, live, i);
		printf("  %-11s %s%s%s\n", i ? "" : line->server,
		       i ? line->before_again : line->before, path, line->behind);
		free(path);
	}
}

static void print_postfix(const struct lineage *l, const char *live)
{
	char *path;
	size_t i;

	printf("  %-11s smtpd_tls_chain_files =", "Postfix");
	for (i = 0; i < l->conf.key_types; i++) {
		path = type_path(l, live, i);
		printf("%s\n                %s/privkey.pem,\n                "
		       "%s/fullchain.pem",
		       i ? "," : "", path, path);
		free(path);
	}
	putchar('\n');
}

static bool is_self_signed(const struct lineage *l)
{
	struct certificate c = { 0 };

	return certificate_newest(l, l->state.current, l->conf.key_type[0], &c, NULL) <
		       0 ||
	       !c.number;
}

void server_lines_print(const struct lineage *l)
{
	char *live = live_path(l);
	size_t i;

	puts(is_self_signed(l) ? "Servers read live/, where a self-signed certificate "
				 "stands in until the first\none comes. Configure yours "
				 "now:"
			       : "Servers read live/. Configure yours now:");
	for (i = 0; i < LINE_COUNT; i++)
		print_line(l, live, &lines[i]);
	print_postfix(l, live);
	free(live);
}
