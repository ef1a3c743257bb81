#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# publish = powerdns at a real PowerDNS, which signs the zone and is both of its servers; a whole
# rollover by it.
#   publish-powerdns.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"

owner=_443._tcp.www.$zone
foreign='3 1 1 ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'

serve()
{
	for program in pdns_server pdnsutil sqlite3; do
		command -v $program >/dev/null || skip "$program is not installed"
	done
	forget_zone
	cat >pdns.conf <<-END
		launch=gsqlite3
		gsqlite3-database=$PWD/db
		gsqlite3-dnssec=yes
		local-address=127.53.3.1,127.53.3.2
		socket-dir=$PWD
		webserver=yes
		webserver-address=127.0.0.1
		webserver-port=8553
		webserver-allow-from=127.0.0.0/8
		api=yes
		api-key=secret-of-the-api
		guardian=no
		version-string=anonymous
	END
	sqlite3 db <"$(find /usr/share -name 'schema.sqlite3.sql' | head -n 1)"
	cat >zone.txt <<-END
		\$ORIGIN $zone.
		\$TTL 1
		@ SOA life.nic.example. hostmaster.$zone. 1 3600 600 86400 1
		@ NS life.nic.example.
		@ NS life2.nic.example.
		www A 127.44.8.1
		aliased A 127.44.8.1
		_443._tcp.aliased CNAME $owner.
		$owner. TLSA $foreign
	END
	pdnsutil --config-dir=. load-zone "$zone" zone.txt
	# The lab's key signs everything: its DS is at the parent.
	pdnsutil --config-dir=. import-zone-key "$zone" "$LAB/zones/$(cat "$LAB/zones/$zone.keyname").private" ksk
	pdnsutil --config-dir=. rectify-zone "$zone"
	printf 'secret-of-the-api\n' >key
	chmod 600 key
	pdns_server --config-dir=. --daemon=no >pdns.log 2>&1 &
	pids=$!
	trap stop_all EXIT
	tries=0
	until drill -t @127.53.3.2 "$zone" SOA 2>/dev/null | grep -q "rcode: NOERROR"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || { tail pdns.log >&2; fail "PowerDNS does not answer"; }
		sleep 0.1
	done
}

# dp WANTED-STATUS VERB ARGUMENTS..., with the lab's root
dp()
{
	wanted=$1 verb=$2
	shift 2
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" "$verb" --dir "$PWD/etc" $R -t 5 "$@"
}

# new NAME [OPTION]...: a lineage of www; way holds its words behind powerdns
way='url=http://127.0.0.1:8553 key-file=$PWD/key'
new()
{
	name=$1
	shift
	dp 0 new "$name" -q -d "www.$zone" --set "publish = powerdns $way" --set 'ttl = 1' "$@"
}

part_publishes_beside_others()
{
	serve
	way="url=http://127.0.0.1:8553 zone=$zone key-file=$PWD/key"
	new www --service "https://www.$zone"
	dp 0 publish --dry-run www
	has out "+ $owner."
	[ "$(tlsa "$owner")" = "1 $foreign" ] || fail "a dry run changed the zone"
	dp 0 publish www
	tlsa "$owner" >got
	printf '1 %s\n' "$(ours www current)" "$(ours www next)" "$foreign" | sort >want
	diff want got || fail "not as wanted"
	grep -q "kept .*foreign=1" etc/www/journal || fail "the foreign record isn't told"
	dp 0 publish www
	diff want got || fail "the second time changed something"
	tries=0
	until "$DANEPROBE" propagation --dir "$PWD/etc" $R -t 5 www >out 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 30 ] || { cat out >&2; fail "never safe"; }
		sleep 0.5
	done
	has out safe
}

