#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How few connections a long list needs: limits for an address and a network, what is asked once
# for many targets, silent addresses, and further tries. TAP, one test a part_NAME function.
#   polite.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
lab_servers=all

ee=127.44.1.1

# relay ADDRESS PORT TO-ADDRESS TO-PORT DELAY FILE: runs until the part's end
relay()
{
	: >"$6"
	/usr/bin/python3 "$src/counting.py" "$@" >"ready.$1" 2>>relay.err &
	helpers="$helpers $!"
	tries=0
	until grep -q ready "ready.$1" || [ $tries -ge 100 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}

# full_backlog ADDRESS PORT: connections to it are neither accepted nor refused
full_backlog()
{
	/usr/bin/python3 -c '
import socket, sys, time
s = socket.socket()
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen(0)
held = []
for i in range(4):
    c = socket.socket()
    c.setblocking(False)
    c.connect_ex(s.getsockname())
    held.append(c)
print("ready", flush=True)
time.sleep(60)' "$@" >"ready.$1" &
	helpers="$helpers $!"
	tries=0
	until grep -q ready "ready.$1" || [ $tries -ge 100 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}

connections()
{
	grep -c + "$1" || :
}

# The most that were open at once
most()
{
	awk '/\+/ { n++ } /-/ { n-- } n > most { most = n } END { print most + 0 }' "$1"
}

# Twenty hosts with records, all at one address
many_hosts()
{
	for usage in 0 1 2 3; do
		for rest in 00 01 02 10 11 12; do
			echo "$1u$usage$rest.usage.example$2"
		done
	done | head -n 20
}

part_per_host()
{
	relay 127.44.9.81 9081 - 1 0.1 conns
	many_hosts '' '' >list
	check 2 -f list -o ndjson --retries 0 --workers 3 --connect-to ::127.44.9.81:9081
	lines out 20
	[ "$(connections conns)" -eq 20 ] || fail "$(connections conns) connections"
	[ "$(most conns)" -le 8 ] || fail "$(most conns) at once"
	[ "$(most conns)" -ge 4 ] || fail "only $(most conns) at once"
	: >conns
	check 2 -f list -o ndjson --retries 0 --per-host 3 --connect-to ::127.44.9.81:9081
	lines out 20
	[ "$(most conns)" -le 3 ] || fail "$(most conns) at once, not 3"
	: >conns
	check 2 -f list -o json --retries 0 --per-host 1 --connect-to ::127.44.9.81:9081
	[ "$(most conns)" -eq 1 ] || fail "$(most conns) at once in one process"
}

# Waiting for room isn't the server's slowness: no target has a timeout.
part_waiting_is_no_timeout()
{
	relay 127.44.9.82 9082 - 1 0.5 conns
	many_hosts '' '' | head -n 8 >list
	check 2 -f list -o ndjson --retries 0 --per-host 1 -t 1 --connect-to ::127.44.9.82:9082
	lines out 8
	hasnt out timeout
	[ "$(connections conns)" -eq 8 ] || fail "$(connections conns) connections"
	jq -e -s 'map(.timing_ms.total) | max < 900' out || fail "the wait counts"
}

part_per_net()
{
	relay 127.44.9.83 9083 - 1 0.2 conns
	relay 127.44.9.84 9083 - 1 0.2 conns.2
	many_hosts '' '' >list
	check 2 -f list -o ndjson --retries 0 --per-net 2 --connect-to ::127.44.9.83:9083 --connect-to ::127.44.9.84:9083
	lines out 20
	[ "$(($(connections conns) + $(connections conns.2)))" -eq 40 ] || fail "$(connections conns) and $(connections conns.2) connections"
	[ "$(most conns)" -le 2 ] && [ "$(most conns.2)" -le 2 ] || fail "more than 2 at once"
	within 60000
	[ "$took" -ge 4000 ] || fail "took $took ms: not 2 at once in the network"
}

# The same conversation is held once, and judged for each target.
part_duplicates()
{
	relay 127.44.9.85 9085 $ee 443 0.2 conns
	for i in $(seq 20); do
		echo ee.match.example
		echo https://ee.match.example
		echo ee.match.example:443
	done >list
	# the same key, but another ALPN, which nginx refuses: once more without
	echo imaps://ee.match.example:443 >>list
	check 0 -f list -o ndjson --connect-to ::127.44.9.85:9085
	lines out 61
	[ "$(jq -r .code out | sort -u)" = match ] || fail "$(jq -r .code out | sort | uniq -c)"
	[ "$(connections conns)" -le 3 ] || fail "$(connections conns) connections"
	# An argument is asked by itself, as ever.
	: >conns
	check 0 --connect-to ::127.44.9.85:9085 ee.match.example https://ee.match.example
	[ "$(connections conns)" -eq 2 ] || fail "$(connections conns) connections for arguments"
}

# A host that takes the mail of many domains is asked once for all of them, by all workers; each
# domain is judged by itself, with its own name.
part_domains()
{
	relay 127.44.9.93 9093 127.44.25.1 25 0.5 conns
	seq 60 | sed 's|.*|mx://d&.domains.example|' >list
	check 0 -f list -o ndjson --workers 3 --connect-to mx1.mail.example:25:127.44.9.93:9093
	lines out 60
	[ "$(connections conns)" -eq 1 ] || fail "$(connections conns) connections"
	jq -e -s 'all(.code == "match" and (.endpoints[0].peers[0].tls.sni == "mx1.mail.example"))' out || fail "no match"
	jq -e -s 'map(.endpoints[0].peers[0].age_s // -1) | min == -1 and max < 60' out || fail "no age, or a great one"
	jq -S -c 'del(.timing_ms, .line, .target, .normalized, .discovery, .endpoints[].peers[].timing_ms,
		.endpoints[].peers[].age_s) | tostring | gsub("d[0-9]+.domains"; "DOMAIN.domains")' out | sort -u >shared
	lines shared 1
	: >conns
	check 0 -o ndjson --connect-to mx1.mail.example:25:127.44.9.93:9093 mx://d7.domains.example
	jq -S -c 'del(.timing_ms, .line, .target, .normalized, .discovery,
		.endpoints[].peers[].timing_ms) | tostring | gsub("d[0-9]+.domains"; "DOMAIN.domains")' out >alone
	cmp shared alone || fail "a list says something else than a single check"
	[ "$(connections conns)" -eq 1 ] || fail "$(connections conns) connections for one target"
}

