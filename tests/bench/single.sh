#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How long one check of one target takes, beside danetool on the same target: wall time of whole
# processes, in turn, in one run. Prints figures and judges nothing.
# Twice: with a resolver that answers at once, and through a relay that takes 50 ms for an answer.
#   single.sh [RUNS]     in a lab of its own; DANEPROBE names the program
set -eu

src=$(cd "$(dirname "$0")" && pwd)
lab=$src/../lab/lab.sh
runs=${1:-${RUNS:-20}}
host=ee.match.example

if [ -z "${BENCH_INSIDE:-}" ]; then
	DANEPROBE=${DANEPROBE:-${top_builddir:-.}/src/daneprobe}
	DANEPROBE=$(cd "$(dirname "$DANEPROBE")" && pwd)/daneprobe
	work=$(mktemp -d)
	chmod 711 "$work"
	export DANEPROBE RUNS="$runs" work BENCH_INSIDE=lab
	status=0
	"$lab" run "$work/lab" -- "$0" || status=$?
	rm -rf "$work"
	exit $status
fi

# danetool knows no options for the resolver and the anchor: it reads /etc/resolv.conf and a
# root key built in. A mount namespace gives it those of the lab.
if [ "$BENCH_INSIDE" = lab ]; then
	: >"$work/resolv.conf"
	BENCH_INSIDE=mounts exec unshare -m "$0"
fi
mount --bind "$work/resolv.conf" /etc/resolv.conf
[ ! -e /usr/share/dns/root.key ] || mount --bind "$LAB/root.key" /usr/share/dns/root.key
cd "$work"

ours()
{
	"$DANEPROBE" check -q --resolver "$resolver" --trust-anchor "$LAB/root.key" "$host"
}

danetool_check()
{
	danetool --local-dns --check "$host" --port 443
}

version()
{
	"$DANEPROBE" --version
}

# time_of COMMAND: wall milliseconds with two decimals; a command that fails ends the benchmark
time_of()
{
	begin=$(date +%s%N)
	"$@" >"$work/out" 2>&1 || { cat "$work/out" >&2; echo "single.sh: $1 failed" >&2; exit 1; }
	end=$(date +%s%N)
	echo "$((end - begin))" | awk '{ printf "%.2f\n", $1 / 1e6 }'
}

figures()
{
	sort -n "$1" | awk -v name="$2" '{ v[NR] = $1 } END {
		printf "%-28s min %7.2f  median %7.2f  max %7.2f ms\n", name, v[1], v[int((NR + 1) / 2)], v[NR] }'
}

median()
{
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# scene RESOLVER TITLE
scene()
{
	resolver=$1
	echo "nameserver $resolver" >/etc/resolv.conf
	rm -f ./*.ms
	time_of ours >/dev/null # the resolver is warm from here on
	time_of danetool_check >/dev/null
	i=0
	while [ "$i" -lt "$runs" ]; do
		time_of ours >>ours.ms
		time_of danetool_check >>danetool.ms
		time_of version >>version.ms
		i=$((i + 1))
	done
	echo "one warm check of https://$host, $2, $runs runs each, in turn"
	figures ours.ms "daneprobe check"
	figures danetool.ms "danetool --local-dns --check"
	figures version.ms "daneprobe --version"
	echo "$(median ours.ms) $(median danetool.ms)" |
		awk '{ printf "daneprobe / danetool, medians: %.2f\n", $1 / $2 }'
}

scene 127.53.0.53 "DNS answers at once"
scene 127.53.0.59 "DNS answers after 50 ms"
