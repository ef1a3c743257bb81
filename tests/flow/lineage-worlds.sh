#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Lineages in the worlds that they are in elsewhere: a web and a mail server with one key, a primary
# that is hidden, one that signs by a policy, an address with two servers behind it, servers that only
# the parent or only the zone names, somebody else who changes the records, and a key that is lost
# before the next one is published.
#   lineage-worlds.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"
. "$src/worlds.sh"

part_a_web_and_a_mail_server()
{
	begin
	life_mail_server mail 127.44.8.9 etc/www reload-postfix.sh
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	certbot_and_pebble
	web=https://www.$zone mail=smtp://mail.$zone
	new 127.53.3.1 -d "mail.$zone" --service "$mail"
	sed -i "s|^deploy = .*|&\ndeploy = $PWD/reload-postfix.sh|" etc/www/lineage.conf
	dp 0 renew www
	dp 0 publish www
	drill @127.53.3.1 "_25._tcp.mail.$zone" TLSA | grep -q 'ANSWER: 2' || fail "not two records for mail"
	safe_in_time
	dp 0 install www
	for target in "$web" "$mail"; do
		check 0 "$target"
		has out "Pebble Intermediate"
	done
	watch_begin "$web" "$mail"
	roll_until idle
	one_server_is_not_reloaded
	first=$(key_now)
	step
	roll_until idle
	[ "$(key_now)" != "$first" ] || fail "the key is the same"
	sleep 2 # until no cache holds the record that left
	watch_end "$web" "$mail"
	check 0 "$web" "$mail"
	has out "Pebble Intermediate"
}

# All go back, also those that were reloaded already.
one_server_is_not_reloaded()
{
	cp etc/www/live/cert.pem before
	cp reload-postfix.sh whole.sh
	printf '#!/bin/sh\nexit 7\n' >reload-postfix.sh
	dp 2 renew www --force
	has err reload-postfix.sh
	cmp before etc/www/live/cert.pem || fail "live isn't what it was"
	cp whole.sh reload-postfix.sh
	dp 0 renew www --force
	! cmp -s before etc/www/live/cert.pem || fail "it isn't renewed"
}

# What the web server presents: the subject of its certificate
presented()
{
	openssl s_client -connect 127.44.8.1:443 -servername "www.$zone" </dev/null 2>/dev/null |
		openssl x509 -noout "$@"
}

# The server has the lines before there is a certificate: no reload of it fails.
part_a_server_that_is_configured_first()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	nginx -t -c "$PWD/nginx/conf" >&2 || fail "nginx doesn't take what new made"
	./deploy.sh
	[ "$(presented -pubkey)" = "$(openssl pkey -in etc/www/current/ecdsa-p256/privkey.pem -pubout)" ] ||
		fail "another key is presented"
	presented -subject | grep -q self-signed || fail "another certificate is presented"
	./deploy.sh
	roll_until idle
	[ "$(readlink etc/www/live)" = views/0001 ] || fail "live isn't replaced"
	! presented -subject | grep -q self-signed || fail "the first certificate isn't presented"
	[ "$(tlsa "_443._tcp.www.$zone" | wc -l)" -eq 2 ] || fail "other records than those of the two keys"
	check 0 "https://www.$zone"
	# A name that is typed wrong
	# shellcheck disable=SC2086
	run 0 "$DANEPROBE" new --dir "$PWD/etc" $R -q typo -d "wwww.$zone" --service "https://wwww.$zone"
	has err "https://wwww.$zone: there is no host wwww.$zone in DNS: is it spelled right?"
}

