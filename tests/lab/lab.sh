#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The test lab: a signed DNS tree of its own, TLS servers and peers that misbehave, on loopback.
#
#   lab.sh up DIR             build it from scratch under DIR and start it
#   lab.sh down DIR           stop every process that `up` started
#   lab.sh run DIR -- CMD...  up, CMD with the lab's environment, down whatever happens
#   lab.sh shell [DIR]        the same with a shell, for a person
#   lab.sh possible           whether it can run here
#
# DIR/env holds the lab's shell variables. Exit 77: it can't run here, the reason is on stderr.
set -eu

# Servers lie where an ordinary user's path doesn't lead to.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH
labsrc=$(cd "$(dirname "$0")" && pwd)
export labsrc
# Where the program and the lab's own programs were built: as autogen.sh does, or in place.
if [ -z "${top_builddir:-}" ]; then
	top_builddir=$(cd "$labsrc/../.." && pwd)
	[ ! -x "$top_builddir/_build/src/daneprobe" ] || top_builddir=$top_builddir/_build
fi
export top_builddir

usage()
{
	sed -n '5,9s/^# *//p' "$0" >&2
	exit 3
}

skip()
{
	echo "lab: $*" >&2
	exit 77
}

need_tools()
{
	missing=
	for tool in nsd ldns-signzone ldns-keygen drill certtool openssl nginx unbound jq; do
		command -v "$tool" >/dev/null || missing="$missing $tool"
	done
	[ -z "$missing" ] || skip "not installed:$missing (Debian: nsd ldnsutils gnutls-bin openssl nginx-light unbound jq)"
}

# An ordinary user, or a second lab beside one that holds the addresses, gets a namespace.
enter_namespace()
{
	[ -z "${LAB_NAMESPACE:-}" ] || return 0
	need_place
	if [ "$(id -u)" -ne 0 ]; then
		LAB_NAMESPACE=user exec unshare -Urmn "$0" "$@"
	fi
	if ! addresses_free; then
		exec 9>&-
		LAB_NAMESPACE=root exec unshare -nm "$0" "$@"
	fi
}

need_place()
{
	if [ "$(id -u)" -ne 0 ]; then
		unshare -Urmn true 2>/dev/null ||
			skip "needs root, or user namespaces, which this system does not allow"
	elif ! addresses_free; then
		unshare -nm true 2>/dev/null ||
			skip "another lab holds 127.53.0.1:53, and a network namespace is not allowed here"
	fi
}

# The lab's servers inherit the lock: it is free again when the last of them has ended.
addresses_free()
{
	exec 9>/run/daneprobe-lab.lock
	flock -n 9 && ! drill -t -Q @127.53.0.1 . SOA >/dev/null 2>&1
}

up()
{
	dir=$1
	# From scratch, but never over a folder that isn't a lab.
	if [ -e "$dir/.lab" ]; then
		down "$dir"
		for part in bin certs etc log run www zones; do
			rm -rf "${dir:?}/$part"
		done
	fi
	mkdir -p "$dir/log" "$dir/run" "$dir/etc"
	touch "$dir/.lab"
	chmod 711 "$dir"
	dir=$(cd "$dir" && pwd)
	export dir
	[ -z "${LAB_NAMESPACE:-}" ] || ip link set lo up
	"$labsrc/programs.sh"
	"$labsrc/services.sh" --early &
	early=$!
	"$labsrc/stock.sh"
	wait "$early"
	"$labsrc/services.sh"
	"$labsrc/zones.sh"
	"$labsrc/dns.sh"
	"$labsrc/tls.sh"
	"$labsrc/services.sh" --wait
	all_run "$dir"
	cat >"$dir/env" <<-EOF
	LAB='$dir'
	R='--recurse --root-hints $dir/root.hints --trust-anchor $dir/root.key --ca-file $dir/ca.pem'
	F='--trust-anchor $dir/root.key --ca-file $dir/ca.pem'
	export LAB R F
	EOF
	[ ! -x "$top_builddir/src/daneprobe" ] ||
		echo "PATH='$top_builddir/src':\$PATH" >>"$dir/env"
}

started()
{
	awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null || :
}

# A server that ended at once, perhaps because its address was taken.
all_run()
{
	for file in "$1"/run/*.pid; do
		read -r pid start <"$file"
		[ "$(started "$pid")" = "$start" ] && [ -n "$start" ] && continue
		echo "lab: $(basename "$file" .pid) has ended" >&2
		exit 1
	done
}

# A pid is ours only while its start time is the one that was written down.
down()
{
	for file in "$1"/run/*.pid; do
		[ -e "$file" ] || continue
		read -r pid start <"$file"
		[ -n "$start" ] && [ "$(started "$pid")" = "$start" ] || continue
		kill "$pid" 2>/dev/null || :
	done
	for file in "$1"/run/*.pid; do
		[ -e "$file" ] || continue
		read -r pid start <"$file"
		tries=0
		while [ -n "$start" ] && [ "$(started "$pid")" = "$start" ]; do
			tries=$((tries + 1))
			[ "$tries" -lt 100 ] || { kill -9 "$pid" 2>/dev/null || :; break; }
			sleep 0.05
		done
		rm -f "$file"
	done
}

show_logs()
{
	for log in "$1"/log/*; do
		[ ! -s "$log" ] || { echo "--- $log"; tail -n 20 "$log"; } >&2
	done
}


# A process of its own, so that set -e holds in it.
start()
{
	status=0
	"$0" start "$1" || status=$?
	[ "$status" -ne 0 ] || return 0
	[ "$status" -eq 77 ] || show_logs "$1"
	down "$1"
	exit "$status"
}

stop()
{
	[ -z "$child" ] || kill "$child" 2>/dev/null || :
	down "$1"
}

# run FOREGROUND DIR CMD...: a command in the foreground may read the terminal; one that isn't
# can be ended by a signal to this script alone.
run()
{
	foreground=$1
	lab=$2
	child=
	shift 2
	trap 'stop "$lab"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	start "$lab"
	. "$lab/env"
	status=0
	if [ "$foreground" = yes ]; then
		"$@" 9>&- || status=$?
	else
		"$@" <&0 9>&- &
		child=$!
		wait "$child" || status=$?
		child=
	fi
	exit "$status"
}

[ $# -ge 1 ] || usage
verb=$1
case $verb in
up)
	[ $# -eq 2 ] || usage
	need_tools
	[ "$(id -u)" -eq 0 ] || skip "up needs root; an ordinary user takes: lab.sh run DIR -- CMD, or lab.sh shell"
	addresses_free || skip "another lab holds 127.53.0.1:53"
	start "$2"
	;;
start) # of up, run and shell
	up "$2"
	;;
possible)
	need_tools
	[ -n "${LAB_NAMESPACE:-}" ] || need_place
	;;
down)
	[ $# -eq 2 ] || usage
	down "$2"
	;;
run)
	[ $# -ge 4 ] && [ "$3" = -- ] || usage
	need_tools
	enter_namespace "$@"
	lab=$2
	shift 3
	run no "$lab" "$@"
	;;
shell)
	need_tools
	lab=${2:-$(mktemp -d)}
	enter_namespace shell "$lab"
	echo "The lab is in $lab, its certificates and keys in certs/. For example:"
	echo "  daneprobe check \$R https://ee.match.example"
	echo "\$R: the options that lead to the lab's root. Leave the shell to stop the lab."
	run yes "$lab" "${SHELL:-/bin/sh}" -i
	;;
*)
	usage
	;;
esac
