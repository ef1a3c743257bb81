#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What there was before a lineage: a server with two kinds of keys, or with a key of its own and no
# record for it, and records that are made by a wildcard.
#   lineage-records.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"
. "$src/worlds.sh"

# web_certificates FOLDER...: what nginx has instead, a pair of files from each
web_certificates()
{
	sed -i '/ssl_certificate/d' nginx/conf
	for folder in "$@"; do
		sed -i "s,listen .*,&\nssl_certificate $folder/fullchain.pem; ssl_certificate_key $folder/privkey.pem;," nginx/conf
	done
}

# beside_an_old_pair KEY...: the zone's servers, and in old a key of that kind that no lineage has
beside_an_old_pair()
{
	mkdir old
	openssl req -x509 -newkey "$@" -nodes -keyout old/privkey.pem -out old/fullchain.pem -days 9 \
		-subj "/CN=www.$zone" 2>/dev/null
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
}

part_two_kinds_of_keys()
{
	begin
	beside_an_old_pair rsa:2048
	live=$PWD/etc/www/live
	web_certificates "$live/ecdsa-p256" "$PWD/old"
	new 127.53.3.1 --key-type ecdsa-p256 --key-type rsa-2048
	[ "$(grep -c 'IN TLSA 3 1 1' out)" -eq 4 ] || fail "not a record of each type and generation"
	# Most clients would be content; those that prefer RSA would not, once the records are there.
	step
	dp 2 install www
	has err "https://www.$zone at 127.44.8.1 presents the key"
	has err "not the lineage's"
	web_certificates "$live/ecdsa-p256" "$live/rsa-2048"
	dp 0 install www
	roll_until idle
	watch_options='--auth both'
	watch_begin "https://www.$zone"
	first=$(key_now)
	step
	roll_until idle
	[ "$(key_now)" != "$first" ] || fail "the key is the same"
	dp 0 renew www --force
	sleep 2 # until no cache holds the record that left
	watch_end "https://www.$zone"
	# A renewal that reaches one of them only
	cp "$live/ecdsa-p256/cert.pem" before
	cp -rL "$live/rsa-2048" stale
	web_certificates "$live/ecdsa-p256" "$PWD/stale"
	dp 2 renew www --force
	has err "still presents another certificate of the same key"
	cmp before "$live/ecdsa-p256/cert.pem" || fail "live isn't what it was"
	web_certificates "$live/ecdsa-p256" "$live/rsa-2048"
	dp 0 renew www --force
}

part_a_second_kind_that_is_not_the_lineages()
{
	begin
	beside_an_old_pair rsa:2048
	web_certificates "$PWD/etc/www/live" "$PWD/old"
	new 127.53.3.1
	step
	dp 2 install www
	has err "an RSA one that is not the lineage's"
	state_is safe || fail "it went on"
	drill @127.53.3.1 "_443._tcp.www.$zone" TLSA | grep -q 'ANSWER: 0' || fail "records are published"
	# With a record of its own it harms nobody.
	{
		echo "server 127.53.3.1"
		"$DANEPROBE" record --key old/privkey.pem --ttl 1 "https://www.$zone" | sed 's/^/update add /'
		echo send
	} | nsupdate -k tsig
	dp 1 install www # "no longer safe": the record is there, the lineage's is not
	roll_until idle
	# shellcheck disable=SC2086
	run 0 "$DANEPROBE" check $R --auth both "https://www.$zone"
}

