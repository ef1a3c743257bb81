# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by tests of lineages in worlds of their own making, behind parts.sh and life.sh: a zone with
# Knots for servers, a web server, and a CA.

begin()
{
	command -v knotd >/dev/null || skip "knotd is not installed"
	trap stop_all EXIT
	life_tsig
	life_ca
	life_web_server
	acme="exec $PWD/ca.sh {csr} {fullchain}"
}

# certbot_and_pebble: they make the certificates from now on
certbot_and_pebble()
{
	for tool in certbot pebble curl; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
	life_pebble
	pids="$pids $pid_pebble"
	export REQUESTS_CA_BUNDLE="$PWD/acme.crt"
	acme="certbot --standalone --http-01-port 5012 --server $acme_directory --agree-tos -m you@$zone"
	for folder in config work logs; do
		acme="$acme --$folder-dir $PWD/certbot"
	done
}

# serve KIND NAME ADDRESS OTHER: a Knot, knot_primary or knot_secondary
serve()
{
	"$@" >&2
	shift
	start_knot "$1"
	eval "pids=\"\$pids \$pid_$1\""
	await_answer "$zone" SOA "$2"
}

# tell NAME: that secondary is told to look for changes
tell()
{
	knotc -c "$1/conf" zone-refresh "$zone" >&2
}

# dp WANTED-STATUS VERB ARGUMENTS..., with the lab's root
dp()
{
	wanted=$1 verb=$2
	shift 2
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" "$verb" --dir "$PWD/etc" $R -t 5 "$@"
}

# new PRIMARY ARGUMENTS...: the lineage www, whose updates go there
new()
{
	to=$1
	shift
	dp 0 new www -d "www.$zone" --service "https://www.$zone" --set "publish = rfc2136 server=$to key=$PWD/tsig" \
		--set 'ttl = 1' --set "acme = $acme" --set "deploy = $PWD/deploy.sh" "$@"
}

# roll_while_lagging STATE: steps for longer than a cache could hold anything, and it stays there
# since that server doesn't follow
roll_while_lagging()
{
	for _ in 1 2 3 4 5 6; do
		step
		state_is "$1" || fail "it went on without life2: $(cat stepped)"
		sleep 0.5
	done
	has stepped "life2.nic.example (127.53.3.2)"
}

# propagation LINEAGE: 0, or 1 where a server lags; what it says goes into out and err
propagation()
{
	status=0
	# shellcheck disable=SC2086
	"$DANEPROBE" propagation --dir "$PWD/etc" $R -t 5 "$1" >out 2>err || status=$?
	[ "$status" -le 1 ] || { cat err >&2; fail "propagation failed"; }
}

# safe_in_time: propagation until it says so
safe_in_time()
{
	tries=0
	until state_is safe; do
		tries=$((tries + 1))
		[ "$tries" -lt 40 ] || fail "never safe: $(cat out err)"
		propagation www
		sleep 0.3
	done
}

key_now()
{
	readlink etc/www/current
}

# A BIND that signs by a policy, with the lab's key, of which the DS is at the parent
bind_primary()
{
	named_conf primary 127.53.3.1 "$bind_policy
		zone \"$zone\" {
			type primary; file \"zone\"; key-directory \"$PWD/primary\";
			dnssec-policy lab; inline-signing no;
			allow-update { key update; };
		};"
	life_zone primary
	bind_key primary
	# named listens at addresses that an interface has by name
	ip address add 127.53.3.1/32 dev lo
	start_named primary
	pids="$pids $pid_primary"
	tries=0
	# It signs the apex first and the zone's last name last. What a secondary takes before that
	# is half signed, and no one tells it later.
	until timeout 2 drill -t -D @127.53.3.1 "www.$zone" NSEC 2>/dev/null | grep -q RRSIG; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || { tail -n 30 primary/log >&2; fail "BIND does not answer signed"; }
		sleep 0.1
	done
}

stop_bind()
{
	ended=$?
	ip address del 127.53.3.1/32 dev lo || :
	kill $pids "$(cat nginx/pid 2>/dev/null)" 2>/dev/null || :
	wait || :
	exit $ended
}
