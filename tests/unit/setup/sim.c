/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim.h"

#include <dirent.h>
#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/why.h"
#include "dane/chain.h"
#include "setup/env.h"
#include "setup/hook.h"
#include "setup/key.h"
#include "setup/lineage.h"
#include "setup/lineage_make.h"
#include "setup/record.h"
#include "setup/renew.h"
#include "setup/rollover.h"

#define NEGATIVE_TTL_S 900
#define EXIT_KILLED 77
#define EXIT_OFFENDED 78
#define PEM_MAX (1 << 20)

/* Made once, before any process is forked. */
static gnutls_x509_privkey_t ca_key;
static gnutls_x509_crt_t ca_crt;

/* --- chance ------------------------------------------------------------------------- */

uint64_t sim_random(struct sim *sim, uint64_t n)
{
	/* splitmix64: the same on every machine. */
	uint64_t z = sim->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (z ^ (z >> 31)) % n;
}

bool sim_chance(struct sim *sim, unsigned per_thousand)
{
	return per_thousand && sim_random(sim, 1000) < per_thousand;
}

void sim_offend(struct sim *sim, const char *format, ...)
{
	char when[32];
	va_list ap;
	int len;

	if (sim->offences++)
		return;
	len = snprintf(sim->offence, sizeof(sim->offence),
		       "%s: ", clock_rfc3339(sim->now, when));
	va_start(ap, format);
	(void)vsnprintf(sim->offence + len, sizeof(sim->offence) - (size_t)len, format,
			ap);
	va_end(ap);
}

/* --- the judge ---------------------------------------------------------------------- */

static void judge_set(struct sim *sim, uint64_t set, const char *whose)
{
	if (!set || (sim->live >= 0 && set & (UINT64_C(1) << sim->live)))
		return;
	sim_offend(sim, "key %d is presented, and %s has a set of others (%#llx)",
		   sim->live, whose, (unsigned long long)set);
}

/* Called whenever what is presented or given out changes. */
static void judge(struct sim *sim)
{
	size_t i, count = sim->spans < SIM_SPANS_MAX ? sim->spans : SIM_SPANS_MAX;

	for (i = 0; i < SIM_SERVERS; i++)
		judge_set(sim, sim->server[i].set, "a name server");
	for (i = 0; i < count; i++)
		if (sim->span[i].until + 2 * sim->ttl_s > sim->now)
			judge_set(sim, sim->span[i].set, "a cache");
}

/* --- name servers ------------------------------------------------------------------- */

static void give_out(struct sim *sim, struct sim_server *server, uint64_t set)
{
	struct sim_span *span = &sim->span[sim->spans++ % SIM_SPANS_MAX];

	*span = (struct sim_span){ server->set, sim->now };
	server->former = server->set;
	server->set = set;
	judge(sim);
}

static void primary_set(struct sim *sim, uint64_t set)
{
	size_t i;

	if (set == sim->server[0].set)
		return;
	give_out(sim, &sim->server[0], set);
	for (i = 1; i < SIM_SERVERS; i++) {
		struct sim_server *server = &sim->server[i];

		if (server->late && !server->relapsed)
			continue;
		server->late = true;
		server->relapsed = false;
		server->update_at = sim->now + 5 +
				    (time_t)(sim_chance(sim, sim->luck.slow)
						     ? sim_random(sim, 3 * SIM_DAY)
						     : sim_random(sim, 2 * SIM_HOUR));
	}
}

/* An anycast node comes back with what it had before; it doesn't mend before a run had
 * the chance to see it. */
static void maybe_relapse(struct sim *sim)
{
	struct sim_server *server = &sim->server[1 + sim_random(sim, SIM_SERVERS - 1)];

	if (!sim_chance(sim, sim->luck.relapse) || server->late || !server->former ||
	    server->former == server->set)
		return;
	/* Nobody is helped by records that the presented key isn't in. */
	if (sim->live < 0 || !(server->former & (UINT64_C(1) << sim->live)))
		return;
	give_out(sim, server, server->former);
	server->late = server->relapsed = true;
	server->seen = false;
	server->update_at = sim->now + (time_t)sim_random(sim, 6 * SIM_HOUR);
}

