# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced: the servers of the lab's zone life.example, a signed primary that takes updates and a
# secondary, both Knot, in the folder that is current. Their pids: pid_primary, pid_secondary.

needs_root="what is above a lineage has to belong to root, and in a user namespace it belongs to nobody"
zone=life.example
lineage=www # that step, state_is and roll_until are about
pids=       # started by the part, for stop_all

# Stops what the part started: its trap.
stop_all()
{
	ended=$?
	# shellcheck disable=SC2046
	kill $pids $(cat nginx/pid nginx2/pid host/run/postfix-queue/pid/master.pid 2>/dev/null) 2>/dev/null || :
	wait || :
	exit $ended
}

# knot NAME ADDRESS: a Knot of its own in the folder NAME; $extra is put into its zone
knot()
{
	mkdir -p "$1/run" "$1/db" "$1/keys"
	cat >"$1/conf" <<-END
		server:
		  rundir: "$PWD/$1/run"
		  listen: $2@53
		log:
		  - target: "$PWD/$1/log"
		    any: info
		database:
		  storage: "$PWD/$1/db"
		key:
		  - id: update
		    algorithm: $tsig_algorithm
		    secret: $secret
		remote:
		  - id: other
		    address: $3@53
		acl:
		  - id: update
		    key: update
		    action: [update, query]
		  - id: transfer
		    address: 127.0.0.0/8
		    action: [transfer, notify]
		policy:
		  - id: manual
		    manual: on
		zone:
		  - domain: $zone
		    file: "$PWD/$1/zone"
		    acl: [update, transfer]
		    $extra
	END
}

start_knot()
{
	knotd -c "$1/conf" >"$1/out" 2>&1 &
	eval "pid_$1=$!"
}

# The lab's resolver outlives a part: what the one before had in the zone goes out of its cache.
forget_zone()
{
	sleep 3 # its TTLs are 2 at most
}

# The key for updates: its file tsig, and $secret
tsig_algorithm=hmac-sha256
life_tsig()
{
	forget_zone
	secret=$(openssl rand -base64 32)
	printf 'key "update" { algorithm %s; secret "%s"; };\n' "$tsig_algorithm" "$secret" >tsig
	chmod 600 tsig
}

# The zone as the folder $1 begins with it
zone_servers='life.nic.example. life2.nic.example.'
zone_primary=life.nic.example.
zone_more=
life_zone()
{
	{
		cat <<-END
			\$TTL 2
			@ SOA $zone_primary hostmaster 1 3600 600 86400 1
			www A 127.44.8.1
			both A 127.44.8.1
			both A 127.44.8.9
			mail A 127.44.8.9
			other A 127.44.8.1
			$zone_more
		END
		printf '@ NS %s\n' $zone_servers
	} >"$1/zone"
}

# knot_primary NAME ADDRESS WHOM-TO-NOTIFY
knot_primary()
{
	extra='dnssec-signing: on
    dnssec-policy: manual
    zonefile-load: difference-no-serial
    journal-content: all
    notify: other'
	knot "$1" "$2" "$3"
	life_zone "$1"
	key=$(cat "$LAB/zones/$zone.keyname")
	cp "$LAB/zones/$key.key" "$LAB/zones/$key.private" "$1/keys/"
	# The lab's key signs everything: its DS is at the parent.
	id=$(keymgr -c "$1/conf" "$zone" import-bind "$PWD/$1/keys/$key.key" | head -n 1)
	keymgr -c "$1/conf" "$zone" set "$id" zsk=yes >&2
}

# knot_secondary NAME ADDRESS OF-WHOM
knot_secondary()
{
	extra='master: other'
	knot "$1" "$2" "$3"
}

# The zone's servers: updates go to 127.53.3.1, signed by the key in the file tsig.
life_servers()
{
	life_tsig
	knot_primary primary 127.53.3.1 127.53.3.2
	knot_secondary secondary 127.53.3.2 127.53.3.1
	start_knot primary
	start_knot secondary
	await_answer "$zone" SOA 127.53.3.2
}

