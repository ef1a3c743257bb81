#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What is left of former times, on real servers: records of services that a lineage no longer has,
# and an old copy of it.
#   lineage-left.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"
. "$src/worlds.sh"
jobs=1 # each part has the zone's servers at their addresses

both()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1 -d "other.$zone" --service "https://other.$zone"
	roll_until idle
	owner=_443._tcp.other.$zone
}

alone()
{
	sed -i "s,^services = .*,services = https://www.$zone," etc/www/lineage.conf
}

# told_of GENERATION...: what was said names their records at the former owner
told_of()
{
	for n in "$@"; do
		grep -qiF "$owner. TLSA $(ours www "keys/000$n") (key 000$n" err || fail "key $n is not named: $(cat err)"
	done
}

# The second rollover after it would break whoever still serves there.
part_records_of_a_removed_service()
{
	both
	dp 0 rollover --all
	hasnt err "left behind"
	alone
	dp 1 rollover --all
	has err "www: left behind in DNS, of services that lineage.conf no longer has: $owner. TLSA 3 1 1 "
	has err "publish --prune www"
	told_of 1 2
	dp 0 rollover --all -q # once a day
	hasnt err "left behind"
	dp 1 propagation www # and to who asks
	has err "left behind"
	dp 1 status
	has out "left behind in DNS"
	dp 1 status -o nagios
	has out "WARNING - www left behind in DNS, of services"
	has etc/www/journal " left "

	dp 0 publish -q --prune --dry-run www
	lines out 2
	has out "- $owner. "
	[ "$(tlsa "$owner" | wc -l)" -eq 2 ] || fail "a dry run took them out"
	dp 0 publish --prune www
	has out "the records of former services are taken out of DNS"
	[ -z "$(tlsa "$owner")" ] || fail "they are still there: $(tlsa "$owner")"
	[ "$(tlsa "_443._tcp.www.$zone" | wc -l)" -eq 2 ] || fail "more than those was taken out"
	tell secondary
	tries=0
	until [ -z "$(drill @127.53.3.2 "$owner" TLSA | awk '$4 == "TLSA" && $3 == "IN" && !/^;/')" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || fail "the secondary still has them"
		sleep 0.1
	done
	dp 0 rollover --all
	hasnt err "left behind"
	dp 0 status
	dp 0 publish --prune www
	has out "nothing of former services is left behind"
}

# What others have there stays, and as long as the server has the key ours stays beside it.
part_records_of_others_beside_them()
{
	both
	printf '%s\n' "server 127.53.3.1" "update add $owner 1 TLSA 3 1 1 $(printf '%064d' 7)" send >add
	nsupdate -k tsig add >&2
	tell secondary
	alone
	dp 2 publish --prune www
	has err "the record of key 0001 at $owner. stays: https://other.$zone:443 presents that key"
	tlsa "$owner" | grep -qi "$(ours www keys/0001)" || fail "the record of the key that is presented is gone"
	! tlsa "$owner" | grep -qi "$(ours www keys/0002)" || fail "that of the next key is still there"
	tlsa "$owner" | grep -q "00007" || fail "the other one is gone"
}

# By an alias the owner is that of a service that is still there.
part_an_alias_to_a_present_service()
{
	zone_more="_443._tcp.other CNAME _443._tcp.www"
	both
	alone
	dp 0 rollover --all
	hasnt err "left behind"
	dp 0 publish --prune www
	[ "$(tlsa "_443._tcp.www.$zone" | wc -l)" -eq 2 ] || fail "the present service's were taken out"
}

# Nobody is told that a compromised key is out of use while it is published.
part_an_emergency_of_a_removed_service()
{
	both
	alone
	status=0
	# shellcheck disable=SC2086
	"$DANEPROBE" rollover --emergency --dir "$PWD/etc" $R -t 5 www >out 2>err || status=$?
	cat out err >steps
	has steps "(from _443._tcp.www.$zone., $owner.)"
	tries=0
	until state_is idle && [ "$(key_now)" != keys/0001 ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 40 ] || fail "it does not end: $(cat steps)"
		# shellcheck disable=SC2086
		"$DANEPROBE" rollover --all --dir "$PWD/etc" $R -t 5 >out 2>err || :
		cat out err >>steps
		sleep 0.3
	done
	has steps "key 0001 is still published at $owner.: until that is gone and "
	has steps "daneprobe publish --prune www removes those of services that lineage.conf no longer has"
	has steps "remove it with daneprobe publish --prune www"
	hasnt steps "caches may hold the record of key 0001"
	dp 2 status -o nagios
	has out "CRITICAL - www left behind in DNS"
	has out "(key 0001, compromised)"
	dp 0 publish --prune www
	[ -z "$(tlsa "$owner")" ] || fail "it is still there: $(tlsa "$owner")"
}

# Restored from before two rollovers, it would put retired keys into DNS and under the servers.
restore_a_copy()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	roll_until idle
	cp -a etc kept
	for key in keys/0002 keys/0003; do
		dp 0 rollover --again www
		roll_until idle
		[ "$(key_now)" = "$key" ] || fail "not $key"
	done
	tlsa "_443._tcp.www.$zone" >before
	rm -r etc
	mv kept etc # nginx goes on with what it has read
	dp 2 rollover --all
	has err "presents the key "
	has err "which is published and none of this lineage's: this is an old copy of it"
	dp 2 renew --force www
	has err "this is an old copy of it"
	dp 1 status
	has out "this is an old copy of it"
	tlsa "_443._tcp.www.$zone" | diff before - || fail "the records were changed"
	check 0 "https://www.$zone"
}

