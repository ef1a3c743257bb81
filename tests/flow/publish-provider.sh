#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# publish = desec, cloudflare, gandi, ovh, google, route53: each against a server that plays its API as
# the documentation has it (dns_providers.py), and brings what it is told into a real signed zone.
#   publish-provider.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"
. "$src/worlds.sh"

owner=_443._tcp.www.$zone
foreign='3 1 1 ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
rival='2 1 1 abababababababababababababababababababababababababababababababab'
port=8557

# By TCP: all lineages of a part have their records there.
tlsa()
{
	drill -t @127.53.3.1 "$1" TLSA |
		awk '!/^;/ && $4 == "TLSA" { print $2, tolower($5 " " $6 " " $7 " " $8) }' | sort
}

# provider KIND: its server, and in $publish what lineage.conf says
provider()
{
	kind=$1
	command -v nsupdate >/dev/null || skip "nsupdate is not installed"
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	printf 'correct-horse\n' >key
	publish="$kind url=http://127.0.0.1:$port key-file=$PWD/key"
	case $kind in
	ovh) printf '[ovh-eu]\napplication_key = ak-application\napplication_secret=as-secret\nconsumer_key=ck-consumer\n' >key ;;
	route53) printf '[other]\naws_access_key_id = no\n[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n' >key ;;
	google)
		openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out google.pem 2>/dev/null
		openssl pkey -in google.pem -pubout -out google.pub
		jq -n --rawfile key google.pem --arg port $port '{type: "service_account", project_id: "project-1",
			private_key: $key, client_email: "robot@project.iam.gserviceaccount.com",
			token_uri: "http://127.0.0.1:\($port)/token"}' >key
		;;
	esac
	chmod 600 key
	FOREIGN=$foreign python3 "$src/dns_providers.py" "$kind" $port "$zone" 127.53.3.1 tsig . >provider 2>&1 &
	pids="$pids $!"
	await_line provider ready
}

# lineage_at NAME: a lineage of www
lineage_at()
{
	dp 0 new "$1" -q -d "www.$zone" --service "https://www.$zone" --set "publish = $publish" --set 'ttl = 1' \
		--set "acme = $acme" --set "deploy = $PWD/deploy.sh"
}

# there RECORD...: exactly these are in DNS
there()
{
	tlsa "$owner" >got
	for record in "$@"; do
		printf '1 %s\n' "$record"
	done | sort >want
	diff want got || fail "not as wanted"
}

# writes: how many requests have changed something so far
writes()
{
	grep -v -c '^GET\|/token\|/latest' requests || :
}

# live_with KIND: new, publish, a rollover and an emergency, checked all the time; what others have
# there stays
live_with()
{
	provider "$1"
	lineage_at www
	dp 0 publish --dry-run -v www
	has out "+ $owner."
	has out "http://127.0.0.1:$port/"
	hasnt out correct-horse
	there "$foreign"
	[ "$(writes)" -eq 0 ] || fail "a dry run wrote"
	dp 0 publish www
	there "$(ours www current)" "$(ours www next)" "$foreign"
	grep -q "kept .*foreign=1" etc/www/journal || fail "the foreign record isn't told"
	before=$(writes)
	dp 0 publish www
	[ "$kind" = ovh ] || [ "$(writes)" -eq "$before" ] || fail "the second time changed something"
	roll_until idle
	first=$(ours www current) second=$(ours www next)
	watch_begin "https://www.$zone"
	step
	roll_until idle
	sleep 2 # 2 x TTL: until no cache holds the record that left
	[ "$(ours www current)" = "$second" ] || fail "the next key isn't the current one"
	there "$second" "$(ours www next)" "$foreign"
	has etc/www/journal "removed   name=$owner. record=\"$first\" via=$kind"
	third=$(ours www next)
	step --emergency
	roll_until idle --emergency
	sleep 2
	watch_end "https://www.$zone"
	there "$third" "$(ours www next)" "$foreign"
	hasnt etc/www/journal correct-horse
	check 0 "https://www.$zone"
}

# publish_again FAULT: with that fault the records are there at last, by this run or the next
publish_again()
{
	lineage_at "$1"
	echo "$1" >fault
	status=0
	# shellcheck disable=SC2086
	"$DANEPROBE" publish --dir "$PWD/etc" $R -t 5 "$1" >out 2>err || status=$?
	[ ! -e fault ] || fail "the fault wasn't met"
}