static void update_due(struct sim *sim)
{
	size_t i;

	for (i = 1; i < SIM_SERVERS; i++) {
		struct sim_server *server = &sim->server[i];

		if (!server->late || server->update_at > sim->now ||
		    (server->relapsed && !server->seen))
			continue;
		server->late = server->relapsed = false;
		give_out(sim, server, sim->server[0].set);
	}
}

void sim_advance(struct sim *sim, int64_t seconds)
{
	time_t end = sim->now + (time_t)seconds, next;
	size_t i;

	while (sim->now < end) {
		next = end;
		for (i = 1; i < SIM_SERVERS; i++)
			if (sim->server[i].late && sim->server[i].update_at > sim->now &&
			    sim->server[i].update_at < next)
				next = sim->server[i].update_at;
		sim->now = next;
		update_due(sim);
	}
	if (sim->live >= 0 && sim->now >= sim->live_end)
		sim_offend(sim, "the certificate presented has expired");
	/* By time, not by runs: short steps must not bring more of them. */
	if (sim->now > sim->outage_end &&
	    sim_random(sim, 12 * SIM_HOUR) < (uint64_t)seconds &&
	    sim_chance(sim, sim->luck.outage))
		sim->outage_end =
			sim->now +
			(time_t)sim_random(sim, (uint64_t)(sim->lifetime_s / 6));
}

static int key_number(struct sim *sim, const char *digest)
{
	size_t i;

	for (i = 0; i < sim->keys; i++)
		if (!strcmp(sim->digest[i], digest))
			return (int)i;
	if (sim->keys == SIM_KEYS_MAX) {
		sim_offend(sim, "more keys than the test has room for");
		return 0;
	}
	(void)snprintf(sim->digest[sim->keys], sizeof(sim->digest[0]), "%s", digest);
	return (int)sim->keys++;
}

static uint64_t records_set(struct sim *sim, const struct record *records, size_t count)
{
	uint64_t set = 0;
	size_t i;
	char *hex;

	for (i = 0; i < count; i++) {
		hex = hex_encode(records[i].rr.data, records[i].rr.len);
		set |= UINT64_C(1) << key_number(sim, hex);
		free(hex);
	}
	return set;
}

static int ask(void *arg, const struct env_question *q, struct env_dns *ret_dns,
	       struct why *why)
{
	struct sim *sim = arg;
	uint64_t want = records_set(sim, q->want, q->want_count);
	uint64_t gone = records_set(sim, q->gone, q->gone_count);
	struct env_dns dns = { .agree = true, .none = true };
	size_t i;

	if (sim_chance(sim, sim->luck.ask))
		return why_set(why, DP_EDNS, "ns1.example.com doesn't answer");
	for (i = 0; i < SIM_SERVERS; i++) {
		uint64_t set = sim->server[i].set;

		sim->server[i].seen = true;
		sim->now += 1;
		dns.none = dns.none && !set;
		dns.has_gone = dns.has_gone || set & gone;
		if ((set & want) != want || set & gone)
			dns.agree = false;
		if ((set ? sim->ttl_s : NEGATIVE_TTL_S) > dns.ttl_s)
			dns.ttl_s = set ? sim->ttl_s : NEGATIVE_TTL_S;
	}
	if (!dns.agree)
		dns.who_lags = mem_text("ns2.example.com lacks the record");
	if (dns.none) {
		dns.bare = mem_array(1, sizeof(*dns.bare));
		dns.bare[dns.bare_count++] = mem_text("_443._tcp.www.example.com.");
	}
	*ret_dns = dns;
	return 0;
}

/* --- commands ----------------------------------------------------------------------- */

static uint64_t json_set(struct sim *sim, const json_t *list)
{
	uint64_t set = 0;
	size_t i;

	for (i = 0; i < json_array_size(list); i++)
		set |= UINT64_C(1)
		       << key_number(sim, json_string_value(json_object_get(
						  json_array_get(list, i), "data")));
	return set;
}

