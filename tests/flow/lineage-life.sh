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
	trap stop_all EXIT
	life_servers
	pids="$pid_primary $pid_secondary"
}

# daneprobe VERB..., with the lab's root
dp()
{
	wanted=$1 verb=$2
	shift 2
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" "$verb" --dir "$PWD/etc" $R -t 5 "$@"
}

owner=_443._tcp.www.$zone
foreign='3 1 1 ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'

# change LINE...: of the zone, behind the lineage's back
change()
{
	{
		echo "server 127.53.3.1"
		printf '%s\n' "$@" send
	} | nsupdate -k tsig
}

# A record of somebody else's is there too.
part_from_nothing_through_a_rollover()
{
	tsig_algorithm=hmac-sha512
	begin
	life_ca
	life_web_server
	dp 0 new www -d www.life.example --service https://www.life.example \
		--set "publish = rfc2136 server=127.53.3.1 key=$PWD/tsig" --set 'ttl = 2' \
		--set "acme = exec $PWD/ca.sh {csr} {fullchain}" --set "deploy = $PWD/deploy.sh"
	roll_until idle
	check 0 https://www.life.example
	first=$(readlink etc/www/current) old=$(ours www current) now=$(ours www next)
	change "update add $owner 2 TLSA $foreign"
	dp 0 publish --dry-run www
	printf '= %s. is as wanted\n; 1 of others at %s. stay\n' "$owner" "$owner" >want
	head -n 2 out | diff want - || fail "the dry run tells another difference"
	watch_begin https://www.life.example
	dp 0 rollover www
	roll_until retiring
	dp 0 publish --dry-run www
	printf '+ %s. 2 IN TLSA %s\n' "$owner" "$(ours www next)" >want
	printf -- '- %s. 2 IN TLSA %s\n; 1 of others at %s. stay\n' "$owner" "$old" "$owner" >>want
	head -n 3 out | diff want - || fail "the dry run tells another difference"
	tlsa "$owner" | grep -qF "$old" || fail "the dry run changed the zone"
	roll_until idle
	sleep 4 # 2 x TTL: until no cache holds the record that left
	watch_end https://www.life.example
	[ "$(readlink etc/www/current)" != "$first" ] || fail "the key is the same"
	[ "$(ours www current)" = "$now" ] || fail "the next key isn't the current one"
	printf '2 %s\n' "$now" "$(ours www next)" "$foreign" | sort >want
	tlsa "$owner" | diff want - || fail "these are not the records wanted and the other one"
	has etc/www/journal "kept      name=$owner foreign=1"
	check 0 https://www.life.example
	one_run_at_a_time
	beside_a_dead_address
	a_hasty_switch_is_seen
}

# A deploy command that takes long: a second run keeps away. After the first is killed, the next
# one finishes what it had begun.
one_run_at_a_time()
{
	mkfifo held
	cp deploy.sh quick.sh
	printf '#!/bin/sh\necho $$ >%s/deploying\nread -r line <%s/held\n' "$PWD" "$PWD" >deploy.sh
	cp etc/www/live/cert.pem before
	# shellcheck disable=SC2086
	"$DANEPROBE" renew --dir "$PWD/etc" $R -t 5 --force www >first 2>&1 &
	holder=$!
	await_file deploying
	cp etc/www/state state.before
	keys >keys.before
	for verb in renew rollover publish propagation install; do
		dp 2 "$verb" www
		has err "daneprobe renew (process $holder) is at work on the lineage www"
	done
	run 0 "$DANEPROBE" status --dir "$PWD/etc" www
	cmp state.before etc/www/state || fail "a second run changed the state"
	keys | diff keys.before - || fail "a second run changed keys"
	kill -9 "$holder"
	wait "$holder" || :
	kill -9 "$(cat deploying)"
	cp quick.sh deploy.sh
	dp 0 renew www
	! cmp -s before etc/www/live/cert.pem || fail "the renewal isn't finished"
	await_presented 443 www
	keys | diff keys.before - || fail "the keys are not what they were"
	check 0 https://www.life.example
}

keys()
{
	find etc/www/keys -name privkey.pem -exec sha256sum {} + | sort
}

