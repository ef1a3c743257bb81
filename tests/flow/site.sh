# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced in the lab's shell, with where it is as $flow: what README's section about setting up a
# site takes for granted. The zone life.example with its servers, a key for its updates in the file
# tsig, an ACME server for certbot, nginx as systemctl reloads it. site_end stops it all.
. "$flow/life.sh"

mkdir site
cd site || exit
life_servers 2>/dev/null || exit
life_web_server

openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=acme -addext 'subjectAltName=IP:127.0.0.1' \
	-addext basicConstraints=critical,CA:TRUE -keyout acme.key -out acme.crt 2>/dev/null
cat >pebble.json <<END
{"pebble": {"listenAddress": "127.0.0.1:14010", "managementListenAddress": "127.0.0.1:15010",
 "certificate": "$PWD/acme.crt", "privateKey": "$PWD/acme.key", "httpPort": 5012, "tlsPort": 5013,
 "profiles": {"default": {"description": "90 days", "validityPeriod": 7776000}}, "certificateValidityPeriod": 7776000}}
END
pebble-challtestsrv -dns01 127.0.0.1:8063 -http01 '' -https01 '' -tlsalpn01 '' -management 127.0.0.1:8065 \
	-defaultIPv4 127.0.0.1 -defaultIPv6 '' >challenges.log 2>&1 &
pid_challenges=$!
PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 pebble -config pebble.json -dnsserver 127.0.0.1:8063 \
	>pebble.log 2>&1 &
pid_pebble=$!
tries=0
until curl -s --cacert acme.crt https://127.0.0.1:14010/dir >pebble.dir || [ "$tries" -ge 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done

# What stands in a system's own paths elsewhere
mkdir bin
cat >bin/certbot <<END
#!/bin/sh
REQUESTS_CA_BUNDLE=$PWD/acme.crt exec /usr/bin/certbot "\$@" --server https://127.0.0.1:14010/dir --http-01-port 5012 \\
	--agree-tos --register-unsafely-without-email --config-dir $PWD/certbot --work-dir $PWD/certbot --logs-dir $PWD/certbot
END
cat >bin/systemctl <<END
#!/bin/sh
[ "\$*" = "reload nginx" ] && exec $PWD/deploy.sh
END
chmod 755 bin/certbot bin/systemctl
PATH=$PWD/bin:$PATH
DANEPROBE_DIR=$PWD/etc
export PATH DANEPROBE_DIR

site_end()
{
	# shellcheck disable=SC2046
	kill $pid_primary $pid_secondary $pid_challenges $pid_pebble $(cat nginx/pid 2>/dev/null) 2>/dev/null || :
}