static int publish(struct sim *sim, const char *input, struct why *why)
{
	bool fails = sim_chance(sim, sim->luck.publish);
	json_t *root = json_loads(input, 0, NULL);
	uint64_t set = sim->server[0].set;

	if (!root) {
		sim_offend(sim, "the publish command got no JSON: %.100s", input);
		return DP_EIO;
	}
	if (fails && sim_chance(sim, 500)) {
		json_decref(root);
		return why_set(why, DP_EIO, "the zone refused");
	}
	set |= json_set(sim, json_object_get(root, "add"));
	set &= ~json_set(sim, json_object_get(root, "remove"));
	json_decref(root);
	sim->publications++;
	primary_set(sim, set);
	return fails ? why_set(why, DP_EIO, "the answer was lost") : 0;
}

static size_t count_names(gnutls_x509_crt_t crt)
{
	char name[256];
	unsigned count = 0;
	size_t size;
	int rc;

	do {
		size = sizeof(name);
		rc = gnutls_x509_crt_get_subject_alt_name(crt, count++, name, &size,
							  NULL);
	} while (rc >= 0);
	return count - 1;
}

/* What live/ holds, as a server that starts reads it. */
static int load_live(struct sim *sim)
{
	char *cert_path = mem_printf("%s/www/live/fullchain.pem", sim->base);
	char *key_path = mem_printf("%s/www/live/privkey.pem", sim->base);
	gnutls_datum_t public = { 0 };
	struct chain chain = { 0 };
	struct key *key = NULL;
	char *text = NULL, *hex;
	size_t len;
	int rc = file_read(cert_path, PEM_MAX, &text, &len, NULL);

	if (rc == 0)
		rc = chain_from_file(text, len, &chain, NULL);
	if (rc == 0)
		rc = key_load(key_path, &key, NULL);
	if (rc == 0)
		rc = key_public(key, &public, NULL);
	if (rc == 0 && (public.size != chain.cert[0].spki.size ||
			memcmp(public.data, chain.cert[0].spki.data, public.size) != 0))
		rc = DP_EFORMAT;
	if (rc == 0) {
		hex = hex_encode(chain.cert[0].spki_sha256, 32);
		sim->live = key_number(sim, hex);
		sim->live_end = chain.cert[0].not_after;
		sim->live_names = count_names(chain.cert[0].crt);
		memcpy(sim->live_cert, chain.cert[0].cert_sha256, 32);
		free(hex);
	}
	gnutls_free(public.data);
	key_free(key);
	chain_clear(&chain);
	free(text);
	free(cert_path);
	free(key_path);
	return rc;
}

static int deploy(struct sim *sim, struct why *why)
{
	bool fails = sim_chance(sim, sim->luck.deploy);

	sim->deploys++;
	if (fails)
		return sim_chance(sim, 500) ? why_set(why, DP_EIO, "reload failed") : 0;
	if (load_live(sim) < 0)
		sim_offend(sim, "live/ holds no key with its certificate");
	judge(sim);
	return 0;
}

/* Those of the request, as a CA does. */
static int set_names(gnutls_x509_crt_t crt, gnutls_x509_crq_t crq)
{
	char name[256];
	unsigned i;
	size_t size;
	int rc = 0;

	for (i = 0; rc >= 0; i++) {
		size = sizeof(name);
		rc = gnutls_x509_crq_get_subject_alt_name(crq, i, name, &size, NULL,
							  NULL);
		if (rc >= 0)
			rc = gnutls_x509_crt_set_subject_alt_name(
				crt, GNUTLS_SAN_DNSNAME, name, (unsigned)size,
				i ? GNUTLS_FSAN_APPEND : GNUTLS_FSAN_SET);
	}
	return rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ? 0 : rc;
}

