#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# certbot in charge, calling daneprobe hook: a real certbot with pebble as its CA, Knot as the signed
# primary, nginx that reads live/.
#   lineage-hook.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
needs_root="what is above a lineage has to belong to root, and in a user namespace it belongs to nobody"

jobs=1 # each has the zone's servers at their addresses

begin()
{
	for tool in knotd nginx certbot pebble nsupdate; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
	flow=$src
	. "$src/site.sh"
	trap 'ended=$?; site_end; wait; exit $ended' EXIT
}

# dp STATUS VERB..., with the lab's root
dp()
{
	wanted=$1 verb=$2
	shift 2
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" "$verb" $R -t 5 "$@"
}

# certbot's own certificate, and a lineage that takes its key over; its hooks for all certificates
adopt()
{
	run 0 certbot certonly -n --standalone --agree-tos -m you@life.example --cert-name www \
		-d www.life.example --reuse-key
	live=$PWD/certbot/live/www
	dp 0 new www --adopt "$live" -d www.life.example --service https://www.life.example \
		--set "publish = rfc2136 server=127.53.3.1 key=$PWD/tsig" --set 'ttl = 2' \
		--set "acme = hook certbot $live" --set "deploy = $PWD/deploy.sh"
	for kind in deploy pre; do
		mkdir -p "certbot/renewal-hooks/$kind"
		cat >"certbot/renewal-hooks/$kind/daneprobe" <<-END
			#!/bin/sh
			status=0
			"$DANEPROBE" hook certbot $(test $kind = deploy || echo --pre) $R -t 5 >"$PWD/hook.$kind" 2>&1 || status=\$?
			echo \$status >"$PWD/status.$kind"
			cat "$PWD/hook.$kind"
			exit \$status
		END
		chmod 755 "certbot/renewal-hooks/$kind/daneprobe"
	done
	roll_until idle
}

# renew STATUS OPTION...: certbot renews, and its deploy hook ended with that status
renew()
{
	hooked=$1
	shift
	rm -f hook.* status.*
	run 0 certbot renew -n --no-random-sleep-on-renew --force-renewal "$@"
	tail -n +1 hook.deploy >&2
	[ "$(cat status.deploy)" = "$hooked" ] || fail "the hook ended with $(cat status.deploy), not $hooked"
}

serial()
{
	openssl x509 -noout -serial -in "$1"
}

served()
{
	openssl s_client -connect 127.44.8.1:443 -servername www.life.example </dev/null 2>/dev/null |
		openssl x509 -noout -serial
}

# serves FILE: the server presents this certificate, and DANE passes
serves()
{
	tries=0
	until [ "$(served)" = "$(serial "$1")" ]; do # nginx's new workers take a moment
		tries=$((tries + 1))
		[ "$tries" -lt 10 ] || fail "$(served) is served, not $1: $(serial "$1")"
		sleep 0.2
	done
	check 0 https://www.life.example
}

part_the_same_key_is_installed()
{
	begin
	adopt
	serves "$live/cert.pem"
	before=$(serial "$live/cert.pem")
	renew 0
	[ "$(serial "$live/cert.pem")" != "$before" ] || fail "certbot renewed nothing"
	serves "$live/cert.pem"
	has hook.pre "certbot keeps the key at the next renewal"
	has "etc/www/journal" "by=certbot"
	dp 0 renew --all
	has out "certbot renews the certificate"

	# A renewal that no hook was called for is taken over by the next run of renew.
	chmod -x certbot/renewal-hooks/deploy/daneprobe
	run 0 certbot renew -n --no-random-sleep-on-renew --force-renewal
	[ "$(served)" != "$(serial "$live/cert.pem")" ] || fail "served without any hook"
	dp 0 renew --all
	has out "the certificate is renewed"
	serves "$live/cert.pem"
	chmod +x certbot/renewal-hooks/deploy/daneprobe

	# The same certificate again: nothing to do, nothing kept twice.
	run 0 env RENEWED_LINEAGE="$live" "$DANEPROBE" hook certbot $R
	[ "$(find etc/www/keys/0001/ecdsa-p256/certs -name cert.pem | wc -l)" = 3 ] || fail "kept twice"

	# A certificate that is no lineage's business
	run 0 certbot certonly -n --standalone --cert-name other -d other.life.example
	run 0 env RENEWED_LINEAGE="$PWD/certbot/live/other" "$DANEPROBE" hook certbot $R
	has out "no lineage"
	run 3 "$DANEPROBE" hook certbot --renewed "$PWD/certbot/live/other" www
	has err "doesn't name"
	run 3 env -u RENEWED_LINEAGE "$DANEPROBE" hook certbot
	has err "RENEWED_LINEAGE"
	run 3 "$DANEPROBE" hook lego
	has err "hook certbot"

	# A certificate that lacks a name
	cp "$live/cert.pem" good.pem
	sed -i 's/^domains = .*/& both.life.example/' etc/www/lineage.conf
	renew 2
	has hook.deploy "doesn't name both.life.example"
	serves good.pem
}

