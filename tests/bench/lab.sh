#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The benchmark's lab: thousands of signed zones behind one name server that knows them all,
# relays that take 20 ms for each answer, a resolver that validates, and TLS servers at every
# address of 127.64.0.0/10. Always in a network and a mount namespace of its own.
#   lab.sh ZONES CMD...     CMD runs inside; $LAB is the lab's folder
set -eu

bench=$(cd "$(dirname "$0")" && pwd)
labsrc=$bench/../lab
: "${top_builddir:=$bench/../..}"
bin=$top_builddir/tests/bench
export bench labsrc bin

missing=
for tool in nsd unbound openssl jq drill ip unshare; do
	command -v "$tool" >/dev/null || missing="$missing $tool"
done
[ -z "$missing" ] || { echo "bench: not installed:$missing" >&2; exit 77; }

if [ "${BENCH_INSIDE:-}" != namespace ]; then
	flags=-nm
	[ "$(id -u)" -eq 0 ] || flags=-Urmn
	BENCH_INSIDE=namespace exec unshare "$flags" sh "$0" "$@"
fi

zones=$1
shift
LAB=$(mktemp -d)
dir=$LAB
export LAB dir
trap '"$labsrc/lab.sh" down "$LAB"; rm -rf "$LAB"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 711 "$LAB"
mkdir "$LAB/log" "$LAB/run" "$LAB/zones"
ip link set lo up

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 -subj / \
	-addext subjectAltName=DNS:bench.example -keyout "$LAB/key.pem" -out "$LAB/cert.pem" \
	2>"$LAB/log/req"
digest=$(openssl x509 -in "$LAB/cert.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -r | cut -c1-64)
"$bin/zones" "$LAB/zones" "$zones" "$digest"

{
	cat <<-CONF
	server:
	    ip-address: 127.53.1.1
	    username: ""
	    chroot: ""
	    zonesdir: "$LAB/zones"
	    database: ""
	    zonelistfile: "$LAB/run/zones.list"
	    xfrdfile: "$LAB/run/xfrd"
	    xfrdir: "$LAB/run"
	    pidfile: "$LAB/run/nsd.nsdpid"
	    server-count: 1
	    zonefiles-check: no
	    rrl-ratelimit: 0
	    receive-buffer-size: 8388608
	    send-buffer-size: 8388608
	remote-control:
	    control-enable: no
	CONF
	awk '{ printf "zone:\n    name: \"%s\"\n    zonefile: \"%s\"\n", $1, $2 }' "$LAB/zones/list"
} >"$LAB/nsd.conf"
cat >"$LAB/unbound.conf" <<EOC
server:
    interface: 127.53.0.53
    username: ""
    chroot: ""
    directory: "$LAB/run"
    pidfile: "$LAB/run/unbound.ubpid"
    use-syslog: no
    do-daemonize: no
    do-not-query-localhost: no
    do-ip6: no
    access-control: 127.0.0.0/8 allow
    trust-anchor-file: "$LAB/zones/root.key"
    module-config: "validator iterator"
    num-threads: 1
    msg-cache-size: 32m
    rrset-cache-size: 64m
forward-zone:
    name: .
    forward-addr: 127.53.1.1
remote-control:
    control-enable: no
EOC

"$labsrc/start.sh" nsd nsd -d -c "$LAB/nsd.conf"
"$labsrc/start.sh" late-names "$bin/dnsdelay" 127.53.1.20 127.53.1.1 20
"$labsrc/start.sh" late-resolver "$bin/dnsdelay" 127.53.0.20 127.53.0.53 20
"$labsrc/start.sh" listener "$bin/listener" "$LAB/cert.pem" "$LAB/key.pem" 443=0 25=0
tries=0
until drill -Q @127.53.1.20 www.z0.example A 2>/dev/null | grep -q 127.64.0.1; do
	tries=$((tries + 1))
	[ "$tries" -lt 300 ] || { cat "$LAB/log/"* >&2; echo "bench: the lab doesn't answer" >&2; exit 1; }
	sleep 0.1
done
status=0
"$@" || status=$?
exit "$status"