# So it is where names count (usage 2, RFC 7672 section 3.2.2): one conversation, whose certificate
# names one of the domains, and not the others.
part_domains_by_name()
{
	relay 127.44.9.94 9094 127.44.25.3 25 0.5 conns
	for i in $(seq 20); do
		echo "mx://d$i.other.nexthop.example"
		echo mx://nexthop.example
	done >list
	for n in 1 3; do
		: >conns
		check 2 -f list -o ndjson --workers $n -j 6 --connect-to mx.nexthop.example:25:127.44.9.94:9094
		lines out 40
		[ "$(connections conns)" -eq 1 ] || fail "$(connections conns) connections"
		[ "$(jq -r 'select(.target == "mx://nexthop.example") | .code' out | uniq -c | tr -d ' ')" = 20match ] ||
			fail "the domain that is named: $(grep '"mx://nexthop' out | head -n 1)"
		[ "$(jq -r 'select(.target != "mx://nexthop.example") | .code' out | uniq -c | tr -d ' ')" = 20name-mismatch ] ||
			fail "the others: $(grep other out | head -n 1)"
		jq -e -s 'all(all(.endpoints[0].tlsa.records[]; .usage == 2)) and
			any(.endpoints[0].peers[0].age_s >= 0)' out || fail "another usage, or no age"
	done
}

# Many targets on an address that never answers: a few find that out for all.
part_silent_address()
{
	many_hosts '' '' >hosts
	for i in $(seq 25); do
		sed "s|.*|https://&/$i|" hosts
	done >list
	full_backlog 127.44.9.91 9091
	check 2 -f list -o ndjson -t 2 --connect-to ::127.44.9.91:9091
	lines out 500
	[ "$(jq -r .code out | sort -u)" = timeout ] || fail "$(jq -r .code out | sort | uniq -c)"
	[ "$(jq -r .normalized out | sort -u | wc -l)" -eq 500 ] || fail "lost or doubled"
	within 30000
}

# A closed port is tried twice by those who come first, and by nobody else.
part_closed_port()
{
	many_hosts '' '' >list
	check 2 -f list -o ndjson --workers 1 -j 1 --connect-to ::127.44.9.86:9086
	lines out 20
	[ "$(jq -r .code out | sort -u)" = connect-failed ] || fail "$(jq -r .code out | sort | uniq -c)"
	[ "$(grep -c 'not asked again so soon' out)" -ge 18 ] || fail "asked again and again"
	within 6000 # one further try, not twenty
}

part_retries()
{
	relay 127.44.9.87 9087 - 1 0 conns
	# Nothing listens at first.
	echo ee.match.example >list
	(sleep 1; exec /usr/bin/python3 "$src/counting.py" 127.44.9.88 9088 $ee 443 0 late.conns) >late 2>&1 &
	helpers="$helpers $!"
	check 0 -f list -o ndjson --connect-to ::127.44.9.88:9088
	has out '"match"'
	check 2 --connect-to ::127.44.9.89:9089 ee.match.example
	within 1500
	has out connect-failed
	check 2 --retries 1 --connect-to ::127.44.9.89:9089 ee.match.example
	[ "$took" -ge 1900 ] || fail "not tried again"
	# What a server did is no accident. One that hangs up is asked for a certificate and, as the
	# record allows it, for a raw public key: that is all.
	check 2 -f list -o ndjson --connect-to ::127.44.9.87:9087
	[ "$(connections conns)" -eq 2 ] || fail "$(connections conns) connections"
	check 3 --per-host 0 ee.match.example
	check 3 --retries 11 ee.match.example
}

# A resolver that is away costs no result: further tries reach beyond that, and where they don't,
# each target says so.
part_resolver_away()
{
	/usr/bin/python3 "$src/dns_relay.py" 127.44.9.92 127.53.0.53 >ready.dns 2>relay.err &
	dns=$!
	helpers="$helpers $dns"
	tries=0
	until grep -q ready ready.dns || [ $tries -ge 100 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	many_hosts '' '' >list
	seq 20 | sed 's/.*/p&.match.example/' >>list
	# shellcheck disable=SC2086
	"$DANEPROBE" check $F --resolver 127.44.9.92 -f list -o ndjson -j 6 -t 2 --retries 9 >out 2>err &
	pid=$!
	sleep 0.05
	kill -STOP $dns
	sleep 5
	kill -CONT $dns
	wait $pid && status=0 || status=$?
	lines out 40
	hasnt out dns-error
	[ "$(jq -r .normalized out | sort -u | wc -l)" -eq 40 ] || fail "doubled"
	kill -STOP $dns
	# shellcheck disable=SC2086
	run 3 "$DANEPROBE" check $F --resolver 127.44.9.92 -f list -o ndjson -t 1
	kill -CONT $dns
	lines out 40
	[ "$(jq -r .code out | sort -u)" = dns-error ] || fail "$(jq -r .code out | sort | uniq -c)"
}

# No descriptor left is no fault of any server.
part_descriptors_exhausted()
{
	many_hosts '' '' >list
	relay 127.44.9.90 9090 $ee 443 0.3 conns
	# shellcheck disable=SC3045
	(ulimit -n 24; check 2 -f list -o ndjson --workers 1 -j 3 --per-host 20 --connect-to ::127.44.9.90:9090)
	lines out 20
	hasnt out 'no socket left'
	hasnt out connect-failed
}

parts_main "$@"