# By TCP, which says at once where nobody listens yet: by UDP drill would wait for five seconds.
await_answer()
{
	tries=0
	until drill -t "@$3" "$1" "$2" 2>/dev/null | grep -q "rcode: NOERROR"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || {
			cat ./*/log primary/out | tail -n 30 >&2
			echo "$3 does not answer $2 of $1" >&2
			return 1
		}
		sleep 0.1
	done
}

# For nginx.conf: a user namespace has no user but root.
nginx_user()
{
	[ "${LAB_NAMESPACE:-}" != user ] || echo "user root;"
}

# A web server for live/ of the lineage www in etc, which deploy.sh starts, then reloads.
life_web_server()
{
	mkdir nginx
	cat >nginx/conf <<-END
		pid $PWD/nginx/pid;
		error_log $PWD/nginx/log;
		$(nginx_user)
		events {}
		http {
			access_log off;
			client_body_temp_path $PWD/nginx/body;
			proxy_temp_path $PWD/nginx/proxy;
			fastcgi_temp_path $PWD/nginx/fastcgi;
			uwsgi_temp_path $PWD/nginx/uwsgi;
			scgi_temp_path $PWD/nginx/scgi;
			server {
				listen 127.44.8.1:443 ssl;
				ssl_protocols TLSv1.2 TLSv1.3;
				ssl_certificate $PWD/etc/www/live/fullchain.pem;
				ssl_certificate_key $PWD/etc/www/live/privkey.pem;
			}
		}
	END
	cat >deploy.sh <<-END
		#!/bin/sh
		if [ -s "$PWD/nginx/pid" ]; then
			exec nginx -c "$PWD/nginx/conf" -s reload
		fi
		exec nginx -c "$PWD/nginx/conf" </dev/null >/dev/null 2>&1
	END
	chmod +x deploy.sh
}

# life_mail_server HOST ADDRESS LINEAGE DEPLOY: a Postfix for live/ of the lineage in that folder,
# which the program DEPLOY starts, then reloads.
life_mail_server()
{
	command -v postconf >/dev/null || skip "Postfix is not installed"
	[ "${LAB_NAMESPACE:-}" != user ] || skip "Postfix needs root, not a user namespace"
	dir=$PWD/host
	# shellcheck source=tests/lab/mail.sh
	. "$lab_src/mail.sh"
	mkdir -p "$dir/log" "$dir/etc"
	postfix_folders postfix
	chmod 711 "$RESULTS"
	chmod 755 . "$dir" "$dir/etc"
	{
		postfix_main postfix
		echo "smtpd_tls_security_level = may"
		echo "smtpd_tls_chain_files = $PWD/$3/live/privkey.pem, $PWD/$3/live/fullchain.pem"
		echo "smtpd_recipient_restrictions = permit_mynetworks, reject"
	} >"$dir/etc/postfix/main.cf"
	{
		postfix_master
		echo "$2:25 inet n - n - - smtpd -o myhostname=$1.$zone"
	} >"$dir/etc/postfix/master.cf"
	cat >"$4" <<-END
		#!/bin/sh
		pid=$dir/run/postfix-queue/pid/master.pid
		if [ -s \$pid ] && kill -HUP \$(cat \$pid); then
			exit
		fi
		MAIL_CONFIG=$dir/etc/postfix $(postfix_program master) -c $dir/etc/postfix -s </dev/null >/dev/null 2>&1 &
	END
	chmod +x "$4"
}

# The CA, ca.sh: signs the request with the lab's, for the names that the request has.
life_ca()
{
	cat >ca.sh <<-END
		#!/bin/sh
		set -e
		openssl x509 -req -in "\$1" -CA "$LAB/certs/pub-root.crt" -CAkey "$LAB/certs/pub-root.key" -days 90 \\
			-copy_extensions copy -out "\$2.leaf" 2>/dev/null
		cat "\$2.leaf" "$LAB/certs/pub-root.crt" >"\$2"
		rm "\$2.leaf"
	END
	chmod +x ca.sh
}

# life_pebble: an ACME server that looks for names by the lab's resolver and for proofs at port 5012,
# its certificates good for 90 days; its pid: pid_pebble. $acme_directory is where it is asked, and
# its own certificate is that of the file acme.crt. It forgets all when it ends.
life_pebble()
{
	acme_directory=https://127.0.0.1:14010/dir
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=acme -addext 'subjectAltName=IP:127.0.0.1' \
		-addext basicConstraints=critical,CA:TRUE -keyout acme.key -out acme.crt 2>/dev/null
	cat >pebble.json <<-END
		{"pebble": {"listenAddress": "127.0.0.1:14010", "managementListenAddress": "127.0.0.1:15010",
		 "certificate": "$PWD/acme.crt", "privateKey": "$PWD/acme.key", "httpPort": 5012, "tlsPort": 5013,
		 "profiles": {"default": {"description": "90 days", "validityPeriod": 7776000}}, "certificateValidityPeriod": 7776000}}
	END
	PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config pebble.json -dnsserver 127.53.0.53:53 \
		>pebble.log 2>&1 &
	pid_pebble=$!
	tries=0
	until curl -s --cacert acme.crt "$acme_directory" >pebble.dir; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || { tail -n 30 pebble.log >&2; echo "pebble does not answer" >&2; return 1; }
		sleep 0.1
	done
}

# await_line FILE TEXT
await_line()
{
	tries=0
	until grep -qF "$2" "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "$1 has no '$2': $(cat "$1")"
		sleep 0.1
	done
}

# tlsa OWNER: the TTL and data of its records at the primary, sorted
tlsa()
{
	drill @127.53.3.1 "$1" TLSA | awk '!/^;/ && $4 == "TLSA" { print $2, tolower($5 " " $6 " " $7 " " $8) }' | sort
}

# ours LINEAGE GENERATION: the data of its record
ours()
{
	"$DANEPROBE" record --key "etc/$1/$2/ecdsa-p256/privkey.pem" "https://www.$zone" |
		awk '{ print tolower($5 " " $6 " " $7 " " $8) }'
}

state_is()
{
	"$DANEPROBE" status --dir "$PWD/etc" -o json |
		jq -e --arg s "$1" --arg n "$lineage" '.lineages[] | select(.name == $n) | .state == $s' >/dev/null
}

# step ARGUMENTS...: of the rollover; it may say that it waits, not that it failed
step()
{
	# shellcheck disable=SC2086
	"$DANEPROBE" rollover --dir "$PWD/etc" $R -t 5 "$@" "$lineage" >stepped 2>&1 ||
		{ cat stepped >&2; fail "rollover failed"; }
	cat stepped >>steps
}

# roll_until STATE ARGUMENTS...: by steps of the rollover
roll_until()
{
	state=$1 tries=0
	shift
	until state_is "$state"; do
		tries=$((tries + 1))
		[ "$tries" -lt 40 ] || fail "not $state after $tries steps: $("$DANEPROBE" status --dir "$PWD/etc")"
		step "$@"
		sleep 0.3
	done
}

watch_options= # of check, besides

# watch_begin TARGET...: checked as clients see them, through a caching resolver, all the time
watch_begin()
{
	: >good
	while :; do
		for target in "$@"; do
			# shellcheck disable=SC2086
			if "$DANEPROBE" check $F $watch_options --resolver 127.53.0.53 "$target" >seen 2>&1; then
				echo "$target" >>good
			else
				{ date +%T.%N; cat seen; } >>bad
			fi
		done
		sleep 0.2
	done &
	watcher=$!
	pids="$pids $watcher"
}

# watch_end TARGET...: each was seen, and good
watch_end()
{
	kill "$watcher" 2>/dev/null || :
	wait "$watcher" 2>/dev/null || :
	[ ! -s bad ] || fail "a check failed meanwhile: $(head -c 3000 bad)"
	for target in "$@"; do
		has good "$target"
	done
}

# named_conf NAME ADDRESS ZONES: a BIND of its own in the folder NAME
named_conf()
{
	mkdir -p "$1"
	cat >"$1/conf" <<-END
		options {
			directory "$PWD/$1";
			pid-file "$PWD/$1/pid";
			session-keyfile "$PWD/$1/session";
			listen-on { $2; };
			listen-on-v6 { none; };
			allow-transfer { any; };
			notify no;
			recursion no;
			empty-zones-enable no;
			dnssec-validation no;
		};
		include "$PWD/tsig";
		$3
	END
}

# For named.conf: a policy to sign by
bind_policy='dnssec-policy lab {
	keys { csk key-directory lifetime unlimited algorithm ecdsap256sha256; };
};'

# bind_key FOLDER: there the lab's key, of which the DS is at the parent, as one long in use
bind_key()
{
	key=$(cat "$LAB/zones/$zone.keyname")
	cp "$LAB/zones/$key.key" "$LAB/zones/$key.private" "$1/"
	dnssec-settime -s -f -K "$1" -P -1w -A -1w -g OMNIPRESENT -k OMNIPRESENT -1w -z OMNIPRESENT -1w \
		-r OMNIPRESENT -1w -d OMNIPRESENT -1w "$key" >&2
	printf 'KSK: yes\nZSK: yes\nLifetime: 0\n' >>"$1/$key.state"
}

start_named()
{
	named -c "$PWD/$1/conf" -g >"$1/log" 2>&1 &
	eval "pid_$1=$!"
}