static int issue(struct sim *sim, const char *csr_path, gnutls_x509_crt_t crt)
{
	unsigned char serial[] = { 1, 2, 3, 4 };
	gnutls_x509_crq_t crq = NULL;
	gnutls_datum_t datum;
	char *text = NULL;
	size_t len;
	int rc = file_read(csr_path, PEM_MAX, &text, &len, NULL);

	if (rc < 0)
		return rc;
	datum = (gnutls_datum_t){ (unsigned char *)text, (unsigned)len };
	gnutls_x509_crq_init(&crq);
	rc = gnutls_x509_crq_import(crq, &datum, GNUTLS_X509_FMT_PEM);
	if (rc >= 0)
		rc = gnutls_x509_crt_set_crq(crt, crq);
	if (rc >= 0) {
		gnutls_x509_crt_set_version(crt, 3);
		gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
		gnutls_x509_crt_set_activation_time(crt, sim->now - SIM_HOUR);
		gnutls_x509_crt_set_expiration_time(crt,
						    sim->now + (time_t)sim->lifetime_s);
		rc = set_names(crt, crq);
	}
	if (rc >= 0)
		rc = gnutls_x509_crt_sign2(crt, ca_crt, ca_key, GNUTLS_DIG_SHA256, 0);
	gnutls_x509_crq_deinit(crq);
	free(text);
	return rc;
}

static void add_pem(FILE *f, gnutls_x509_crt_t crt)
{
	gnutls_datum_t pem = { 0 };

	if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem) == 0)
		(void)fwrite(pem.data, 1, pem.size, f);
	gnutls_free(pem.data);
}

static int make_certificate(struct sim *sim, const char *csr, const char *full,
			    struct why *why)
{
	gnutls_x509_crt_t crt;
	FILE *f;

	if (sim->now < sim->outage_end)
		return why_set(why, DP_EIO, "the CA is down");
	sim->orders++;
	gnutls_x509_crt_init(&crt);
	f = issue(sim, csr, crt) < 0 ? NULL : fopen(full, "w");
	if (f) {
		add_pem(f, crt);
		add_pem(f, ca_crt);
		(void)fclose(f);
	}
	gnutls_x509_crt_deinit(crt);
	return f ? 0 : why_set(why, DP_EIO, "no certificate for %.100s", csr);
}

/* "order 'CSR' 'FULLCHAIN'": paths without quotes in them. */
static int order(struct sim *sim, const char *text, struct why *why)
{
	char csr[256], full[256];

	if (sscanf(text, "order '%255[^']' '%255[^']'", csr, full) != 2)
		return why_set(why, DP_EIO, "order what?");
	return make_certificate(sim, csr, full, why);
}

static int run(void *arg, const struct env_command *command, struct why *why)
{
	struct sim *sim = arg;

	sim->now += 2;
	if (!strcmp(command->text, "publish"))
		return publish(sim, command->input, why);
	if (!strcmp(command->text, "deploy"))
		return deploy(sim, why);
	return order(sim, command->text, why);
}

static bool presents(const struct sim *sim, const uint8_t *spki)
{
	char *hex = hex_encode(spki, 32);
	bool same = sim->live >= 0 && !strcmp(sim->digest[sim->live], hex);

	free(hex);
	return same;
}

static int look(void *arg, const struct env_presented *p, struct env_live *ret_live,
		struct why *why)
{
	struct sim *sim = arg;
	bool ok = false;
	size_t i;

	if (sim_chance(sim, sim->luck.look))
		return why_set(why, DP_EIO, "www.example.com:443 timeout");
	for (i = 0; i < p->count; i++)
		ok = ok || (p->any_cert ? presents(sim, p->spki[i])
					: !memcmp(p->cert[i], sim->live_cert, 32));
	sim->now += 1;
	if (!ok)
		env_live_add(ret_live, mem_text("www.example.com:443"),
			     mem_text("mismatch"));
	ret_live->other_key = !ok && sim->live >= 0;
	if (sim->dead_end)
		env_live_add(ret_live, mem_text("www.example.com 192.0.2.9:443"),
			     mem_printf("connect-failed: try %lld", (long long)sim->now));
	return 0;
}

/* --- processes ---------------------------------------------------------------------- */

static time_t now(void *arg)
{
	return ((struct sim *)arg)->now;
}

/* Its clock is never set. */
static int64_t uptime(void *arg, char **ret_boot)
{
	*ret_boot = mem_text("the only run");
	return (int64_t)now(arg) - 1700000000;
}

