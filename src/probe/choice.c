/* SPDX-License-Identifier: BSD-2-Clause */
#include "probe/choice.h"

#include <stddef.h>
#include <string.h>

#include "dns/address.h"
#include "probe/probe.h"
#include "target/connect_to.h"

static bool is_ipv6(const char *address)
{
	return strchr(address, ':') != NULL;
}

/* Several items may fit, each with an address: all of them are probed. */
static const struct connect_to *next_elsewhere(const struct probe_conf *conf,
					       const char *host, int port, size_t *index)
{
	const struct connect_to_list *list = conf->connect_to;

	while (*index < list->count) {
		const struct connect_to *c = &list->item[(*index)++];

		if (connect_to_fits(c, host, port))
			return c;
	}
	return NULL;
}

bool choice_is_given(const struct probe_conf *conf, const char *host, int port)
{
	const struct connect_to *c;
	size_t i = 0;

	while ((c = next_elsewhere(conf, host, port, &i)))
		if (c->address)
			return true;
	return false;
}

static void add_kinds(enum probe_auth auth, const char *address, int port, choice_fn *add,
		      void *arg)
{
	switch (auth) {
	case PROBE_AUTH_AUTO:
		add(arg, address, port, FACTS_KEYS_ANY);
		break;
	case PROBE_AUTH_RSA:
		add(arg, address, port, FACTS_KEYS_RSA);
		break;
	case PROBE_AUTH_ECDSA:
		add(arg, address, port, FACTS_KEYS_ECDSA);
		break;
	case PROBE_AUTH_BOTH:
		add(arg, address, port, FACTS_KEYS_RSA);
		add(arg, address, port, FACTS_KEYS_ECDSA);
		add(arg, address, port, FACTS_KEYS_RAW);
		break;
	}
}

void choice_make(const struct probe_conf *conf, const char *host, int port,
		 const struct address_result *found, choice_fn *add, void *arg)
{
	const struct connect_to *c;
	bool given = false;
	int elsewhere = port;
	size_t i = 0;

	while ((c = next_elsewhere(conf, host, port, &i))) {
		if (c->to_port)
			elsewhere = c->to_port;
		if (!c->address)
			continue;
		given = true;
		if (is_ipv6(c->address) ? conf->ipv6 : conf->ipv4)
			add_kinds(conf->auth, c->address, c->to_port ? c->to_port : port,
				  add, arg);
	}
	for (i = 0; !given && i < found->count; i++)
		add_kinds(conf->auth, found->address[i], elsewhere, add, arg);
}
