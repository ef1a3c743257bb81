/* SPDX-License-Identifier: BSD-2-Clause */
/* The name servers of the simulated world, and the judge of what clients meet. */
#ifndef TESTS_SETUP_SIM_DNS_H
#define TESTS_SETUP_SIM_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct env_dns;
struct env_question;
struct sim;
struct why;

/* To be called whenever what is presented changes. */
void sim_dns_judge(struct sim *sim);
/* Whether a client, by what a name server or a cache has, would refuse the service now.
 */
bool sim_dns_fails(const struct sim *sim);
/* The owners have names; one that has none of these is taken for the first. */
const char *sim_dns_owner_name(size_t owner);
size_t sim_dns_owner(const char *name);
/* The number of a record, by its owner and digest; in a set it is the bit of that number.
 */
int sim_dns_record(struct sim *sim, size_t owner, const char *digest);
/* Of those of a set, the ones at this owner. */
uint64_t sim_dns_at(const struct sim *sim, uint64_t set, size_t owner);
/* The number of a key by the hexadecimal SHA-256 of its SubjectPublicKeyInfo; in a set it
 * is the bit of that number. */
int sim_dns_key(struct sim *sim, const char *digest);
/* The primary has this set from now on; the others get it in their time. */
void sim_dns_set(struct sim *sim, uint64_t set);
/* By chance, an anycast node comes back with what it had before. */
void sim_dns_relapse(struct sim *sim);
/* The next moment before end at which a server takes the primary's set over; and what
 * happens there. */
time_t sim_dns_next(const struct sim *sim, time_t end);
void sim_dns_update(struct sim *sim);
/* For struct env. */
int sim_dns_ask(void *sim, const struct env_question *question, struct env_dns *ret_dns,
		struct why *why);

#endif
