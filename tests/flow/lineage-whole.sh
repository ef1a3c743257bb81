#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A lineage's whole life on real servers, one key for nginx and Postfix: two rollovers, a service that
# is taken out between them, and an emergency, checked all the time from outside. In the end each
# record of the zone and each folder of a key is either in use or was named to the operator.
#   lineage-whole.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"
. "$src/worlds.sh"
jobs=1 # each part has the zone's servers at their addresses

web=https://www.$zone mail=smtp://mail.$zone shop=https://other.$zone
heard=heard # all that an operator was told

# The timer, until the key in use is that one and nothing goes on.
run_timer_until()
{
	tries=0
	until state_is idle && [ "$(key_now)" = "keys/$1" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 60 ] || fail "key $1 is not in use after $tries runs: $(tail -n 5 "$heard")"
		tell secondary
		# shellcheck disable=SC2086
		"$DANEPROBE" rollover --all --dir "$PWD/etc" $R -t 5 >out 2>err || :
		cat out err >>"$heard"
		sleep 0.3
	done
}

# say WANTED-STATUS VERB ARGUMENTS...: by the operator, who reads what is told
say()
{
	dp "$@"
	cat out err >>"$heard"
}

# all_records: each TLSA record of the zone, "OWNER DATA"
all_records()
{
	drill @127.53.3.1 "$zone" AXFR | awk '!/^;/ && $4 == "TLSA" {
		data = $5 " " $6 " " $7 " "
		for (i = 8; i <= NF; i++) data = data $i
		print $1, tolower(data) }' | sort
}

wanted_records()
{
	for generation in current next; do
		for name in "_443._tcp.www" "_25._tcp.mail"; do
			echo "$name.$zone. $(ours www "$generation")"
		done
	done | sort
}

# Nothing is left in DNS, and no key in its folder, that nobody was told of.
nothing_left_unsaid()
{
	all_records >records
	wanted_records >wanted
	diff wanted records >&2 || fail "the zone has other records than those of the current and the next key"
	for folder in etc/www/keys/*; do
		key=${folder##*/} keys=$((${keys:-0} + 1))
		case keys/$key in
		"$(readlink etc/www/current)" | "$(readlink etc/www/next)") ;;
		*)
			grep -qE "key $key|[0-9]+ is current, $key|$key is next" "$heard" ||
				fail "$folder is there, and nobody was told of it"
			former=$((${former:-0} + 1))
			;;
		esac
	done
	has "$heard" "left behind in DNS"
	has "$heard" "caches may hold the record of key 0003"
	[ -e etc/www/keys/0003/compromised ] || fail "the compromised key isn't marked"
}

part_nginx_and_postfix_with_one_lineage()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	life_mail_server mail 127.44.8.9 etc/www deploy-mail.sh
	dp 0 new www -d "www.$zone" -d "mail.$zone" -d "other.$zone" --service "$web" --service "$mail" \
		--service "$shop" --set "publish = rfc2136 server=127.53.3.1 key=$PWD/tsig" --set 'ttl = 1' \
		--set "acme = $acme" --set "deploy = $PWD/deploy.sh" --set "deploy = $PWD/deploy-mail.sh"
	run_timer_until 0001
	watch_begin "$web" "$mail"
	await_line good "$mail"

	say 0 rollover www
	run_timer_until 0002
	check 0 "$shop"

	# The shop closes: its records are named, and taken out.
	sed -i "s,^services = .*,services = $web $mail," etc/www/lineage.conf
	say 1 rollover --all
	has err "left behind in DNS, of services that lineage.conf no longer has: _443._tcp.other.$zone. TLSA "
	say 0 publish --prune www
	[ -z "$(tlsa "_443._tcp.other.$zone")" ] || fail "records of the closed shop are still there"
	tell secondary
	tries=0
	until [ -z "$(drill @127.53.3.2 "_443._tcp.other.$zone" TLSA | awk '!/^;/ && $4 == "TLSA"')" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || fail "the secondary still has them"
		sleep 0.1
	done

	say 0 rollover --again www
	run_timer_until 0003

	status=0
	# shellcheck disable=SC2086
	"$DANEPROBE" rollover --emergency --dir "$PWD/etc" $R -t 5 www >out 2>err || status=$?
	cat out err >>"$heard"
	[ "$status" -le 1 ] || fail "the emergency is refused: $(cat err)"
	run_timer_until 0004
	say 0 renew --force www
	sleep 3 # until no cache holds a record that left
	watch_end "$web" "$mail"
	check 0 "$web" "$mail"
	dp 0 status -o nagios
	has out "DANE LINEAGE OK"
	nothing_left_unsaid
	echo "$(grep -c . good) checks from outside and none failed; $(grep -c . records) records, all wanted;" \
		"$keys keys, $former of them out of use and named; $(grep -c . "$heard") lines told" >told
}

parts_main "$@"
