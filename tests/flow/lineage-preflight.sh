#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What would fail at a lineage's next steps is said before they are due: by status --check, and by the
# timer's runs once a day.
#   lineage-preflight.sh [PART]...   in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"
. "$src/worlds.sh"

jobs=1 # each part has the zone's servers at their addresses

cron_path=$PATH

# looked WANTED-STATUS: status --check, after which everything is as before
looked()
{
	find etc -type f -exec sha256sum {} + | sort >before
	drill @127.53.3.1 "$zone" SOA | grep 'SOA' | grep -v '^;' >soa
	# shellcheck disable=SC2086
	run "$1" env PATH="$cron_path" "$DANEPROBE" status --dir "$PWD/etc" $R -t 5 --check \
		--ca-file "$LAB/certs/pub-root.crt" www
	find etc -type f -exec sha256sum {} + | sort | diff before - >&2 || fail "a file has changed"
	drill @127.53.3.1 "$zone" SOA | grep 'SOA' | grep -v '^;' | diff soa - >&2 || fail "the zone has changed"
}

# conf KEY VALUE: in lineage.conf, for the time being
conf()
{
	cp etc/www/lineage.conf conf.good
	sed -i "s|^$1 *=.*|$1 = $2|" etc/www/lineage.conf
}

conf_is_good_again()
{
	cp conf.good etc/www/lineage.conf
}

part_status_check_finds_what_would_fail()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	roll_until idle
	looked 0
	for what in 'key 0001' 'key 0002' publish acme deploy zones DNSSEC 'name servers' services; do
		grep -q "^  $what  *good\$" out || fail "$what isn't good: $(cat out)"
	done

	conf publish "rfc2136 server=ns1.$zone key=$PWD/tsig"
	looked 1
	has out "server=ns1.$zone is not an address"
	hasnt out 'zones'
	conf_is_good_again
	conf publish "rfc2136 server=127.53.3.1 key=$PWD/no-such-key"
	looked 1
	has out "can't read the TSIG key"
	conf_is_good_again
	# The right key's name, with a secret that isn't the server's: only the server knows.
	sed "s|secret \"[^\"]*\"|secret \"$(openssl rand -base64 32)\"|" tsig >wrong
	chmod 600 wrong
	conf publish "rfc2136 server=127.53.3.1 key=$PWD/wrong"
	looked 1
	grep -q '^  publish  *good$' out || fail "the file is good: $(cat out)"
	grep '^  zones ' out | grep -q '127.53.3.1 answers' || fail "the server's refusal isn't told: $(cat out)"
	conf_is_good_again
	conf deploy /no/such/reload
	looked 1
	has out "there is no program /no/such/reload"
	conf_is_good_again
	conf acme 'lego --email a@example.com'
	cron_path=$PWD/bin # has less than a person's
	looked 1
	has out "there is no program lego to run (PATH is"
	cron_path=$PATH
	conf_is_good_again

	kill "$pid_secondary"
	kill "$(cat nginx/pid)"
	looked 1
	has out 'life2.nic.example (127.53.3.2)'
	has out "https://www.$zone"
	has out connect-failed
	dp 1 status --check -o nagios www
	has out 'the next step would fail: '
	dp 1 status --check -o json www
	jq -e '.lineages[0].check | map(select(.problem == null) | .what) | index("key 0002")' <out >&2 ||
		fail "no key 0002 that is good"
}

# The first run says it, those of the same day don't, and status does all the time.
part_the_timer_says_it_once_a_day()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	roll_until idle
	dp 0 rollover --all -q
	conf deploy /no/such/reload
	dp 1 rollover --all -q
	has err 'www: the next step would fail: deploy: there is no program /no/such/reload'
	dp 0 rollover --all -q
	dp 0 renew --all -q
	[ ! -s err ] && [ ! -s out ] || fail "it is said again: $(cat out err)"
	dp 1 status -o nagios www
	has out 'the next step would fail: deploy: there is no program /no/such/reload'
	dp 1 renew www # a person asks
	has err 'the next step would fail: deploy'
	sed -i "s|\"unready_at\": \"[^\"]*\"|\"unready_at\": \"2026-01-01T00:00:00Z\"|" etc/www/state
	dp 1 rollover --all -q
	has err 'the next step would fail: deploy'
	conf_is_good_again
	dp 0 rollover --all -q
	dp 0 status -o nagios www
	has out 'DANE LINEAGE OK'
}

# change LINE...: of the zone, as a person does
change()
{
	{
		echo "server 127.53.3.1"
		printf '%s\n' "$@" send
	} | nsupdate -k tsig
}

# With publish = print: what the person is to do is printed once with -q too, and what was mistyped is
# marked.
part_by_hand()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	owner=_443._tcp.www.$zone
	# shellcheck disable=SC2086
	run 0 "$DANEPROBE" new --dir "$PWD/etc" $R www -d "www.$zone" --service "https://www.$zone" \
		--set 'ttl = 1' --set "acme = $acme" --set "deploy = $PWD/deploy.sh"
	roll_until retiring
	dp 0 rollover --all -q
	first=$(ours www current) second=$(ours www next)
	has out "www  waits for you"
	has out "  add     $owner. 1 IN TLSA $first"
	has out "  add     $owner. 1 IN TLSA $second"
	has out '  now     no server has any TLSA record there'
	has out '  see     daneprobe propagation www'
	for _ in 1 2; do
		dp 0 rollover --all -q
		[ ! -s err ] && [ ! -s out ] || fail "it is said again: $(cat out err)"
	done
	dp 0 rollover www # a person asks
	has out "  add     $owner. 1 IN TLSA $first"
	last=${second#${second%?}}
	wrong=${second%?}$(printf %x $(((0x$last + 1) % 16)))
	other='3 1 1 ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
	change "update add $owner 1 TLSA $first" "update add $owner 1 TLSA $wrong" "update add $owner 1 TLSA $other"
	dp 0 rollover --all -q
	hasnt out "  add     $owner. 1 IN TLSA $first"
	has out "  add     $owner. 1 IN TLSA $second"
	grep -A 1 -F "$wrong  wrong" out | tail -n 1 | grep -q '^ *^$' || fail "the digit isn't marked: $(cat out)"
	has out "$first  wanted"
	has out "$other  foreign"
	dp 1 propagation www
	sed -n '/127.53.3.1/,/127.53.3.2/p' out >one
	short=$(printf %s "$second" | sed 's/^\(.\{22\}\).*\(.\{8\}\)$/\1...\2/')
	for line in "$wrong  wrong" "$second  is meant" "$short  missing" '  wanted' '  foreign'; do
		has one "$line"
	done
	change "update delete $owner TLSA $wrong" "update add $owner 1 TLSA $second"
	tell secondary
	roll_until idle
	dp 0 rollover --all -q
	[ ! -s out ] && [ ! -s err ] || fail "there is nothing to do: $(cat out err)"
	dp 0 rollover www
	roll_until retiring
	dp 0 rollover --all -q
	has out "  add     $owner. 1 IN TLSA $(ours www next)"
	has out "  remove  $owner. 1 IN TLSA $first"
	has out "$first  too many"
}

parts_main "$@"
