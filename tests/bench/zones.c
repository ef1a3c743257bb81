/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmark's signed zones, by one process: zones DIR COUNT DATA, where DATA is the
 * digest of the listeners' key. Writes the zones, DIR/list of them, DIR/root.key
 * and lists of hosts: own.txt (COUNT hosts, each in a zone with keys of its own) and
 * shared.txt (as many, 20 a zone). wild.example has wildcards; its signatures are RSA,
 * which takes less time to check: there the number of names counts. hosting.example has
 * any number of domains whose mail goes to the same three hosts, and whose IMAP to the
 * same two. The delegations lead to the relays that "--recurse" is measured by.
 */
#include <ldns/ldns.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	PER_ZONE = 20,
	NETS = 250,  /* hosts that follow one another lie in different ones */
	HUNG = 1000, /* hosts whose addresses don't accept */
	RSA_BITS = 2048,
	DAY_S = 86400,
};

static const char *dir, *digest;
static FILE *list;

static void die(const char *what)
{
	fprintf(stderr, "zones: %s\n", what);
	exit(1);
}

static FILE *create(const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (file == NULL)
		die(path);
	return file;
}

static void add(ldns_zone *zone, const char *text)
{
	ldns_rr *rr;

	if (ldns_rr_new_frm_str(&rr, text, 3600, NULL, NULL) != LDNS_STATUS_OK)
		die(text);
	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA)
		ldns_zone_set_soa(zone, rr);
	else
		ldns_zone_push_rr(zone, rr);
}

static const char *server_of(const char *origin)
{
	if (strcmp(origin, ".") == 0)
		return "root.nic.example.";
	return strcmp(origin, "example.") == 0 ? "tld.nic.example." : "ns.nic.example.";
}

static ldns_zone *begin(const char *origin)
{
	ldns_zone *zone = ldns_zone_new();
	char text[256];

	snprintf(text, sizeof(text), "%s SOA ns.nic.example. h.nic.example. 1 2 3 4 300",
		 origin);
	add(zone, text);
	snprintf(text, sizeof(text), "%s NS %s", origin, server_of(origin));
	add(zone, text);
	return zone;
}

/* net 64: they answer; net 96: they are silent; net 97: they don't accept */
static void add_host(ldns_zone *zone, const char *owner, const char *tlsa_prefix, int net,
		     int number)
{
	char text[512];

	snprintf(text, sizeof(text), "%s A 127.%d.%d.%d", owner, net, number % NETS,
		 1 + number / NETS);
	add(zone, text);
	snprintf(text, sizeof(text), "%s%s TLSA 3 1 1 %s", tlsa_prefix, owner, digest);
	add(zone, text);
}

/* A TLSA record for https, and one for smtp. */
static void add_server(ldns_zone *zone, const char *owner, int number)
{
	char text[512];

	add_host(zone, owner, "_443._tcp.", 64, number);
	snprintf(text, sizeof(text), "_25._tcp.%s TLSA 3 1 1 %s", owner, digest);
	add(zone, text);
}

static ldns_key *make_key(const char *origin, ldns_signing_algorithm alg, int bits)
{
	ldns_key *key = ldns_key_new_frm_algorithm(alg, (uint16_t)bits);
	ldns_rr *rr;

	if (key == NULL)
		die("no key");
	ldns_key_set_pubkey_owner(key, ldns_dname_new_frm_str(origin));
	ldns_key_set_flags(key, LDNS_KEY_ZONE_KEY | LDNS_KEY_SEP_KEY);
	ldns_key_set_inception(key, (uint32_t)(time(NULL) - DAY_S));
	ldns_key_set_expiration(key, (uint32_t)(time(NULL) + 30 * DAY_S));
	rr = ldns_key2rr(key);
	ldns_key_set_keytag(key, ldns_calc_keytag(rr));
	ldns_rr_free(rr);
	return key;
}

/* Signs and writes the zone. Its DS goes to parent, or the root's key to root.key. */
static void end(ldns_zone *zone, const char *origin, ldns_signing_algorithm alg, int bits,
		ldns_zone *parent)
{
	ldns_key *key = make_key(origin, alg, bits);
	ldns_key_list *keys = ldns_key_list_new();
	ldns_rr *dnskey = ldns_key2rr(key);
	ldns_zone *signed_zone;
	char name[256];
	FILE *out;

	ldns_key_list_push_key(keys, key);
	ldns_zone_push_rr(zone, ldns_rr_clone(dnskey));
	signed_zone = ldns_zone_sign(zone, keys);
	if (signed_zone == NULL)
		die("can't sign");
	snprintf(name, sizeof(name), "%szone", strcmp(origin, ".") ? origin : "root.");
	out = create(name);
	ldns_rr_print(out, ldns_zone_soa(signed_zone));
	ldns_rr_list_print(out, ldns_zone_rrs(signed_zone));
	fclose(out);
	fprintf(list, "%s %s\n", origin, name);
	if (parent != NULL) {
		snprintf(name, sizeof(name), "%s NS %s", origin, server_of(origin));
		add(parent, name);
		ldns_zone_push_rr(parent, ldns_key_rr2ds(dnskey, LDNS_SHA256));
	} else {
		out = create("root.key");
		ldns_rr_print(out, dnskey);
		fclose(out);
	}
	ldns_rr_free(dnskey);
	ldns_zone_deep_free(signed_zone);
	ldns_key_list_free(keys);
}