/* Power is lost: what wasn't fsynced is gone. Renames are fsynced at once, so the state
 * without one is that of the point before it. */
static void die(struct sim *sim)
{
	if (*sim->dirty)
		(void)!truncate(sim->dirty, 0);
	sim->killed = true;
	sim->crashes++;
	_exit(EXIT_KILLED);
}

/* What was written to a temporary file and not fsynced goes on under its new name. */
static bool is_beside(const char *dirty, const char *path)
{
	size_t len = strlen(path);

	return !strncmp(dirty, path, len) && !strcmp(dirty + len, ".tmp");
}

static int before(void *arg, enum env_op op, const char *path)
{
	struct sim *sim = arg;

	sim->points++;
	if (sim->points == sim->kill_at)
		die(sim);
	if (sim->points == sim->fail_at) {
		sim->failed = true;
		return ENOSPC;
	}
	if (sim_chance(sim, sim->luck.full) && op != ENV_COMMAND)
		return ENOSPC;
	if ((op == ENV_RENAME || op == ENV_LINK) && is_beside(sim->dirty, path))
		(void)snprintf(sim->dirty, sizeof(sim->dirty), "%s", path);
	else if (op == ENV_WRITE)
		(void)snprintf(sim->dirty, sizeof(sim->dirty), "%s", path);
	else if (op == ENV_FSYNC && !strcmp(path, sim->dirty))
		sim->dirty[0] = '\0';
	return 0;
}

static int secure(void *arg, const char *owner, struct why *why)
{
	(void)arg;
	(void)owner;
	(void)why;
	return 0;
}

static int zone(void *arg, const char *owner, struct env_zone *ret_zone, struct why *why)
{
	size_t len = strlen(owner) - 1; /* without the final dot */

	(void)arg;
	(void)why;
	*ret_zone = (struct env_zone){ .owner = mem_text_n(owner, len),
				       .apex = mem_text("example.com") };
	return 0;
}

void sim_env(struct sim *sim, struct env *ret_env)
{
	env_init(ret_env);
	ret_env->arg = sim;
	ret_env->now = now;
	ret_env->uptime = uptime;
	ret_env->before = before;
	ret_env->run = run;
	ret_env->ask = ask;
	ret_env->look = look;
	ret_env->secure = secure;
	ret_env->zone = zone;
}

static int create(struct sim *sim, struct why *why)
{
	static const char *const lines[] = {
		"domains = www.example.com",
		"services = https://www.example.com",
		"publish = exec publish",
		"deploy = deploy",
	};
	struct lineage_conf conf;
	struct lineage l;
	struct env env;
	char ttl[32], acme[128], types[64];
	size_t i;
	int rc = 0;

	sim_env(sim, &env);
	lineage_conf_init(&conf);
	(void)snprintf(acme, sizeof(acme),
		       sim->by_hook ? "acme = hook certbot %s/certbot/live/www"
				    : "acme = exec order {csr} {fullchain}",
		       sim->base);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]) && rc == 0; i++)
		rc = lineage_conf_set(&conf, lines[i], why);
	(void)snprintf(ttl, sizeof(ttl), "ttl = %lld", (long long)sim->ttl_s);
	if (rc == 0)
		rc = lineage_conf_set(&conf, ttl, why);
	if (rc == 0)
		rc = lineage_conf_set(&conf, acme, why);
	(void)snprintf(types, sizeof(types), "key_types = %s",
		       sim->key_types ? sim->key_types : "");
	if (rc == 0 && sim->key_types)
		rc = lineage_conf_set(&conf, types, why);
	if (rc == 0)
		rc = lineage_make_new(&env, sim->base, "www", &conf, NULL, 0, &l, why);
	if (rc == 0)
		lineage_close(&l);
	lineage_conf_clear(&conf);
	return rc;
}

/* As the verb of that name. */
static int renew(struct lineage *l, struct rollover_result *result, struct why *why)
{
	struct hook_told told = { 0 };
	int rc;

	if (!renew_is_by_hook(l))
		return rollover_renew(l, false, true, result, why);
	rc = hook_renew(l, false, true, &told, why);
	*result = told.result;
	told.result = (struct rollover_result){ 0 };
	hook_told_clear(&told);
	return rc;
}

