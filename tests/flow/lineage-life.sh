#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A lineage's life in the lab: Knot as the signed primary that takes updates and NSD's place as a
# secondary that lags, a TLS server that reads live/, a CA behind an ACME command.
#   lineage-life.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"

jobs=1 # each part has the zone's servers at their addresses

begin()
{
	command -v knotd >/dev/null || skip "knotd is not installed"
	trap 'kill $pid_primary $pid_secondary $(cat nginx/pid) 2>/dev/null; wait' EXIT
	life_servers
}

# daneprobe VERB..., with the lab's root
dp()
{
	wanted=$1 verb=$2
	shift 2
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" "$verb" --dir "$PWD/etc" $R -t 5 "$@"
}

# roll_until STATE NAME: every step until then; the waits are seconds here
roll_until()
{
	tries=0
	until "$DANEPROBE" status --dir "$PWD/etc" -o json |
		jq -e --arg s "$1" --arg n "$2" '.lineages[] | select(.name == $n) | .state == $s' >/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 40 ] || fail "not $1 after $tries steps: $("$DANEPROBE" status --dir "$PWD/etc")"
		# shellcheck disable=SC2086
		"$DANEPROBE" rollover --dir "$PWD/etc" $R -t 5 "$2" >&2 || fail "rollover failed"
		sleep 0.5
	done
}

part_from_nothing_through_a_rollover()
{
	begin
	life_ca
	life_web_server
	dp 0 new www -d www.life.example --service https://www.life.example \
		--set "publish = rfc2136 server=127.53.3.1 key=$PWD/tsig" --set 'ttl = 2' \
		--set "acme = exec $PWD/ca.sh {csr} {fullchain}" --set "deploy = $PWD/deploy.sh"
	roll_until idle www
	check 0 https://www.life.example
	first=$(readlink etc/www/current)
	watch_it &
	watcher=$!
	dp 0 rollover www
	roll_until idle www
	kill "$watcher" 2>/dev/null || :
	[ ! -s bad ] || fail "a check failed meanwhile: $(cat bad)"
	[ -s good ] || fail "nothing was checked meanwhile"
	[ "$(readlink etc/www/current)" != "$first" ] || fail "the key is the same"
	check 0 https://www.life.example
	beside_a_dead_address
}