# await_copy SERVER SECONDARY: until both have the same serial
await_copy()
{
	tries=0
	until [ "$(drill "@$1" "$zone" SOA | awk '$4 == "SOA" { print $7 }')" = \
		"$(drill "@$2" "$zone" SOA | awk '$4 == "SOA" { print $7 }')" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || fail "$2 has no copy of $1"
		sleep 0.1
	done
}

part_a_hidden_primary()
{
	begin
	serve knot_primary hidden 127.53.3.9 127.53.3.1
	serve knot_secondary one 127.53.3.1 127.53.3.9
	serve knot_secondary two 127.53.3.2 127.53.3.9
	new 127.53.3.9
	dp 0 publish www
	await_answer "_443._tcp.www.$zone" TLSA 127.53.3.1
	for _ in 1 2 3 4 5 6; do # longer than a cache could hold anything
		dp 1 propagation www
		has err "life2.nic.example (127.53.3.2) lacks"
		hasnt out 127.53.3.9
		hasnt err 127.53.3.9
		hasnt err '(127.53.3.1) lacks'
		sleep 0.5
	done
	dp 2 install www
	[ "$(readlink etc/www/live)" = views/self-signed ] || fail "it is installed"
	tell two
	safe_in_time
	hasnt out 127.53.3.9
	dp 0 install www
	watch_begin "https://www.$zone"
	roll_until idle
	first=$(key_now)
	step
	roll_until retiring
	step # gives the records to DNS
	roll_while_lagging retiring
	tell two
	await_copy 127.53.3.1 127.53.3.2
	# Who isn't in the NS set isn't asked, and needn't be there.
	kill "$pid_hidden"
	roll_until idle
	[ "$(key_now)" != "$first" ] || fail "the key is the same"
	dp 0 propagation www
	watch_end "https://www.$zone"
}

part_a_primary_that_signs_by_policy()
{
	command -v named >/dev/null || skip "named is not installed"
	begin
	trap stop_bind EXIT
	bind_primary
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	roll_until verified
	step
	roll_until retiring
	roll_while_lagging retiring
	tell secondary
	roll_until idle # until then that server may say that there is no TLSA record
	watch_begin "https://www.$zone"
	first=$(key_now)
	step
	tell secondary
	roll_until retiring
	step
	roll_while_lagging retiring
	tell secondary
	roll_until idle
	[ "$(key_now)" != "$first" ] || fail "the key is the same"
	[ "$(find primary -name 'K*.key' | wc -l)" -eq 1 ] || fail "BIND has made keys of its own"
	watch_end "https://www.$zone"
}

part_an_address_that_flaps()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.8
	serve knot_secondary stale 127.53.3.9 127.53.3.1
	python3 "$src/flap_relay.py" 127.53.3.2 127.53.3.1 127.53.3.9 >relay 2>&1 &
	pids="$pids $!"
	await_answer "$zone" SOA 127.53.3.2
	new 127.53.3.1 --set 'ttl = 4' # several looks fall into the wait on a slow machine, too
	dp 0 publish www
	agreed=0 lagged=0
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do # many times a TTL
		propagation www
		state_is published || fail "it is safe, and a server behind the address is stale"
		if grep -qF 'life2.nic.example (127.53.3.2) lacks' err; then
			[ "$status" -eq 1 ] || fail "exit status 0, and a server lags"
			lagged=$((lagged + 1))
		else
			agreed=$((agreed + 1))
		fi
		sleep 0.2
	done
	[ "$agreed" -gt 0 ] && [ "$lagged" -gt 0 ] || fail "it does not flap: $agreed times fresh, $lagged stale"
	dp 2 install www
	[ "$(readlink etc/www/live)" = views/self-signed ] || fail "it is installed"
	tell stale
	safe_in_time
	dp 0 install www
	check 0 "https://www.$zone"
}

# lag LAST...: the servers whose addresses end like this lag, and no others
lag()
{
	dp $(($# > 0)) propagation www
	for who in 'life.nic.example (127.53.3.1)' 'life2.nic.example (127.53.3.2)' \
		"ns3.$zone (127.53.3.3)" "ns3.$zone (127.53.3.4)"; do
		last=${who##*.}
		case " $* " in
		*" ${last%)} "*) has err "$who lacks" ;;
		*) hasnt err "$who lacks" ;;
		esac
	done
}

# told_as_drill_does: serial and date of each server's signature are what it says to drill
told_as_drill_does()
{
	awk '/^    [^ ]/ { address = $2 }
		/^      serial/ && !/no record/ { print address, $2, $NF }' out | tr -d , | sort >said
	for address in 127.53.3.1 127.53.3.2 127.53.3.3 127.53.3.4; do
		serial=$(drill "@$address" "$zone" SOA | awk '!/^;/ && $4 == "SOA" { print $7 }')
		drill -D "@$address" "_443._tcp.www.$zone" TLSA | awk -v a="$address" -v s="$serial" '
			!/^;/ && $4 == "RRSIG" && $5 == "TLSA" {
				print a, s, substr($9, 1, 4) "-" substr($9, 5, 2) "-" substr($9, 7, 2)
			}'
	done | sort >drilled
	diff drilled said || fail "drill says something else"
}

part_servers_that_only_one_side_names()
{
	zone_servers='life.nic.example. ns3'
	zone_more='ns3 A 127.53.3.3
ns3 A 127.53.3.4'
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.9
	serve knot_secondary two 127.53.3.2 127.53.3.1
	serve knot_secondary three 127.53.3.3 127.53.3.1
	serve knot_secondary four 127.53.3.4 127.53.3.1
	new 127.53.3.1
	dp 0 publish www
	lag 2 3 4
	told_as_drill_does
	tell two
	await_answer "_443._tcp.www.$zone" TLSA 127.53.3.2
	lag 3 4
	tell three
	await_answer "_443._tcp.www.$zone" TLSA 127.53.3.3
	lag 4
	tell four
	await_answer "_443._tcp.www.$zone" TLSA 127.53.3.4
	lag
	told_as_drill_does
	lines said 4

	# The one that only the parent names dies: it is waited for, unless the policy says otherwise.
	kill "$pid_two"
	dp 1 propagation www
	has err "life2.nic.example (127.53.3.2): no answer"
	state_is published || fail "it went on without life2: $(cat out)"
	echo 'ns_policy = all-but-one' >>etc/www/lineage.conf
	roll_until idle
	check 0 "https://www.$zone"
}

# lineage_by SERVER NAME HOST: a lineage of that host, whose updates go there
lineage_by()
{
	dp 0 new "$2" -d "$3" --service "https://$3" --set "publish = rfc2136 server=$1 key=$PWD/tsig" --set 'ttl = 1'
}

part_updates_beside_others()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	owner=_443._tcp.www.$zone other='2 0 1 ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'

	# Between the look and the update somebody adds a record: it stays.
	printf '%s\n' "server 127.53.3.1" "update add $owner 1 TLSA $other" send >faster
	python3 "$src/update_relay.py" 127.53.3.7 127.53.3.1 nsupdate -k tsig faster >relay 2>&1 &
	pids="$pids $!"
	await_line relay ready
	lineage_by 127.53.3.7 www "www.$zone"
	dp 0 publish www
	[ "$(grep -c update relay)" -eq 2 ] || fail "not one update in vain and one more: $(cat relay)"
	printf '1 %s\n' "$(ours www current)" "$(ours www next)" "$other" | sort >want
	tlsa "$owner" | diff want - || fail "not the lineage's records and the other one"
	has etc/www/journal "kept      name=$owner foreign=1"

	# An alias into a zone of its own, where the record really is
	lineage_by 127.53.3.1 there there.match.example
	dp 0 publish there
	printf '1 %s\n' "$(ours there current)" "$(ours there next)" | sort >want
	tlsa "_dane.$zone" | diff want - || fail "not at the alias's target"
	has etc/there/journal "alias     name=_443._tcp.there.match.example. to=_dane.$zone"
	propagation there
	has out "_dane.$zone (the real owner, behind an alias) in zone $zone"

	# A server that says yes and does nothing
	python3 "$src/takes_nothing.py" dns 127.53.3.8 tsig >deaf 2>&1 &
	pids="$pids $!"
	await_line deaf ready
	lineage_by 127.53.3.8 both "both.$zone"
	dp 2 publish both
	has err "127.53.3.8 accepted the update of _443._tcp.both.$zone, but its zone did not take it"
	lineage=both
	state_is staged || fail "it went on"
}