part_a_new_key_is_left_out()
{
	begin
	adopt
	cp "$live/cert.pem" good.pem
	renew 2 --new-key
	has hook.deploy "left out"
	serves good.pem
	has etc/www/journal left
	run 1 "$DANEPROBE" status
	has out "certbot made the certificate"
	run 1 "$DANEPROBE" status -o nagios
	has out "DANE LINEAGE WARNING"
	has out "left out"
	dp 1 renew --all
	run 1 "$DANEPROBE" hook certbot --pre www
	has err "none of the lineage's"

	# What is told to do does it.
	sed -n '/^To do:/,$s/^  //p' hook.deploy >remedy
	lines remedy 2
	rm hook.* status.*
	# Only the key is copied: the next renewal is by that one.
	head -n 1 remedy | run 0 sh -e
	run 0 "$DANEPROBE" hook certbot --pre www
	has out "certbot has key 0001 now: the certificate of its next renewal is taken over"
	hasnt err "none of the lineage's"
	sed -i 's/--force-renewal/& -n --no-random-sleep-on-renew/' remedy
	run 0 sh -e remedy
	has status.deploy 0
	serves "$live/cert.pem"
	run 0 "$DANEPROBE" status
	run 0 "$DANEPROBE" hook certbot --pre

	# certbot that would make one at the next renewal is told of in time.
	sed -i 's/^reuse_key = .*/reuse_key = False/' certbot/renewal/www.conf
	run 1 "$DANEPROBE" hook certbot --pre
	has err "reuse_key = True"
	sed -i 's/^reuse_key = .*/reuse_key = True/; s/^key_type = .*/key_type = rsa/' certbot/renewal/www.conf
	run 1 "$DANEPROBE" hook certbot --pre
	has err "key_type = ecdsa"
}

# certbot gets the lineage's next key: the planned rollover by its renewal
give_next()
{
	cp etc/www/next/ecdsa-p256/privkey.pem certbot/live/www/privkey.pem
}

part_the_next_key_is_installed_when_safe()
{
	begin
	adopt
	sleep 5
	give_next
	renew 0
	serves "$live/cert.pem"
	roll_until idle
	serves "$live/cert.pem"
	run 0 "$DANEPROBE" hook certbot --pre
	run 0 "$DANEPROBE" status -o json
	[ "$(jq -r '.lineages[0].live' out)" = 0002 ] || fail "not key 0002"

	# The next one's record isn't there: it waits.
	cp "$live/cert.pem" good.pem
	next=$("$DANEPROBE" record --csr etc/www/next/ecdsa-p256/request.csr www.life.example | sed 's/.* //')
	printf 'server 127.53.3.1\nzone life.example\nupdate delete %s TLSA 3 1 1 %s\nsend\n' \
		_443._tcp.www.life.example. "$next" | nsupdate -k tsig
	sleep 1
	give_next
	renew 2
	has hook.deploy "key 0003 is not installed yet"
	serves good.pem
	roll_until idle
	serves "$live/cert.pem"
}