# survives KIND: each fault, and what is shown in other ways
survives()
{
	provider "$1"
	for fault in lost cut closed broken; do
		publish_again "$fault"
		[ "$status" -eq 0 ] || { cat err >&2; fail "$fault: exit status $status"; }
		tlsa "$owner" | grep -qF "$(ours $fault current)" || fail "$fault: not there"
		tlsa "$owner" | grep -qF "$foreign" || fail "$fault: the foreign record is gone"
		[ "$(tlsa "$owner" | grep -cF "$(ours $fault current)")" -eq 1 ] || fail "$fault: it is there twice"
	done
	publish_again limit
	[ "$status" -ne 0 ] || fail "a limit: exit status 0"
	has err "no more requests for 3600 s"
	hasnt err correct-horse
	dp 0 publish limit
	tlsa "$owner" | grep -qF "$(ours limit current)" || fail "not there after the limit"
	touch upper split
	before=$(writes)
	dp 0 publish limit
	[ "$kind" = ovh ] || [ "$(writes)" -eq "$before" ] || fail "capitals or blanks made another record of it"
	rm upper split
}

# Whoever writes at the same moment keeps what was written.
races()
{
	provider "$1"
	publish_again race
	[ "$status" -eq 0 ] || { cat err >&2; fail "exit status $status"; }
	there "$(ours race current)" "$(ours race next)" "$foreign" "$rival"
}

# killed KIND: a rollover whose runs are killed, each a little later than the one before; checked all
# the time, and nothing is left behind or there twice
killed()
{
	provider "$1"
	lineage_at www
	roll_until idle
	second=$(ours www next)
	watch_begin "https://www.$zone"
	step
	kills=0
	# the first of them before any run can have done anything
	for seconds in 0.005 0.01 0.02 0.03 0.05 0.1 0.2 0.4 0.7; do
		# shellcheck disable=SC2086
		timeout -s KILL "$seconds" "$DANEPROBE" rollover --dir "$PWD/etc" $R -t 5 www >killed 2>&1 ||
			kills=$((kills + 1))
		sleep 0.1
	done
	[ "$kills" -gt 0 ] || fail "no run was killed"
	roll_until idle
	sleep 2
	watch_end "https://www.$zone"
	there "$(ours www current)" "$(ours www next)" "$foreign"
	[ "$(ours www current)" = "$second" ] || fail "the next key isn't the current one"
}

# refuses KIND TEXT: a wrong key, and a zone that isn't signed
refuses()
{
	provider "$1"
	lineage_at www
	touch unsigned
	if [ "$kind" != desec ]; then
		dp 2 publish www
		has err "doesn't sign $zone"
	fi
	rm unsigned
	sed 's/correct-horse/wrong/; s/as-secret/wrong/; s/wJalrX/wrong/; s/robot@/another@/' key >other
	cat other >key
	dp 2 publish www
	has err "$2"
	has err "$PWD/key"
	hasnt err wrong-
	there "$foreign"
	chmod 644 key
	dp 2 publish www
	has err "everybody may read"
}

part_desec_lives()
{
	live_with desec
}

part_cloudflare_lives()
{
	live_with cloudflare
}

part_gandi_lives()
{
	live_with gandi
}

part_ovh_lives()
{
	live_with ovh
}

part_google_lives()
{
	live_with google
}

part_amazon_lives()
{
	live_with route53
}

part_desec_survives()
{
	survives desec
}

part_cloudflare_survives()
{
	survives cloudflare
}

part_gandi_survives()
{
	survives gandi
}

part_ovh_survives()
{
	survives ovh
}

part_google_survives()
{
	survives google
}

part_amazon_survives()
{
	survives route53
}

# deSEC replaces the RRset without a condition: there the last word wins, as its documentation says.
part_cloudflare_races()
{
	races cloudflare
}

part_gandi_races()
{
	races gandi
}

part_ovh_races()
{
	races ovh
}

part_google_races()
{
	races google
}

part_amazon_races()
{
	races route53
}

part_desec_is_killed()
{
	killed desec
}

part_desec_refuses()
{
	refuses desec 'deSEC answers 401'
}

part_cloudflare_is_killed()
{
	killed cloudflare
}

part_cloudflare_refuses()
{
	refuses cloudflare 'Cloudflare answers 403'
}

part_gandi_is_killed()
{
	killed gandi
}

part_gandi_refuses()
{
	refuses gandi 'Gandi answers 403'
}

part_ovh_is_killed()
{
	killed ovh
}

part_ovh_refuses()
{
	refuses ovh 'Invalid signature'
}

part_google_is_killed()
{
	killed google
}

part_google_refuses()
{
	refuses google 'unknown issuer'
}

part_amazon_is_killed()
{
	killed route53
}

part_amazon_refuses()
{
	refuses route53 'SignatureDoesNotMatch'
}


# Its servers are no provider's: nothing is made. (That one is known by its name is a unit test's.)
part_no_provider_to_guess()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	dp 3 new www --provider -d "www.$zone" --service "https://www.$zone"
	has err "the name servers of $zone (life.nic.example, life2.nic.example) are of no provider that is known"
	[ ! -e etc/www ] || fail "a lineage was made"
	dp 3 new www --provider -d "www.$zone" --service "https://www.$zone" --set 'publish = print'
	has err "publish = is given too"
}

jobs=1 # each serves the same zone at the same addresses
parts_main "$@"
