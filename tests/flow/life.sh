# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced: the servers of the lab's zone life.example, a signed primary that takes updates and a
# secondary, both Knot, in the folder that is current. Their pids: pid_primary, pid_secondary.

zone=life.example

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
		    algorithm: hmac-sha256
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

# The zone's servers: updates go to 127.53.3.1, signed by the key in the file tsig.
life_servers()
{
	secret=$(openssl rand -base64 32)
	printf 'key "update" { algorithm hmac-sha256; secret "%s"; };\n' "$secret" >tsig
	chmod 600 tsig
	extra='dnssec-signing: on
    dnssec-policy: manual
    zonefile-load: difference-no-serial
    journal-content: all
    notify: other'
	knot primary 127.53.3.1 127.53.3.2
	cat >primary/zone <<-END
		\$TTL 2
		@ SOA life.nic.example. hostmaster 1 3600 600 86400 1
		@ NS life.nic.example.
		@ NS life2.nic.example.
		www A 127.44.8.1
		both A 127.44.8.1
		both A 127.44.8.9
	END
	key=$(cat "$LAB/zones/$zone.keyname")
	cp "$LAB/zones/$key.key" "$LAB/zones/$key.private" primary/keys/
	# The lab's key signs everything: its DS is at the parent.
	id=$(keymgr -c primary/conf "$zone" import-bind "$PWD/primary/keys/$key.key" | head -n 1)
	keymgr -c primary/conf "$zone" set "$id" zsk=yes >&2
	extra='master: other'
	knot secondary 127.53.3.2 127.53.3.1
	start_knot primary
	start_knot secondary
	await_answer "$zone" SOA 127.53.3.2
}

await_answer()
{
	tries=0
	until drill "@$3" "$1" "$2" 2>/dev/null | grep -q "rcode: NOERROR"; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || {
			cat primary/log secondary/log primary/out | tail -n 30 >&2
			echo "$3 does not answer $2 of $1" >&2
			return 1
		}
		sleep 0.1
	done
}

# A web server for live/ of the lineage www in etc, which deploy.sh starts, then reloads.
life_web_server()
{
	mkdir nginx
	cat >nginx/conf <<-END
		pid $PWD/nginx/pid;
		error_log $PWD/nginx/log;
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