part_a_rollover_says_what_certbot_needs()
{
	begin
	adopt
	cp "$live/cert.pem" good.pem
	dp 0 rollover www
	tries=0
	# shellcheck disable=SC2086
	until ! "$DANEPROBE" rollover $R -t 5 www >out 2>err || [ $tries -gt 20 ]; do
		tries=$((tries + 1))
		sleep 0.5
	done
	has err "certbot is to get it"
	serves good.pem
	run 1 "$DANEPROBE" hook certbot --pre www
	has err "waits for a certificate of the new one"
	sed -n '/^To do:/,$s/^  //p' err | sed 's/--force-renewal/& -n --no-random-sleep-on-renew/' >remedy
	run 0 sh -e remedy
	has status.deploy 0
	roll_until idle
	serves "$live/cert.pem"
}

# records TEXT...: what the zone has beside the lineage's own
records()
{
	{
		printf 'server 127.53.3.1\nzone life.example\n'
		printf 'update add _443._tcp.www.life.example. 2 TLSA %s\n' "$@"
		echo send
	} | nsupdate -k tsig
	sleep 1
}

# predict STATUS OPTION...: status --predict, from the lab's root
predict()
{
	wanted=$1
	shift
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" status --predict certbot $R -t 5 "$@"
}

# What certbot will do to the records that are published
part_predictions_are_compared_with_what_is_published()
{
	begin
	R=$(echo "$R" | sed "s,--ca-file [^ ]*,,") # no service is looked at
	run 0 certbot certonly -n --standalone --agree-tos -m you@life.example --cert-name www \
		-d www.life.example -d both.life.example
	live=$PWD/certbot/live/www
	predict 0
	has out "new key"
	has out "no TLSA records at its names"
	key=$("$DANEPROBE" record --cert "$live/cert.pem" www.life.example | sed 's/.* TLSA //')

	# A new key breaks it, an intermediate may.
	records "$key"
	predict 1
	has out "_443._tcp.www.life.example  breaks at the renewal"
	has out "renewal/www.conf: reuse_key = True"
	predict 1 -o nagios
	has out "DANE KEYS WARNING - records may break at the next renewal: www"
	predict 1 --service https://www.life.example
	predict 0 --service https://both.life.example
	predict 3 --service https://elsewhere.life.example
	has err "none of the certificates names its host"
	sed -i 's/^\[renewalparams\]/&\nreuse_key = True/' certbot/renewal/www.conf
	predict 0
	has out "_443._tcp.www.life.example  stays valid"
	has out "the key, which stays"
	predict 0 -o json
	[ "$(jq -c '.certificates[0] | [.risky, .services[0].outlook, .services[0].records[0].outlook]' out)" = \
		'[false,"stays","stays"]' ] || fail "$(cat out)"

	# One of the certificate, where the key stays
	printf 'server 127.53.3.1\nzone life.example\nupdate delete %s TLSA\nsend\n' \
		_443._tcp.www.life.example. | nsupdate -k tsig
	records "$("$DANEPROBE" record --cert "$live/cert.pem" --selector 0 www.life.example | sed 's/.* TLSA //')"
	predict 1
	has out "_443._tcp.www.life.example  breaks at the renewal"
	has out "replace it by $(echo "$key" | tr A-Z a-z)"
	ends=$(openssl x509 -in "$live/cert.pem" -noout -enddate | cut -d= -f2)
	has out "before the next renewal, about $(date -u -d "$ends - 30 days" +%Y-%m-%d) (the certificate ends $(date -u -d "$ends" +%Y-%m-%d))"

	# Of the intermediate alone
	printf 'server 127.53.3.1\nzone life.example\nupdate delete %s TLSA\nsend\n' \
		_443._tcp.www.life.example. | nsupdate -k tsig
	records "$("$DANEPROBE" record --cert "$live/chain.pem" --usage 2 www.life.example | sed 's/.* TLSA //')" \
		"3 0 1 $(printf '%064d' 0)"
	predict 1
	has out "depends on the CA's intermediate"
	has out "signed by CN=Pebble Intermediate CA"
	has out "no match now"

	# A resolver that is away: unknown, and so not good
	run 1 "$DANEPROBE" status --predict certbot --resolver 127.0.0.1@1 -t 1
	has out "_443._tcp.www.life.example  unknown: "
	run 3 "$DANEPROBE" status --predict certbot --service mx://life.example
	run 3 "$DANEPROBE" status --no-dns
}

parts_main "$@"