# An RSA lineage beside the ECDSA one that has the service: DANE passes there all the time, by the
# other's records, and nobody presents the new key until the server reads it.
part_a_key_that_no_server_reads()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	web_certificates "$PWD/etc/www/live"
	new 127.53.3.1
	roll_until idle
	# shellcheck disable=SC2086
	run 0 "$DANEPROBE" new --dir "$PWD/etc" $R rsa -d "www.$zone" --service "https://www.$zone" \
		--key-type rsa-2048 --set "publish = rfc2136 server=127.53.3.1 key=$PWD/tsig" \
		--set 'ttl = 1' --set "acme = $acme" --set "deploy = $PWD/deploy.sh"
	lineage=rsa
	roll_until published
	tries=0
	until "$DANEPROBE" install rsa --dir "$PWD/etc" $R -t 5 >out 2>err || grep -q "doesn't present" err; do
		tries=$((tries + 1))
		[ "$tries" -lt 40 ] || { cat err >&2; fail "neither installed nor refused"; }
		sleep 0.3
	done
	has err "https://www.$zone doesn't present key 0001 (RSA): does its server read $PWD/etc/rsa/live"
	! state_is verified || fail "it says verified"
	web_certificates "$PWD/etc/www/live" "$PWD/etc/rsa/live"
	roll_until idle --force
	check 0 --auth both "https://www.$zone"
}

# with_an_old_key: nginx serves one that no lineage has, until the first deploy
with_an_old_key()
{
	beside_an_old_pair ec -pkeyopt ec_paramgen_curve:P-256
	web_certificates "$PWD/old"
	./deploy.sh
	web_certificates "$PWD/etc/www/live"
}

# old_record COMMAND OWNER: its record is added there, or deleted
old_record()
{
	{
		echo "server 127.53.3.1"
		"$DANEPROBE" record --key old/privkey.pem --ttl 1 "https://www.$zone" |
			sed "s/^[^ ]*/update $1 $2/"
		echo send
	} | nsupdate -k tsig
}

# soon REASON VERB ARGUMENT...: done as soon as that is no longer told against it
soon()
{
	reason=$1
	shift
	verb=$1
	shift
	tries=0
	# shellcheck disable=SC2086
	until "$DANEPROBE" "$verb" --dir "$PWD/etc" $R -t 5 "$@" >out 2>err; do
		tries=$((tries + 1))
		has err "$reason"
		[ "$tries" -lt 20 ] || fail "still refused"
		sleep 0.2
	done
}

# another_service PORT: the lineage gets one that has the old key, whose records the timer's runs hold
# back and tell of
another_service()
{
	sed "s,/nginx/,/at$1/,g; s,8.1:443,8.1:$1,; s,$PWD/etc/www/live,$PWD/old,g" nginx/conf >"at$1.conf"
	mkdir "at$1"
	nginx -c "$PWD/at$1.conf" </dev/null >/dev/null 2>&1
	sed -i "s,^services = .*,& https://www.$zone:$1," etc/www/lineage.conf
	# shellcheck disable=SC2086
	run 1 "$DANEPROBE" rollover --all --dir "$PWD/etc" $R -t 5
	has err "https://www.$zone:$1 at 127.44.8.1 presents the key"
	drill @127.53.3.1 "_$1._tcp.www.$zone" TLSA | grep -q 'ANSWER: 0' || fail "records are published"
	tries=0
	until state_is stuck; do # once all servers agree on the others
		tries=$((tries + 1))
		[ "$tries" -lt 20 ] || fail "not stuck"
		# shellcheck disable=SC2086
		"$DANEPROBE" rollover --all --dir "$PWD/etc" $R -t 5 >out 2>err || :
		sleep 0.3
	done
	has err "records are held back at _$1._tcp.www.$zone.: https://www.$zone:$1"
	has err "let its server read live/ and reload it"
	run 1 "$DANEPROBE" status -o nagios --dir "$PWD/etc"
	has out "WARNING - www stuck: records are held back at _$1._tcp.www.$zone."
}

