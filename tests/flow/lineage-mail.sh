#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A mail host's lineage: BIND as the signed primary that takes updates, a secondary that lags
# (nobody tells it of changes), an alias for the record, Postfix that reads live/, lego that gets its
# certificates from a real ACME server, and beside it somebody else's MX. Rolled over by plan and in
# an emergency, checked all the time.
#   lineage-mail.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"

mail=mail.$zone

dns()
{
	command -v named >/dev/null || skip "named is not installed"
	life_tsig
	named_conf primary 127.53.3.1 "$bind_policy
		zone \"$zone\" {
			type primary; file \"zone\"; key-directory \"$PWD/primary\";
			dnssec-policy lab; inline-signing yes;
			allow-update { key update; };
		};"
	named_conf secondary 127.53.3.2 "
		zone \"$zone\" {
			type secondary; file \"zone\"; primaries { 127.53.3.1; };
			max-refresh-time 2; min-refresh-time 1; max-retry-time 1; min-retry-time 1;
		};"
	cat >primary/zone <<-END
		\$TTL 2
		@ SOA life.nic.example. hostmaster 1 2 1 86400 1
		@ NS life.nic.example.
		@ NS life2.nic.example.
		@ MX 10 mail
		@ MX 20 backup
		mail A 127.44.8.1
		backup A 127.44.8.9
		_25._tcp.mail CNAME _dane.mail
	END
	bind_key primary
	# named listens at addresses that an interface has by name
	ip address add 127.53.3.1/32 dev lo
	ip address add 127.53.3.2/32 dev lo
	start_named primary
	await 127.53.3.1
	start_named secondary
	await 127.53.3.2
}

await()
{
	tries=0
	until timeout 2 drill -t -D "@$1" "$zone" SOA 2>/dev/null | grep -q RRSIG; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || { tail -n 30 primary/log secondary/log >&2; fail "$1 does not answer signed"; }
		sleep 0.1
	done
}

stop_all()
{
	ended=$?
	ip address del 127.53.3.1/32 dev lo || :
	ip address del 127.53.3.2/32 dev lo || :
	kill $pid_primary $pid_secondary $pid_pebble "$(tr -d ' ' <host/run/postfix-queue/pid/master.pid)" ${watcher:-} 2>/dev/null || :
	wait || :
	exit $ended
}

# dp WANTED-STATUS VERB ARGUMENTS..., with the lab's root
dp()
{
	wanted=$1 verb=$2
	shift 2
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" "$verb" --dir "$PWD/lineages" $R -t 5 "$@"
}

state_is()
{
	"$DANEPROBE" status --dir "$PWD/lineages" -o json | jq -e --arg s "$1" '.lineages[0].state == $s' >/dev/null
}

roll_until()
{
	tries=0
	until state_is "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 60 ] || fail "not $1 after $tries steps: $("$DANEPROBE" status --dir "$PWD/lineages")"
		# shellcheck disable=SC2086
		"$DANEPROBE" rollover --dir "$PWD/lineages" $R -t 5 mail >>steps 2>&1 || { tail -n 5 steps >&2; fail "rollover failed"; }
		sleep 0.3
	done
}

# As senders see it: through a caching resolver, all the time.
watch_it()
{
	while :; do
		# shellcheck disable=SC2086
		if "$DANEPROBE" check -q $F --resolver 127.53.0.53 "smtp://$mail" >seen 2>&1; then
			cat seen >>good
		else
			cat seen >>bad
		fi
		sleep 0.2
	done
}

# All servers count, unless the lineage says that one may be dead.
a_dead_secondary()
{
	dp 0 propagation mail
	kill "$pid_secondary"
	wait "$pid_secondary" || :
	dp 1 propagation mail
	has err "life2.nic.example (127.53.3.2)"
	sed -i 's/^#*ns_policy = .*/ns_policy = all-but-one/' lineages/mail/lineage.conf
	dp 0 propagation mail
	kill "$pid_primary"
	wait "$pid_primary" || :
	status=0
	# shellcheck disable=SC2086
	"$DANEPROBE" propagation --dir "$PWD/lineages" $R -t 3 mail >out 2>err || status=$?
	[ "$status" -ne 0 ] || fail "safe by servers that are all dead: $(cat out)"
}

part_planned_and_in_an_emergency()
{
	trap stop_all EXIT
	pid_primary='' pid_secondary='' pid_pebble=''
	for tool in lego pebble curl; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
	dns
	life_mail_server mail 127.44.8.1 lineages/mail deploy.sh
	life_pebble
	export LEGO_CA_CERTIFICATES="$PWD/acme.crt" LEGO_PATH="$PWD/lego"
	dp 0 new mail -d "$mail" --service "mx://$zone" --set "foreign = smtp://good.starttls.example" \
		--set "publish = rfc2136 key=$PWD/tsig" --set 'ttl = 2' \
		--set "acme = lego --server $acme_directory --accept-tos -m you@$zone --http --http.port :5012" \
		--set "deploy = $PWD/deploy.sh"
	has err "smtp://backup.$zone:25 is not in the lineage's domains"
	roll_until idle
	has steps "smtp://backup.$zone:25  run by others, ask its operator: "
	has steps "smtp://good.starttls.example  run by others"
	check 0 "smtp://$mail"
	has out "Pebble Intermediate"
	grep -q " alias .*to=_dane.$mail" lineages/mail/journal || fail "the alias isn't told"
	watch_it &
	watcher=$!
	first=$(readlink lineages/mail/current)
	dp 0 rollover mail
	roll_until idle
	second=$(readlink lineages/mail/current)
	[ "$second" != "$first" ] || fail "the key is the same after the rollover"
	tries=0
	# its next key's record is known everywhere: only servers are waited for
	until state_is idle && [ "$(readlink lineages/mail/current)" != "$second" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 30 ] || fail "the emergency does not end: $(cat emergency)"
		# shellcheck disable=SC2086
		"$DANEPROBE" rollover --emergency --dir "$PWD/lineages" $R -t 5 mail >>emergency 2>&1 || { tail -n 3 emergency >&2; fail "--emergency failed"; }
		sleep 0.3
	done
	has emergency "caches may hold the record of key ${second##*/} until "
	has emergency "have the CA revoke its certificates"
	sleep 4 # until no cache holds the record that left
	kill "$watcher" 2>/dev/null || :
	[ ! -s bad ] || fail "a check failed meanwhile: $(cat bad)"
	[ -s good ] || fail "nothing was checked meanwhile"
	check 0 "smtp://$mail"
	a_dead_secondary
}

parts_main "$@"
