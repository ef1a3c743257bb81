/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim.h"

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
#include "ca.h"
#include "dane/chain.h"
#include "setup/cert/lineage_make.h"
#include "setup/cert/renew.h"
#include "setup/key/key.h"
#include "setup/key/record.h"
#include "setup/life/hook.h"
#include "setup/life/outcome.h"
#include "setup/life/rollover.h"
#include "setup/lineage/lineage.h"
#include "setup/lineage/lineage_open.h"
#include "setup/world/env.h"
#include "sim_ahead.h"
#include "sim_dns.h"
#include "tree.h"

#define EXIT_KILLED 77
#define EXIT_OFFENDED 78
#define PEM_MAX (1 << 20)
#define KINDS "ecdsa-p256 rsa-2048"

static const char *const kind_folder[SIM_KINDS] = { "live/ecdsa-p256", "live/rsa-2048" };

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

/* --- time --------------------------------------------------------------------------- */

static void check_certificates(struct sim *sim)
{
	size_t i;

	for (i = 0; i < sim->kinds && !sim->may_expire; i++)
		if (sim->live[i].key >= 0 && sim->now >= sim->live[i].end)
			sim_offend(sim, "the certificate presented has expired");
}

void sim_advance(struct sim *sim, int64_t seconds)
{
	time_t end = sim->now + (time_t)seconds;

	while (sim->now < end) {
		sim->now = sim_dns_next(sim, end);
		sim_dns_update(sim);
	}
	check_certificates(sim);
	/* By time, not by runs: short steps must not bring more of them. */
	if (sim->now <= sim->outage_end ||
	    sim_random(sim, 12 * SIM_HOUR) >= (uint64_t)seconds ||
	    !sim_chance(sim, sim->luck.outage))
		return;
	sim->outages++;
	sim->outage_end =
		sim->now + (time_t)sim_random(sim, (uint64_t)(sim->lifetime_s / 6));
}

/* --- commands ----------------------------------------------------------------------- */

static uint64_t json_set(struct sim *sim, const json_t *list)
{
	uint64_t set = 0;
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *rr = json_array_get(list, i);
		const char *name = json_string_value(json_object_get(rr, "name"));
		const char *data = json_string_value(json_object_get(rr, "data"));

		set |= UINT64_C(1) << sim_dns_record(sim, sim_dns_owner(name), data);
	}
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
	sim->bad_publications += fails;
	if (fails && sim_chance(sim, 500)) {
		json_decref(root);
		return why_set(why, DP_EIO, "the zone refused");
	}
	set |= json_set(sim, json_object_get(root, "add"));
	set &= ~json_set(sim, json_object_get(root, "remove"));
	json_decref(root);
	sim->publications++;
	sim_dns_set(sim, set);
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

static void take_certificate(struct sim *sim, const struct chain *chain,
			     struct sim_live *ret_live)
{
	const struct chain_cert *leaf = &chain->cert[0];
	char *hex = hex_encode(leaf->spki_sha256, 32);

	ret_live->key = sim_dns_key(sim, hex);
	ret_live->begin = leaf->not_before;
	ret_live->end = leaf->not_after;
	ret_live->names = count_names(leaf->crt);
	ret_live->named = gnutls_x509_crt_check_hostname(leaf->crt, "www.example.com");
	memcpy(ret_live->cert, leaf->cert_sha256, 32);
	free(hex);
}

/* The pair in a folder, as a server that starts reads it. */
static int load_pair(struct sim *sim, const char *folder, struct sim_live *ret_live)
{
	char *cert_path = mem_printf("%s/www/%s/fullchain.pem", sim->base, folder);
	char *key_path = mem_printf("%s/www/%s/privkey.pem", sim->base, folder);
	gnutls_datum_t public = { 0 };
	struct chain chain = { 0 };
	struct key *key = NULL;
	char *text = NULL;
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
	if (rc == 0)
		take_certificate(sim, &chain, ret_live);
	gnutls_free(public.data);
	key_free(key);
	chain_clear(&chain);
	free(text);
	free(cert_path);
	free(key_path);
	return rc;
}

/* All of live/ or nothing of it. */
static int load_live(struct sim *sim)
{
	struct sim_live live[SIM_KINDS] = { { 0 } };
	size_t i;
	int rc = 0;

	for (i = 0; i < sim->kinds && rc == 0; i++)
		rc = load_pair(sim, sim->kinds == 1 ? "live" : kind_folder[i], &live[i]);
	for (i = 0; i < sim->kinds && rc == 0; i++) {
		if (!live[i].named || sim->now < live[i].begin || sim->now >= live[i].end)
			sim_offend(sim, "a certificate that clients refuse is installed");
		sim->live[i] = live[i];
	}
	return rc;
}