part_a_service_without_records()
{
	begin
	with_an_old_key
	new 127.53.3.1
	dp 0 renew www
	# Its clients would fail from now until the key is installed.
	dp 2 publish www
	has err "presents the key"
	has err "daneprobe install www"
	dp 0 publish www --dry-run
	has err "presents the key"
	drill @127.53.3.1 "_443._tcp.www.$zone" TLSA | grep -q 'ANSWER: 0' || fail "records are published"
	dp 0 install www
	dp 0 publish www
	roll_until idle
	check 0 "https://www.$zone"
	another_service 8443
	sed -i "s,$PWD/old,$PWD/etc/www/live,g" at8443.conf
	nginx -c "$PWD/at8443.conf" -s reload
	soon "presents the key" rollover --all # of the last old worker
	await_answer "_8443._tcp.www.$zone" TLSA 127.53.3.2
	sleep 1 # what a cache holds of the time before
	check 0 "https://www.$zone:8443"
	kill "$(cat at8443/pid)"
	sed -i "s, https://www.$zone:8443,," etc/www/lineage.conf
	# One that keeps its key for now, and gets a record of that: ours come beside it.
	another_service 9443
	old_record add "_9443._tcp.www.$zone."
	await_answer "_9443._tcp.www.$zone" TLSA 127.53.3.2
	soon "held back" rollover --all
	[ "$(tlsa "_9443._tcp.www.$zone" | wc -l)" -eq 3 ] || fail "ours aren't beside it"
	check 0 "https://www.$zone:9443"
	kill "$(cat at9443/pid)"
}

# strong_record COMMAND CSR COUNT: a 3 1 2 record of that key is added, or deleted: then the secondary has so many
strong_record()
{
	{
		echo "server 127.53.3.1"
		"$DANEPROBE" record -m 2 --csr "$2" --ttl 1 "https://www.$zone" | sed "s/^/update $1 /"
		echo send
	} | nsupdate -k tsig
	tries=0
	until [ "$(drill @127.53.3.2 "_443._tcp.www.$zone" TLSA | grep -c 'TLSA.3 1 2')" -eq "$3" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || fail "the secondary lags"
		sleep 0.1
	done
}

# Clients that take SHA-512 leave SHA-256 out of account (RFC 7671 section 9), so a record of that kind
# that somebody has added for the key in use stands against the next one.
part_a_stronger_record_of_the_key_in_use()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	web_certificates "$PWD/etc/www/live"
	new 127.53.3.1
	roll_until idle
	first=$(key_now)
	strong_record add etc/www/keys/0001/ecdsa-p256/request.csr 1
	check 0 "https://www.$zone"
	watch_begin "https://www.$zone"
	# shellcheck disable=SC2086
	run 1 "$DANEPROBE" rollover --all --dir "$PWD/etc" $R -t 5
	has err "clients would refuse key 0002"
	run 1 "$DANEPROBE" status -o nagios --dir "$PWD/etc"
	has out "WARNING - www stuck: the record '3 1 2 "
	dp 0 rollover www
	for _ in 1 2 3; do
		sleep 1
		# shellcheck disable=SC2086
		"$DANEPROBE" rollover www --dir "$PWD/etc" $R -t 5 >out 2>err || :
	done
	dp 2 install www
	has err "at _443._tcp.www.$zone. is not www's, and beside it clients would refuse key 0002"
	has err "daneprobe record -m 2 --csr $PWD/etc/www/keys/0002/ecdsa-p256/request.csr https://www.$zone"
	[ "$(key_now)" = "$first" ] || fail "switched all the same"
	# As it says
	strong_record add etc/www/keys/0002/ecdsa-p256/request.csr 2
	roll_until idle
	[ "$(key_now)" != "$first" ] || fail "the key is the same"
	watch_end "https://www.$zone"
}

# await_record SERVER: it has a TLSA record of the web server
await_record()
{
	tries=0
	until drill -t "@$1" "_443._tcp.www.$zone" TLSA | awk '!/^;/ && $4 == "TLSA"' | grep -q .; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "$1 has no record"
		sleep 0.1
	done
}

part_records_made_by_a_wildcard()
{
	begin
	with_an_old_key
	old_record add "*._tcp.www.$zone."
	new 127.53.3.1
	# Whoever looks finds another's key with a record: that says nothing against a first certificate.
	await_record 127.53.3.2
	dp 0 renew www
	check 0 "https://www.$zone"
	dp 2 publish www
	has err "come from a wildcard"
	check 0 "https://www.$zone"
	old_record add "_443._tcp.www.$zone."
	watch_begin "https://www.$zone"
	soon "come from a wildcard" publish www # at the secondary
	roll_until idle
	watch_end "https://www.$zone"
	check 0 "https://www.$zone"
}

jobs=1 # each serves the same zone at the same addresses
parts_main "$@"