# The one that SOA names is gone, and the next one passes on what it gets.
part_updates_by_the_next_server()
{
	zone_primary=gone
	zone_more='gone A 127.53.3.9'
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	dp 0 new www -d "www.$zone" --service "https://www.$zone" \
		--set "publish = rfc2136 key=$PWD/tsig" --set 'ttl = 1'
	dp 0 publish www
	printf '1 %s\n' "$(ours www current)" "$(ours www next)" | sort >want
	tlsa "_443._tcp.www.$zone" | diff want - || fail "not the lineage's records"
	# What is wrong with a key is not asked of the next one.
	sed 's/"update"/"other"/' tsig >other
	sed "s,secret .*,secret \"$(openssl rand -base64 32)\"; };," tsig >another
	chmod 600 other another
	sed -i "s,key=.*,key=$PWD/other," etc/www/lineage.conf
	dp 2 publish www
	has err "127.53.3.9"
	has err "127.53.3.1 answers BADKEY: it doesn't know the key other"
	hasnt err "127.53.3.2"
	sed -i "s,key=.*,key=$PWD/another," etc/www/lineage.conf
	dp 2 publish www
	has err "127.53.3.1 answers BADSIG: its secret for the key update is another one"
}

part_an_emergency_before_the_next_record()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.9
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	roll_until retiring
	step # gives the records to DNS
	tell secondary
	roll_until idle
	first=$(key_now)
	unpublish_next
	tell secondary
	sleep 1
	check 0 "https://www.$zone"
	watch_begin "https://www.$zone"
	step --emergency
	has stepped 'life2.nic.example (127.53.3.2) lacks the record'
	has stepped "the holder of key ${first##*/} can pass for the services"
	for _ in 1 2 3 4 5 6; do
		step --emergency
		state_is published || fail "it doesn't wait for life2: $(cat stepped)"
		[ "$(key_now)" = "$first" ] || fail "the key changed while life2 lacked its record"
		sleep 0.5
	done
	tell secondary
	roll_until retiring --emergency
	[ "$(key_now)" != "$first" ] || fail "the key is the same"
	has stepped "the holder of key ${first##*/} can pass for the services"
	roll_while_lagging retiring
	tell secondary
	roll_until idle --emergency
	has stepped "caches may hold the record of key ${first##*/} until "
	sleep 2 # until no cache holds the record that left
	watch_end "https://www.$zone"
	check 0 "https://www.$zone"
}

# The record of the next key is taken out of DNS, as by a zone restored from an old copy.
unpublish_next()
{
	{
		echo "server 127.53.3.1"
		"$DANEPROBE" record --key etc/www/next/ecdsa-p256/privkey.pem "https://www.$zone" |
			awk '{ print "update delete", $1, $4, $5, $6, $7, $8 }'
		echo send
	} | nsupdate -k tsig
}

jobs=1 # each serves the same zone at the same addresses
parts_main "$@"