await_file()
{
	tries=0
	until [ -s "$1" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "no $1: $(cat first)"
		sleep 0.1
	done
}

# The watch is worth something: the server is switched to the next key when its record is only just
# published, and what caches hold lacks it.
a_hasty_switch_is_seen()
{
	mkdir hasty
	cp etc/www/next/ecdsa-p256/privkey.pem hasty/
	./ca.sh etc/www/next/ecdsa-p256/request.csr hasty/fullchain.pem
	change "update delete $owner TLSA" "update add $owner 5 TLSA $(ours www current)"
	tries=0
	until drill @127.53.0.53 "$owner" TLSA | awk -v rr="$(ours www current)" '
		/^;/ || $4 != "TLSA" { next }
		$2 < 4 || tolower($5 " " $6 " " $7 " " $8) != rr { bad = 1 }
		{ n++ }
		END { exit bad || n != 1 }'; do
		tries=$((tries + 1))
		[ "$tries" -lt 60 ] || fail "the caching resolver never has the record alone"
		sleep 0.1
	done
	watch_begin https://www.life.example
	await_line good https://www.life.example
	change "update add $owner 5 TLSA $(ours www next)"
	sed -i "s,$PWD/etc/www/live/,$PWD/hasty/," nginx/conf
	./deploy.sh
	tries=0
	until [ -s bad ] || [ "$tries" -ge 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	! (watch_end https://www.life.example) || fail "the watch saw nothing"
	has bad mismatch
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
	dp 0 new both -d both.life.example --service https://both.life.example:8443 \
		--set "publish = rfc2136 server=127.53.3.1 key=$PWD/tsig" --set 'ttl = 2' \
		--set "acme = exec $PWD/ca.sh {csr} {fullchain}" --set "deploy = $PWD/deploy2.sh"
	lineage=both
	roll_until idle
	lineage=www
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
	await_presented 8443 both
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

# await_presented PORT LINEAGE: until its certificate is presented there, which is also its host's
# name: nginx still has old workers when its reload returns.
await_presented()
{
	tries=0
	until presented "$1" "$2" >now && cmp -s now "etc/$2/live/cert.pem"; do
		tries=$((tries + 1))
		[ "$tries" -lt 20 ] || fail "another certificate is presented"
		sleep 0.2
	done
}

# presented PORT HOST: the certificate
presented()
{
	openssl s_client -connect "127.44.8.1:$1" -servername "$2.$zone" </dev/null 2>/dev/null | openssl x509
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
	for format in zone generic json; do
		dp 0 publish --even-if-insecure -q --format "$format" plain
		for generation in 0001 0002; do
			"$DANEPROBE" record --key "etc/plain/keys/$generation/ecdsa-p256/privkey.pem" \
				--format "$format" https://www.insecure.example
		done >want
		[ "$format" != json ] || { jq -cs add want >want.one && mv want.one want; }
		diff want out || fail "publish prints other records than record, as $format"
	done
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

spki()
{
	openssl pkey -in "etc/www/keys/$1/ecdsa-p256/privkey.pem" -pubout -outform DER | sha256sum | cut -d ' ' -f 1
}

# item GENERATION: its record, as the command reads it
item()
{
	printf '{"name":"%s.","ttl":1,"usage":3,"selector":1,"mtype":1,"data":"%s"}' "$owner" "$(spki "$1")"
}

# asked NUMBER ADD REMOVE: that run of the command was given this; nobody else has records there
asked()
{
	printf '{"version":1,"zone":"%s","add":[%s],"remove":[%s],"want":[%s]}\n' "$zone" "$2" "$3" "$2" |
		diff - "inputs/$1" || fail "the command is asked for something else"
}

part_a_command_publishes()
{
	begin
	life_ca
	life_web_server
	mkdir inputs
	cat >publish.sh <<-END
		#!/bin/sh
		set -e
		input=$PWD/inputs/\$(find $PWD/inputs -type f | wc -l)
		cat >"\$input"
		[ ! -e $PWD/away ] || { echo "the provider is away" >&2; exit 5; }
		{
			echo "server 127.53.3.1"
			jq -r '"zone \(.zone)",
				(.add[] | "update add \(.name) \(.ttl) TLSA \(.usage) \(.selector) \(.mtype) \(.data)"),
				(.remove[] | "update delete \(.name) TLSA \(.usage) \(.selector) \(.mtype) \(.data)"),
				"send"' "\$input"
		} | nsupdate -k $PWD/tsig
	END
	chmod +x publish.sh
	dp 0 new www -d www.life.example --service https://www.life.example --set "publish = exec $PWD/publish.sh" \
		--set 'ttl = 1' --set "acme = exec $PWD/ca.sh {csr} {fullchain}" --set "deploy = $PWD/deploy.sh"

	# It fails, and is tried again.
	touch away
	dp 2 publish www
	has err "exit status 5: the provider is away"
	asked 0 "$(item 0001),$(item 0002)" ''
	state_is staged || fail "it went on"
	dp 1 rollover --all
	has err "tried again in"
	has err "or at once by daneprobe rollover www"
	rm away
	step --force
	asked 1 "$(item 0001),$(item 0002)" ''
	cmp inputs/0 inputs/1
	roll_until idle
	old=$(ours www current) now=$(ours www next)
	watch_begin https://www.life.example
	step
	roll_until idle
	sleep 2 # 2 x TTL: until no cache holds the record that left
	watch_end https://www.life.example
	asked 2 "$(item 0002),$(item 0003)" "$(item 0001)"
	[ ! -e inputs/3 ] || fail "the command ran more often"
	printf '1 %s\n' "$now" "$(ours www next)" | sort >want
	tlsa "$owner" | diff want - || fail "not the records of the current and the next key"
	has etc/www/journal "removed   name=$owner. record=\"$old\" via=exec"
	check 0 https://www.life.example
}

# may_read GROUP: somebody of that group and of no other can read the key that is live
may_read()
{
	setpriv --reuid nobody --regid "$1" --clear-groups cat etc/www/live/privkey.pem >taken 2>/dev/null &&
		cmp taken etc/www/live/privkey.pem
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
	roll_until idle
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
	chmod 711 "$RESULTS" .
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
	may_read mail || fail "the group can't read the key"
	! may_read nogroup || fail "others can read the key"
	dp 0 renew www --force
	may_read mail || fail "the group can't read the key after a renewal"
	! may_read nogroup || fail "others can read the key after a renewal"
	# What an operator changes by hand stays so.
	chmod 600 etc/www/keys/0001/ecdsa-p256/privkey.pem
	dp 0 renew www
	[ "$(stat -c %a etc/www/keys/0001/ecdsa-p256/privkey.pem)" = 600 ] || fail "changed behind the operator's back"
	sed -i '/^key_group = mail/d' etc/www/lineage.conf
	dp 0 renew www
	[ "$(stat -c %a etc/www/keys/0002/ecdsa-p256/privkey.pem)" = 600 ] || fail "the group still reads it"
	[ "$(stat -c %a etc/www/keys)" = 700 ] || fail "the group still passes"
	! may_read mail || fail "the group still reads the key that is live"
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