static void make_own(ldns_zone *parent, int count)
{
	FILE *hosts = create("own.txt");
	char origin[64], owner[96];
	ldns_zone *zone;
	int i;

	for (i = 0; i < count; i++) {
		snprintf(origin, sizeof(origin), "z%d.example.", i);
		snprintf(owner, sizeof(owner), "www.%s", origin);
		zone = begin(origin);
		add_server(zone, owner, i);
		end(zone, origin, LDNS_SIGN_ECDSAP256SHA256, 256, parent);
		fprintf(hosts, "www.z%d.example\n", i);
	}
	fclose(hosts);
}

static void make_shared(ldns_zone *parent, int count)
{
	FILE *hosts = create("shared.txt");
	ldns_zone *zone = NULL;
	char origin[64], owner[96];
	int i;

	for (i = 0; i < count; i++) {
		snprintf(origin, sizeof(origin), "s%d.example.", i / PER_ZONE);
		snprintf(owner, sizeof(owner), "h%d.%s", i % PER_ZONE, origin);
		if (zone == NULL)
			zone = begin(origin);
		add_server(zone, owner, i);
		fprintf(hosts, "h%d.s%d.example\n", i % PER_ZONE, i / PER_ZONE);
		if (i % PER_ZONE < PER_ZONE - 1 && i + 1 < count)
			continue;
		end(zone, origin, LDNS_SIGN_ECDSAP256SHA256, 256, parent);
		zone = NULL;
	}
	fclose(hosts);
}

/* *.w<n>.wild.example answer, *.q<n>.wild.example are silent: an address for each n. */
static void make_wild(ldns_zone *parent)
{
	ldns_zone *zone = begin("wild.example.");
	char owner[96];
	int i;

	for (i = 0; i < NETS; i++) {
		snprintf(owner, sizeof(owner), "*.w%d.wild.example.", i);
		add_host(zone, owner, "", 65, i);
		snprintf(owner, sizeof(owner), "*.q%d.wild.example.", i);
		add_host(zone, owner, "", 96, i);
	}
	for (i = 0; i < HUNG; i++) {
		snprintf(owner, sizeof(owner), "*.h%d.wild.example.", i);
		add_host(zone, owner, "", 97, i);
	}
	end(zone, "wild.example.", LDNS_SIGN_RSASHA256, RSA_BITS, parent);
}

/* *.mail.hosting.example have three MX hosts, *.imap.hosting.example two for IMAP. */
static void make_hosting(ldns_zone *parent)
{
	ldns_zone *zone = begin("hosting.example.");
	char text[256];
	int i;

	for (i = 1; i <= 3; i++) {
		snprintf(text, sizeof(text),
			 "*.mail.hosting.example. MX %d mx%d.hosting.example.", i, i);
		add(zone, text);
		snprintf(text, sizeof(text), "mx%d.hosting.example.", i);
		add_host(zone, text, "_25._tcp.", 66, i);
	}
	for (i = 1; i <= 2; i++) {
		snprintf(text, sizeof(text),
			 "*.imap.hosting.example. SRV %d 1 143 imap%d.hosting.example.",
			 i, i);
		add(zone, text);
		snprintf(text, sizeof(text), "imap%d.hosting.example.", i);
		add_host(zone, text, "_143._tcp.", 67, i);
	}
	end(zone, "hosting.example.", LDNS_SIGN_RSASHA256, RSA_BITS, parent);
}

int main(int argc, char **argv)
{
	ldns_zone *root, *tld;
	int count = 0;

	if (argc != 4 || (count = atoi(argv[2])) < 1 || count > 60000)
		die("usage: zones DIR COUNT DATA");
	dir = argv[1];
	digest = argv[3];
	list = create("list");
	root = begin(".");
	tld = begin("example.");
	add(root, "root.nic.example. A 127.53.3.1");
	add(root, "tld.nic.example. A 127.53.3.2");
	add(tld, "root.nic.example. A 127.53.3.1");
	add(tld, "tld.nic.example. A 127.53.3.2");
	add(tld, "ns.nic.example. A 127.53.3.3");
	make_own(tld, count);
	make_shared(tld, count);
	make_wild(tld);
	make_hosting(tld);
	end(tld, "example.", LDNS_SIGN_ECDSAP256SHA256, 256, root);
	end(root, ".", LDNS_SIGN_ECDSAP256SHA256, 256, NULL);
	fclose(list);
	return 0;
}
