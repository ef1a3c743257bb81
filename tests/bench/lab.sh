#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The benchmark's lab: thousands of signed zones behind one name server that knows them all,
# relays that hand answers on late, a resolver that validates, and TLS servers at every
# address of 127.64.0.0/10. The root and example. have name servers of their own, too, for
# --recurse. Always in a network and a mount namespace of its own.
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

sh "$bench/chain.sh" "$LAB"
digest=$(openssl x509 -in "$LAB/none.pem" -noout -pubkey | openssl pkey -pubin -outform DER |
	openssl dgst -sha256 -r | cut -c1-64)
"$bin/zones" "$LAB/zones" "$zones" "$digest"

# nsd_conf NAME ADDRESS: with the zones of standard input
nsd_conf()
{
	mkdir "$LAB/run/$1"
	cat >"$LAB/$1.conf" <<-CONF
	server:
	    ip-address: $2
	    username: ""
	    chroot: ""
	    zonesdir: "$LAB/zones"
	    database: ""
	    zonelistfile: "$LAB/run/$1/zones.list"
	    xfrdfile: "$LAB/run/$1/xfrd"
	    xfrdir: "$LAB/run/$1"
	    pidfile: "$LAB/run/$1.nsdpid"
	    server-count: 1
	    zonefiles-check: no
	    rrl-ratelimit: 0
	    receive-buffer-size: 8388608
	    send-buffer-size: 8388608
	remote-control:
	    control-enable: no
	CONF
	awk '{ printf "zone:\n    name: \"%s\"\n    zonefile: \"%s\"\n", $1, $2 }' >>"$LAB/$1.conf"
	"$labsrc/start.sh" "$1" nsd -d -c "$LAB/$1.conf"
}
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

nsd_conf nsd 127.53.1.1 <"$LAB/zones/list"
awk '$1 == "."' "$LAB/zones/list" | nsd_conf nsd-root 127.53.2.1
awk '$1 == "example."' "$LAB/zones/list" | nsd_conf nsd-tld 127.53.2.2
printf '. 3600 NS root.nic.example.\nroot.nic.example. 3600 A 127.53.3.1\n' >"$LAB/root.hints"
tries=0
until drill -Q @127.53.1.1 www.z0.example A 2>/dev/null | grep -q 127.64.0.1; do
	tries=$((tries + 1))
	[ "$tries" -lt 300 ] || { cat "$LAB/log/"* >&2; echo "bench: the lab doesn't answer" >&2; exit 1; }
	sleep 0.1
done
status=0
"$@" || status=$?
exit "$status"