static int deploy(struct sim *sim, struct why *why)
{
	bool fails = sim_chance(sim, sim->luck.deploy);

	sim->deploys++;
	sim->bad_deploys += fails;
	if (fails)
		return sim_chance(sim, 500) ? why_set(why, DP_EIO, "reload failed") : 0;
	if (load_live(sim) < 0)
		sim_offend(sim, "live/ holds no key with its certificate");
	sim_dns_judge(sim);
	return 0;
}

static int make_certificate(struct sim *sim, const char *csr, const char *full,
			    bool *ret_wrong, struct why *why)
{
	struct ca_order order = { csr, full, sim->now, sim->lifetime_s, CA_GOOD };

	if (sim->now < sim->outage_end)
		return why_set(why, DP_EIO, "the CA is down");
	*ret_wrong = sim_chance(sim, sim->luck.wrong);
	if (*ret_wrong)
		order.fault = (enum ca_fault)(1 + sim_random(sim, CA_FAULTS - 1));
	sim->orders += !*ret_wrong;
	sim->wrong += *ret_wrong;
	return ca_issue(&order) < 0
		       ? why_set(why, DP_EIO, "no certificate for %.100s", csr)
		       : 0;
}

/* "order 'CSR' 'FULLCHAIN'": paths without quotes in them. */
static int order(struct sim *sim, const char *text, struct why *why)
{
	char csr[256], full[256];
	bool wrong;

	if (sscanf(text, "order '%255[^']' '%255[^']'", csr, full) != 2)
		return why_set(why, DP_EIO, "order what?");
	return make_certificate(sim, csr, full, &wrong, why);
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

/* Whether it is one of those asked for. */
static bool is_asked_for(const struct sim *sim, const struct sim_live *live,
			 const struct env_presented *p)
{
	char *hex;
	bool same = false;
	size_t i;

	for (i = 0; i < p->count && !same && live->key >= 0; i++) {
		hex = hex_encode(p->spki[i], 32);
		same = p->any_cert ? !strcmp(sim->digest[live->key], hex)
				   : !memcmp(p->cert[i], live->cert, 32);
		free(hex);
	}
	return same;
}

static int look(void *arg, const struct env_presented *p, struct env_live *ret_live,
		struct why *why)
{
	struct sim *sim = arg;
	size_t i;

	if (sim_chance(sim, sim->luck.look))
		return why_set(why, DP_EIO, "www.example.com:443 timeout");
	sim->now += 1;
	for (i = 0; i < sim->kinds; i++) {
		if (is_asked_for(sim, &sim->live[i], p)) {
			ret_live->asked_key = true;
			continue;
		}
		if (!p->key_only && sim->live[i].key >= 0 && !ret_live->stranger &&
		    sim->server[0].set & (UINT64_C(1) << sim->live[i].key))
			ret_live->stranger =
				mem_printf("www.example.com:443 presents the key %.8s...",
					   sim->digest[sim->live[i].key]);
		env_live_add(ret_live, mem_text("www.example.com:443"),
			     mem_text("mismatch"));
		ret_live->other_key = ret_live->other_key || sim->live[i].key >= 0;
	}
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

static void die(struct sim *sim)
{
	sim->at_risk = power_is_at_risk(&sim->power);
	power_lose(&sim->power, sim->loss);
	sim->killed = true;
	sim->crashes++;
	_exit(EXIT_KILLED);
}

static void pass_point(struct sim *sim)
{
	sim->points++;
	if (sim->points == sim->kill_at)
		die(sim);
	if (sim->points == sim->fail_at)
		sim->failed = true;
}

static int before(void *arg, enum file_op op, const char *path)
{
	struct sim *sim = arg;

	pass_point(sim);
	if (sim->points == sim->fail_at)
		return ENOSPC;
	if (sim_chance(sim, sim->luck.full)) {
		sim->full++;
		return ENOSPC;
	}
	power_note(&sim->power, op, path);
	sim_ahead_note(sim, path);
	return 0;
}

/* A point, too, but not of the disk. */
static int before_command(void *arg, const char *text)
{
	struct sim *sim = arg;

	(void)text;
	pass_point(sim);
	return sim->points == sim->fail_at ? ENOSPC : 0;
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
	ret_env->files.before = before;
	ret_env->files.arg = sim;
	ret_env->before_command = before_command;
	ret_env->run = run;
	ret_env->has_program = NULL;
	ret_env->ask = sim_dns_ask;
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
		       sim->key_types ? sim->key_types : KINDS);
	if (rc == 0 && (sim->key_types || sim->kinds > 1))
		rc = lineage_conf_set(&conf, types, why);
	if (rc == 0)
		rc = lineage_make_new(&env, sim->base, "www", &conf, NULL, 0, &l, why);
	if (rc == 0)
		lineage_close(&l);
	lineage_conf_clear(&conf);
	return rc;
}

/* As the verb of that name. */
static int renew(struct lineage *l, struct outcome *result, struct why *why)
{
	struct hook_report report = { 0 };
	int rc;

	if (!renew_is_by_hook(l))
		return rollover_renew(l, false, true, result, why);
	rc = hook_renew(l, false, true, &report, why);
	*result = report.result;
	report.result = (struct outcome){ 0 };
	hook_report_clear(&report);
	return rc;
}

static int step(struct sim *sim, struct why *why)
{
	struct rollover_how how = { .begin = sim->begin,
				    .again = true,
				    .emergency = sim->emergency };
	struct outcome result = { 0 };
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
	if (rc == 0 && result.kind == OUTCOME_MOVED)
		sim->begin = sim->emergency = false;
	if (getenv("SIM_TRACE"))
		(void)fprintf(stderr, "# %lld %s: %s\n", (long long)sim->now,
			      lineage_state_stage_name(l.state.stage),
			      rc < 0	    ? why->text
			      : result.text ? result.text
					    : "");
	outcome_clear(&result);
	if (rc == 0)
		rc = renew(&l, &result, why);
	if (getenv("SIM_TRACE") && (rc < 0 || result.kind != OUTCOME_NOTHING))
		(void)fprintf(stderr, "#   renew: %s\n",
			      rc < 0	    ? why->text
			      : result.text ? result.text
					    : "");
	outcome_clear(&result);
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

	sim->runs++;
	sim_ahead_read(sim);
	pid = fork();
	if (pid == 0) {
		status = work(sim, &why) < 0 ? 1 : 0;
		pass_point(sim);
		_exit(status);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		sim_offend(sim, "a process can't be made");
		return false;
	}
	power_settle(&sim->power);
	if (!WIFEXITED(status))
		sim_offend(sim, "a run was ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) > 1 && WEXITSTATUS(status) != EXIT_KILLED)
		sim_offend(sim, "a run ended with status %d", WEXITSTATUS(status));
	sim_dns_judge(sim);
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
	struct hook_report report = { 0 };
	struct lineage l;
	struct env env;
	char folder[128];
	int rc;

	sim_env(sim, &env);
	(void)snprintf(folder, sizeof(folder), "%s/certbot/live/www", sim->base);
	rc = lineage_open(&env, sim->base, "www", "hook", LINEAGE_WRITE, &l, why);
	if (rc < 0)
		return rc;
	rc = hook_deploy(&l, folder, &report, why);
	if (getenv("SIM_TRACE"))
		(void)fprintf(stderr, "# %lld hook: %s\n", (long long)sim->now,
			      rc < 0		   ? why->text
			      : report.result.text ? report.result.text
						   : "");
	hook_report_clear(&report);
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
	    sim->live[0].end - sim->now < (time_t)(sim->lifetime_s / 5))
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
	bool wrong;

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
	if (make_certificate(sim, csr, path, &wrong, NULL) < 0)
		return;
	sim->certbot_key = key;
	/* Of a wrong one the hook tells, and the operator tries again. */
	sim->certbot_due = sim->now + (wrong ? (time_t)(sim->lifetime_s / 90)
					     : (time_t)(sim->lifetime_s * 2 / 3));
	(void)in_process(sim, deploy_hook);
}

static void die_at_random(struct sim *sim)
{
	sim->kill_at = sim->points + 1 + sim_random(sim, 40);
	sim->loss = (enum power_loss)sim_random(sim, POWER_NONE + 1);
}

bool sim_run(struct sim *sim)
{
	bool ok;

	if (sim->by_hook)
		certbot(sim);

	sim_dns_relapse(sim);
	if (sim_chance(sim, sim->luck.crash))
		die_at_random(sim);
	ok = in_process(sim, step);
	if (sim->luck.crash)
		sim->kill_at = 0;
	return ok;
}

/* --- the whole ---------------------------------------------------------------------- */

static void remove_world(struct sim *sim)
{
	tree_remove(sim->base);
	power_end(&sim->power);
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
	size_t i;

	if (*sim->base)
		remove_world(sim);
	*sim = (struct sim){ .random = seed,
			     .now = 1800000000,
			     .ttl_s = SIM_HOUR,
			     .lifetime_s = 90 * SIM_DAY,
			     .kinds = 1 };
	for (i = 0; i < SIM_KINDS; i++)
		sim->live[i].key = -1;
	make_base(sim);
	power_begin(&sim->power, sim->base);
}

struct sim *sim_new(uint64_t seed)
{
	struct sim *sim = mmap(NULL, sizeof(*sim), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (sim == MAP_FAILED)
		abort();
	ca_begin();
	sim_reset(sim, seed);
	return sim;
}

void sim_free(struct sim *sim)
{
	remove_world(sim);
	(void)munmap(sim, sizeof(*sim));
}