# A renewal stays in spite of an address where something was wrong before, and goes back where it
# is what did the harm.
beside_a_dead_address()
{
	mkdir nginx2
	sed -e 's,/nginx/,/nginx2/,; s,/etc/www/,/etc/both/,; s/8.1:443 ssl;/8.1:8443 ssl; listen 127.44.8.9:8443 ssl;/' \
		nginx/conf >nginx2/conf
	sed 's,/nginx/,/nginx2/,g' deploy.sh >deploy2.sh
	chmod +x deploy2.sh
	trap 'kill $pid_primary $pid_secondary $(cat nginx/pid nginx2/pid) 2>/dev/null; wait' EXIT
	dp 0 new both -d both.life.example --service https://both.life.example:8443 \
		--set "publish = rfc2136 server=127.53.3.1 key=$PWD/tsig" --set 'ttl = 2' \
		--set "acme = exec $PWD/ca.sh {csr} {fullchain}" --set "deploy = $PWD/deploy2.sh"
	roll_until idle both
	dp 0 renew both --force
	sed -i 's/ listen 127.44.8.9:8443 ssl;//' nginx2/conf
	./deploy2.sh
	tries=0
	while openssl s_client -connect 127.44.8.9:8443 </dev/null >/dev/null 2>&1 && [ "$tries" -lt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	dp 1 renew both --force
	has err 'the certificate is renewed, but as before it, https://both.life.example:8443 at 127.44.8.9'
	presented >now
	cmp now etc/both/live/cert.pem || fail "the new certificate isn't there"
	# What is wrong there in another way is no longer as before.
	sed -i 's/127.44.8.1:8443 ssl;/& listen 127.44.8.9:8443;/' nginx2/conf
	dp 2 renew both --force
	has err 'https://both.life.example:8443 at 127.44.8.9 tls-failed'
	sed -i 's/ listen 127.44.8.9:8443;//; s/127.44.8.1:8443/127.44.8.1:8444/' nginx2/conf
	dp 2 renew both --force
	has err 'https://both.life.example:8443 at 127.44.8.1'
	grep -q went-back etc/both/journal || fail "it didn't go back"
	cmp now etc/both/live/cert.pem || fail "live isn't what it was"
}

presented()
{
	openssl s_client -connect 127.44.8.1:8443 -servername both.life.example </dev/null 2>/dev/null | openssl x509
}

part_new_asks_for_signed_zones()
{
	dp 2 new plain -d www.insecure.example --service https://www.insecure.example
	has err insecure.example
	has err --even-if-insecure
	[ ! -e etc/plain ] || fail "it was made all the same"
	dp 2 new nods -d www.nods.example --service https://www.nods.example
	has err nods.example
	has err DS
	dp 2 new wrong -d www.wrongds.example --service https://www.wrongds.example
	dp 0 new plain --even-if-insecure -q -d www.insecure.example \
		--service https://www.insecure.example
	has out '_443._tcp.www.insecure.example. 3600 IN TLSA 3 1 1 '
	dp 2 publish plain
	has err --even-if-insecure
	dp 0 publish --even-if-insecure plain
	dp 0 new good -q -d www.life.example -d ee.match.example --service https://ee.match.example

	# The domain and its MX records are signed, the zone of its host isn't
	dp 2 new mail -d outside.mx.example -d www.plain --service mx://outside.mx.example
	has err "the zone plain. is not signed"
	[ ! -e etc/mail ] || fail "it was made all the same"
	dp 0 new mail --even-if-insecure -q -d outside.mx.example -d www.plain \
		--service mx://outside.mx.example
	has err "the zone plain. is not signed"
	has out '_25._tcp.www.plain. 3600 IN TLSA 3 1 1 '
	dp 2 publish mail
	has err "the zone plain. is not signed"
	has err --even-if-insecure
	dp 2 new gone -d mx.example --service mx://nosuch.mx.example --service https://www.nods.example \
		-d www.nods.example
	has err "mx://nosuch.mx.example"
	has err nods.example
	[ ! -e etc/gone ] || fail "it was made all the same"
}

# As clients see it: through a caching resolver, all the time.
watch_it()
{
	while :; do
		# shellcheck disable=SC2086
		if "$DANEPROBE" check -q $F --resolver 127.53.0.53 https://www.life.example >seen 2>&1; then
			cat seen >>good
		else
			cat seen >>bad
		fi
		sleep 0.2
	done
}

# What is changed in lineage.conf after `new`
part_a_changed_configuration_is_applied()
{
	begin
	life_ca
	life_web_server
	dp 0 new www -d www.life.example --service https://www.life.example \
		--set "publish = rfc2136 server=127.53.3.1 key=$PWD/tsig" --set 'ttl = 2' \
		--set "acme = exec $PWD/ca.sh {csr} {fullchain}" --set "deploy = $PWD/deploy.sh"
	roll_until idle www
	key=$(openssl pkey -in etc/www/live/privkey.pem -pubout)

	# One more domain: a new request by the same key, and a certificate at once
	dp 0 renew www
	has out "isn't due"
	sed -i 's/^domains = .*/& both.life.example/' etc/www/lineage.conf
	dp 0 renew www
	has out "renewed"
	has etc/www/journal "requested"
	openssl x509 -in etc/www/live/cert.pem -noout -ext subjectAltName >names
	has names "DNS:both.life.example"
	[ "$key" = "$(openssl x509 -in etc/www/live/cert.pem -noout -pubkey)" ] || fail "another key"
	check 0 https://www.life.example
	dp 0 renew www
	has out "isn't due"

	# A group for the keys, and back
	[ "$(stat -c '%a %G' etc/www/keys/0001/ecdsa-p256/privkey.pem)" = "600 root" ] || fail "not 600"
	echo 'key_group = mail' >>etc/www/lineage.conf
	dp 0 renew www
	for file in keys/0001/ecdsa-p256/privkey.pem keys/0002/ecdsa-p256/privkey.pem; do
		[ "$(stat -c '%a %G' "etc/www/$file")" = "640 mail" ] || fail "$file: $(stat -c '%a %G' "etc/www/$file")"
	done
	for folder in . keys keys/0001 keys/0001/ecdsa-p256 views; do
		[ "$(stat -c '%a %G' "etc/www/$folder")" = "750 mail" ] || fail "$folder: $(stat -c '%a %G' "etc/www/$folder")"
	done
	[ "$(stat -c %a etc/www/state)" = 600 ] || fail "state may be read"
	# What an operator changes by hand stays so.
	chmod 600 etc/www/keys/0001/ecdsa-p256/privkey.pem
	dp 0 renew www
	[ "$(stat -c %a etc/www/keys/0001/ecdsa-p256/privkey.pem)" = 600 ] || fail "changed behind the operator's back"
	sed -i '/^key_group = mail/d' etc/www/lineage.conf
	dp 0 renew www
	[ "$(stat -c %a etc/www/keys/0002/ecdsa-p256/privkey.pem)" = 600 ] || fail "the group still reads it"
	[ "$(stat -c %a etc/www/keys)" = 700 ] || fail "the group still passes"
	echo 'key_group = no-such-group' >>etc/www/lineage.conf
	dp 3 renew www
	has err "no group 'no-such-group'"
	sed -i '/^key_group = no/d' etc/www/lineage.conf

	# Other types of keys
	echo 'key_types = ecdsa-p256 rsa-2048' >>etc/www/lineage.conf
	dp 3 renew www
	has err "set it back"
	run 3 "$DANEPROBE" status --dir "$PWD/etc"
	sed -i '/^key_types = /d' etc/www/lineage.conf
	dp 0 renew www
	check 0 https://www.life.example

	# The steps of a rollover one by one: install refuses until its turn has come.
	dp 0 rollover www
	dp 2 install www
	has err "daneprobe publish www"
	dp 0 publish www
	tries=0
	# shellcheck disable=SC2086
	until "$DANEPROBE" install --dir "$PWD/etc" $R -t 5 www >out 2>err || [ "$tries" -ge 20 ]; do
		tries=$((tries + 1))
		sleep 0.5
	done
	has out "every endpoint presents key 0002"
	check 0 https://www.life.example
}

parts_main "$@"
