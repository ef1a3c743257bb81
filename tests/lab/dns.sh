#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Start the name servers, relays and the resolver of dns.tsv, and wait until each answers.
set -euf
zones=$dir/zones
tab=$(printf '\t')

nsd_conf()
{
	cat <<-EOF
	server:
	    ip-address: $2
	    port: 53
	    username: ""
	    chroot: ""
	    zonesdir: "$zones"
	    database: ""
	    zonelistfile: "$dir/run/nsd-$1.zones"
	    xfrdfile: "$dir/run/nsd-$1.xfrd"
	    xfrdir: "$dir/run"
	    pidfile: "$dir/run/nsd-$1.nsdpid"
	    server-count: 1
	    hide-version: yes
	    zonefiles-check: no
	    rrl-ratelimit: 0
	remote-control:
	    control-enable: no
	EOF
	awk -F '\t' -v at="$1" '$2 == at {
		printf "zone:\n    name: \"%s\"\n    zonefile: \"%s@%s\"\n", $1, $1, $2
	}' "$zones/list"
}

unbound_conf()
{
	cat <<-EOF
	server:
	    interface: $2
	    interface: $2@5353
	    port: 53
	    username: ""
	    chroot: ""
	    directory: "$dir/run"
	    pidfile: "$dir/run/unbound-$1.ubpid"
	    use-syslog: no
	    logfile: ""
	    do-daemonize: no
	    do-not-query-localhost: no
	    do-ip6: no
	    access-control: 127.0.0.0/8 allow
	    root-hints: "$dir/root.hints"
	    trust-anchor-file: "$dir/root.key"
	    module-config: "validator iterator"
	    ede: yes
	    val-log-level: 2
	    num-threads: 1
	    infra-keep-probing: yes
	remote-control:
	    control-enable: no
	EOF
}

address_of()
{
	awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$labsrc/dns.tsv"
}

# Some zone that the server has: every server answers for the zones of `a` or for its own.
probe_name()
{
	case $1 in
	root) echo . ;;
	tld) echo example ;;
	b) awk -F '\t' '$2 == "b" { print $1; exit }' "$zones/list" ;;
	*) echo match.example ;;
	esac
}

wait_for()
{
	tries=0
	until [ -n "$(drill -t -Q @"$2" "$(probe_name "$1")" SOA 2>"$dir/log/wait-$1")" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || { echo "dns.sh: $1 at $2 doesn't answer" >&2; exit 1; }
		sleep 0.03
	done
	rm -f "$dir/log/wait-$1"
}

servers()
{
	grep -v -e '^#' -e '^$' "$labsrc/dns.tsv"
}

servers | while IFS=$tab read -r name address kind upstream modes; do
	case $kind in
	nsd)
		nsd_conf "$name" "$address" >"$dir/etc/nsd-$name.conf"
		"$labsrc/start.sh" "nsd-$name" nsd -d -c "$dir/etc/nsd-$name.conf"
		;;
	unbound)
		unbound_conf "$name" "$address" >"$dir/etc/unbound-$name.conf"
		"$labsrc/start.sh" "unbound-$name" unbound -d -c "$dir/etc/unbound-$name.conf"
		;;
	relay)
		IFS=$tab
		# shellcheck disable=SC2086
		"$labsrc/start.sh" "dns-$name" "$dir/bin/dnsrelay" "$address" \
			"$(address_of "$upstream")" $modes
		unset IFS
		;;
	esac
done
servers | while IFS=$tab read -r name address kind upstream modes; do
	case $kind,$modes in
	none,* | *,drop:ANY | *,*delay:4* | *,*notcp*) ;;
	*) wait_for "$name" "$address" ;;
	esac
done