static int step(struct sim *sim, struct why *why)
{
	struct rollover_how how = { .begin = sim->begin, .emergency = sim->emergency };
	struct rollover_result result = { 0 };
	struct lineage l;
	struct env env;
	int rc;

	sim_env(sim, &env);
	rc = lineage_open(&env, sim->base, "www", "rollover", LINEAGE_WRITE, &l, why);
	/* A full disk is met there too, where key_group was changed. */
	if (rc < 0 && rc != DP_EIO)
		sim_offend(sim, "the lineage can't be opened: %.150s", why->text);
	if (rc < 0)
		return rc;
	rc = rollover_step(&l, &how, &result, why);
	if (rc == 0 && result.outcome == ROLLOVER_MOVED)
		sim->begin = sim->emergency = false;
	if (getenv("SIM_TRACE"))
		(void)fprintf(stderr, "# %lld %s: %s\n", (long long)sim->now,
			      lineage_state_stage_name(l.state.stage),
			      rc < 0	    ? why->text
			      : result.text ? result.text
					    : "");
	rollover_result_clear(&result);
	if (rc == 0)
		rc = renew(&l, &result, why);
	if (getenv("SIM_TRACE") && (rc < 0 || result.outcome != ROLLOVER_NOTHING))
		(void)fprintf(stderr, "#   renew: %s\n",
			      rc < 0	    ? why->text
			      : result.text ? result.text
					    : "");
	rollover_result_clear(&result);
	lineage_close(&l);
	return rc;
}

typedef int work_fn(struct sim *sim, struct why *why);

/* Errors of a run that finds the disk full are the run's own business. */
static bool in_process(struct sim *sim, work_fn *work)
{
	struct why why = { "" };
	pid_t pid;
	int status;

	sim->dirty[0] = '\0';
	sim->runs++;
	pid = fork();
	if (pid == 0)
		_exit(work(sim, &why) < 0 ? 1 : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		sim_offend(sim, "a process can't be made");
		return false;
	}
	if (!WIFEXITED(status))
		sim_offend(sim, "a run was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) > 1 && WEXITSTATUS(status) != EXIT_KILLED)
		sim_offend(sim, "a run ended with status %d", WEXITSTATUS(status));
	judge(sim);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool sim_create(struct sim *sim)
{
	return in_process(sim, create);
}

/* --- certbot -------------------------------------------------------------------------
 */

static int deploy_hook(struct sim *sim, struct why *why)
{
	struct hook_told told = { 0 };
	struct lineage l;
	struct env env;
	char folder[128];
	int rc;

	sim_env(sim, &env);
	(void)snprintf(folder, sizeof(folder), "%s/certbot/live/www", sim->base);
	rc = lineage_open(&env, sim->base, "www", "hook", LINEAGE_WRITE, &l, why);
	if (rc < 0)
		return rc;
	rc = hook_deploy(&l, folder, &told, why);
	if (getenv("SIM_TRACE"))
		(void)fprintf(stderr, "# %lld hook: %s\n", (long long)sim->now,
			      rc < 0		 ? why->text
			      : told.result.text ? told.result.text
						 : "");
	hook_told_clear(&told);
	lineage_close(&l);
	return rc;
}

/* The operator gives certbot the key that a rollover waits for. */
static int64_t key_of_certbot(const struct sim *sim)
{
	char path[128];
	struct lineage_state state;
	int64_t generation = sim->certbot_key;

	(void)snprintf(path, sizeof(path), "%s/www/state", sim->base);
	if (lineage_state_load(path, &state, NULL) < 0)
		return 0;
	/* Told that the one in use runs out, the operator gives its key back. */
	if (generation && state.view_generation &&
	    sim->live_end - sim->now < (time_t)(sim->lifetime_s / 5))
		generation = state.view_generation;
	else if (!generation || (state.stage == STAGE_SAFE && state.goal) ||
		 (state.stage == STAGE_STUCK && state.resume == STAGE_SAFE))
		generation = state.goal;
	lineage_state_clear(&state);
	return generation;
}

/* Renews with a third left, and calls its hook once, whatever comes of it. */
static void certbot(struct sim *sim)
{
	int64_t key = key_of_certbot(sim);
	char path[160], csr[160];

	if (!key || (key == sim->certbot_key && sim->now < sim->certbot_due))
		return;
	(void)snprintf(path, sizeof(path), "%s/certbot", sim->base);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "%s/certbot/live", sim->base);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "%s/certbot/live/www", sim->base);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "%s/certbot/live/www/fullchain.pem",
		       sim->base);
	(void)snprintf(csr, sizeof(csr), "%s/www/keys/%04lld/ecdsa-p256/request.csr",
		       sim->base, (long long)key);
	if (make_certificate(sim, csr, path, NULL) < 0)
		return;
	sim->certbot_key = key;
	sim->certbot_due = sim->now + (time_t)(sim->lifetime_s * 2 / 3);
	(void)in_process(sim, deploy_hook);
}