part_an_old_copy_of_the_lineage()
{
	restore_a_copy
	roll_until idle
	[ "$(key_now)" = keys/0002 ] || fail "the next key didn't come: $(key_now)"
	dp 0 rollover --all
	check 0 "https://www.$zone"
}

# As its message advises: its records come, and its key only when no cache can lack them.
part_an_old_copy_that_is_told_to_go_on()
{
	restore_a_copy
	installed=$(readlink etc/www/live)
	dp 0 publish www
	"$DANEPROBE" renew --dir "$PWD/etc" $R --force www >out 2>err || [ $? -eq 1 ] || fail "renew: $(cat out err)"
	cat out err >>told
	has told "key 0001 may come in its place "
	has told "let no server read its live/"
	[ "$(readlink etc/www/live)" = "$installed" ] || fail "it was installed without its record's wait"
	check 0 "https://www.$zone"
	dp 2 install www
	has err "key 0001 may come in its place "
	dp 1 status
	has out "key 0001 may come in its place "
	tries=0
	until grep -q "daneprobe install www" told; do
		tries=$((tries + 1))
		[ "$tries" -lt 60 ] || fail "it never may: $(tail -n 2 told)"
		sleep 0.3
		"$DANEPROBE" rollover --dir "$PWD/etc" $R --all >>told 2>&1
	done
	dp 0 install www
	has out "every endpoint presents key 0001"
	check 0 "https://www.$zone"
	dp 0 rollover --all
	dp 0 status
}

gone()
{
	tries=0
	tell secondary
	until [ -z "$(drill @127.53.3.2 "$1" TLSA | awk '!/^;/ && $4 == "TLSA"')" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 50 ] || fail "the secondary still has them"
		sleep 0.1
	done
}

# Each record leaves when no service needs it, and no key is deleted.
part_the_end_of_a_lineage()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	roll_until idle
	owner=_443._tcp.www.$zone
	first=$(ours www current)
	dp 1 end www
	has err "the record of key 0001 at $owner. stays: https://www.$zone:443 presents that key"
	has err "1 others are taken out of DNS"
	printf '1 %s\n' "$first" >want
	tlsa "$owner" | diff want - || fail "not just the record that the server needs is there"
	dp 0 rollover --all
	has out "it goes out of service since"
	dp 2 rollover www
	dp 2 publish www
	has err "end --back www"
	tlsa "$owner" | diff want - || fail "they came back"
	dp 0 status
	has out "end it: daneprobe end www"

	# Another key comes, its record first.
	openssl req -newkey rsa:2048 -nodes -keyout another.key -subj "/CN=www.$zone" \
		-addext "subjectAltName=DNS:www.$zone" -out another.csr 2>/dev/null
	./ca.sh another.csr another.pem
	printf '%s\n' "server 127.53.3.1" "update add $owner 1 TLSA 3 1 1 $(openssl pkey -in another.key -pubout -outform DER |
		openssl dgst -sha256 -r | cut -d' ' -f1)" send >add
	nsupdate -k tsig add >&2
	tell secondary
	dp 1 end --even-if-served www
	has err "beside the records of others its clients would fail without"
	sed -i "s,$PWD/etc/www/live/fullchain.pem,$PWD/another.pem,;s,$PWD/etc/www/live/privkey.pem,$PWD/another.key," nginx/conf
	./deploy.sh
	sleep 1
	dp 0 end www
	has out "taken out of DNS: $owner. TLSA "
	[ "$(tlsa "$owner" | wc -l)" -eq 1 ] || fail "not only the other key's record is left"
	tries=0
	tell secondary
	until [ ! -d etc/www ] || [ "$tries" -ge 20 ]; do
		tries=$((tries + 1))
		# shellcheck disable=SC2086
		"$DANEPROBE" end --dir "$PWD/etc" $R -t 5 www >out 2>err || :
		sleep 0.3
	done
	has out "its keys and its journal are in $PWD/etc/.www.ended-"
	has out "a server whose configuration names $PWD/etc/www/live/ fails at its next"
	has out "no lineage is left in $PWD/etc: its timer has nothing to do"
	for n in 1 2; do
		cat etc/.www.ended-*/keys/000$n/ecdsa-p256/privkey.pem >key || fail "key $n is gone"
	done
	check 0 "https://www.$zone"
	dp 0 status -q
	[ ! -s out ] || fail "it is still a lineage: $(cat out)"
}

# A server that is gone can't be looked at, and one that reads live/ is left in peace.
part_the_end_of_a_server()
{
	begin
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	roll_until idle
	owner=_443._tcp.www.$zone
	dp 0 end --even-if-served www
	[ -z "$(tlsa "$owner")" ] || fail "a record is left: $(tlsa "$owner")"
	gone "$owner"
	dp 1 end www
	has err "presents a key of it still"
	[ -d etc/www ] || fail "live/ was taken away from its server"
	dp 0 end --back www
	dp 0 rollover --all
	[ "$(tlsa "$owner" | wc -l)" -eq 2 ] || fail "its records didn't come back: $(tlsa "$owner")"
	kill "$(cat nginx/pid)"
	tries=0
	while [ -e nginx/pid ] && [ "$tries" -lt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	dp 1 end www
	has err "can't be looked at; if it is gone for good: --even-if-served"
	dp 0 end --even-if-served www
	gone "$owner"
	dp 0 end --even-if-served www
	has out "it is out of service"
}

parts_main "$@"