# Checked all the time; a step is a run of rollover.
part_a_rollover_beside_others()
{
	serve
	life_ca
	life_web_server
	way="url=http://127.0.0.1:8553 key-file=$PWD/key"
	new www --service "https://www.$zone" --set "acme = exec $PWD/ca.sh {csr} {fullchain}" \
		--set "deploy = $PWD/deploy.sh"
	roll_until idle
	old=$(ours www current) now=$(ours www next)
	printf '1 %s\n' "$old" "$now" "$foreign" | sort >want
	tlsa "$owner" >got
	diff want got || fail "not as wanted before the rollover"
	watch_begin "https://www.$zone"
	step
	roll_until idle
	sleep 2 # 2 x TTL: until no cache holds the record that left
	watch_end "https://www.$zone"
	[ "$(ours www current)" = "$now" ] || fail "the next key isn't the current one"
	printf '1 %s\n' "$now" "$(ours www next)" "$foreign" | sort >want
	tlsa "$owner" >got
	diff want got || fail "not as wanted after it"
	has etc/www/journal "removed   name=$owner. record=\"$old\" via=powerdns"
	check 0 "https://www.$zone"
}

part_follows_an_alias()
{
	serve
	way="url=http://127.0.0.1:8553/api/v1 key-file=$PWD/key"
	new aliased --service "https://aliased.$zone" -d "aliased.$zone"
	dp 0 publish aliased
	tlsa "$owner" | grep -qF "$(ours aliased current)" || fail "not at the alias's target"
	grep -q " alias .*to=$owner" etc/aliased/journal || fail "the alias isn't told"
}

part_refusals()
{
	serve
	way="url=http://127.0.0.1:8553 key-file=$PWD/wrong"
	printf 'another\n' >wrong
	chmod 600 wrong
	new a --service "https://www.$zone"
	dp 2 publish a
	has err 'PowerDNS answers 401'
	has err 'key-file='
	chmod 644 wrong
	dp 2 publish a
	has err 'everybody may read the API key'
	way="url=http://127.0.0.1:8553 key-file=$PWD/key zone=other.example"
	new b --service "https://www.$zone"
	dp 2 publish b
	has err 'PowerDNS answers 404'
	way="url=http://127.0.0.1:8554 key-file=$PWD/key"
	new c --service "https://www.$zone"
	dp 2 publish c
	has err '127.0.0.1:8554'
	way="url=http://dns.example:8081 key-file=$PWD/key"
	new d --service "https://www.$zone"
	dp 2 publish d
	has err 'neither https nor on this machine'
	python3 "$src/takes_nothing.py" api 8556 >api 2>&1 &
	pids="$pids $!"
	await_line api ready
	way="url=http://127.0.0.1:8556 key-file=$PWD/key"
	new deaf --service "https://www.$zone"
	dp 2 publish deaf
	has err "its zone did not take it"
	way="url=https://127.0.0.1:8555 key-file=$PWD/key"
	new e --service "https://www.$zone"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=api -days 2 \
		-addext 'subjectAltName=IP:127.0.0.1' -keyout tls.key -out tls.crt 2>/dev/null
	cat >nginx.conf <<-END
		pid $PWD/nginx.pid;
		error_log $PWD/nginx.log;
		daemon off;
		$(nginx_user)
		events {}
		http {
			access_log off;
			client_body_temp_path $PWD/t1;
			proxy_temp_path $PWD/t2;
			fastcgi_temp_path $PWD/t3;
			uwsgi_temp_path $PWD/t4;
			scgi_temp_path $PWD/t5;
			server {
				listen 127.0.0.1:8555 ssl;
				ssl_certificate $PWD/tls.crt;
				ssl_certificate_key $PWD/tls.key;
				location / { proxy_pass http://127.0.0.1:8553; }
			}
		}
	END
	nginx -c "$PWD/nginx.conf" >nginx.out 2>&1 &
	pids="$pids $!"
	tries=0
	until [ -s nginx.pid ] || [ $tries -ge 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	dp 2 publish e
	has err certificate
	[ "$(tlsa "$owner")" = "1 $foreign" ] || fail "a refused change was made"
	dp 0 publish --ca-file tls.crt e
	tlsa "$owner" | grep -qF "$(ours e current)" || fail "not published over https"
}

jobs=1 # each serves the same zone at the same addresses
parts_main "$@"