bool sim_run(struct sim *sim)
{
	bool ok;

	if (sim->by_hook)
		certbot(sim);

	maybe_relapse(sim);
	if (sim_chance(sim, sim->luck.crash))
		sim->kill_at = sim->points + 1 + sim_random(sim, 40);
	ok = in_process(sim, step);
	if (sim->luck.crash)
		sim->kill_at = 0;
	return ok;
}

/* --- the whole ---------------------------------------------------------------------- */

static void make_ca(void)
{
	static const unsigned char serial[] = { 1 };

	gnutls_x509_privkey_init(&ca_key);
	gnutls_x509_privkey_generate(ca_key, GNUTLS_PK_ECDSA,
				     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	gnutls_x509_crt_init(&ca_crt);
	gnutls_x509_crt_set_version(ca_crt, 3);
	gnutls_x509_crt_set_key(ca_crt, ca_key);
	gnutls_x509_crt_set_serial(ca_crt, serial, sizeof(serial));
	gnutls_x509_crt_set_dn(ca_crt, "CN=Simulated CA", NULL);
	gnutls_x509_crt_set_ca_status(ca_crt, 1);
	gnutls_x509_crt_set_activation_time(ca_crt, 0);
	gnutls_x509_crt_set_expiration_time(ca_crt, (time_t)4000000000);
	gnutls_x509_crt_sign2(ca_crt, ca_crt, ca_key, GNUTLS_DIG_SHA256, 0);
}

void sim_remove_tree(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	char *inner;

	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		inner = mem_printf("%s/%s", path, entry->d_name);
		if (lstat(inner, &st) == 0 && S_ISDIR(st.st_mode))
			sim_remove_tree(inner);
		else
			(void)unlink(inner);
		free(inner);
	}
	if (dir)
		closedir(dir);
	(void)rmdir(path);
}

static void make_base(struct sim *sim)
{
	/* In memory where there is such a place: what an fsync costs is not the test. */
	(void)snprintf(sim->base, sizeof(sim->base), "/dev/shm/test_sim.XXXXXX");
	if (mkdtemp(sim->base))
		return;
	(void)snprintf(sim->base, sizeof(sim->base), "/tmp/test_sim.XXXXXX");
	if (!mkdtemp(sim->base))
		abort();
}

void sim_reset(struct sim *sim, uint64_t seed)
{
	if (*sim->base)
		sim_remove_tree(sim->base);
	*sim = (struct sim){ .random = seed,
			     .now = 1800000000,
			     .ttl_s = SIM_HOUR,
			     .lifetime_s = 90 * SIM_DAY,
			     .live = -1 };
	make_base(sim);
}

struct sim *sim_new(uint64_t seed)
{
	struct sim *sim = mmap(NULL, sizeof(*sim), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (sim == MAP_FAILED)
		abort();
	if (!ca_key)
		make_ca();
	sim_reset(sim, seed);
	return sim;
}

void sim_free(struct sim *sim)
{
	sim_remove_tree(sim->base);
	(void)munmap(sim, sizeof(*sim));
}
