#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Many targets, and one: CPU, rate, memory, questions and connections beside a bare loop of the
# same work (floor.c) and beside other programs, all in one run and in turn. Prints figures and
# judges nothing; they go to bench.json in the top build directory too.
#   many.sh            the whole, about half an hour
#   many.sh PART...    these parts (scenes.sh); bench.json keeps what it has of the others
#   many.sh --long     a million names' memory alone, to bench-long.json
# BENCH_QUICK=1 takes fewer of everything: some minutes, and figures that scatter.
set -eu

bench=$(cd "$(dirname "$0")" && pwd)
: "${top_builddir:=$bench/../..}"
top_builddir=$(cd "$top_builddir" && pwd)
DANEPROBE=${DANEPROBE:-$top_builddir/src/daneprobe}
export top_builddir DANEPROBE

if [ -n "${BENCH_QUICK:-}" ]; then
	: "${zones:=500}" "${turns:=1}" "${widths:=1 4 16 64}" "${share:=4}" "${few:=2000}" "${many:=0}"
	: "${domains:=5000}" "${repeats:=1 2 3}" "${pairs:=10}"
else
	: "${zones:=2000}" "${turns:=1 2 3}" "${widths:=1 2 4 8 16 32 64 128 256}" "${share:=1}"
	: "${few:=10000}" "${many:=200000}" "${domains:=50000}" "${repeats:=1 2 3 4 5 6 7}" "${pairs:=100}"
fi
: "${jobs:=256}" "${jobs_long:=1024}"
export zones turns widths share few many jobs jobs_long domains repeats pairs

if [ -z "${BENCH_LAB:-}" ]; then
	BENCH_LAB=1 exec sh "$bench/lab.sh" "$zones" sh "$0" "$@"
fi

cd "$LAB"
. "$bench/tools.sh"
. "$bench/scenes.sh"

# The peers know no options for resolver and anchor: /etc/resolv.conf and the root key built in.
: >"$LAB/resolv.conf"
[ -e /etc/resolv.conf ] || : >/etc/resolv.conf
mount --bind "$LAB/resolv.conf" /etc/resolv.conf
[ ! -e /usr/share/dns/root.key ] || mount --bind "$key" /usr/share/dns/root.key

relays 0
if [ "${1:-}" = --long ]; then
	serve none 0
	memory "$few"
	memory 1000000
	jq -Rn --argjson wide "$jobs_long" '[inputs | split("\t")] |
		{ rss_mib_10k: (.[0][7] | tonumber / 1024), rss_mib_1m: (.[1][7] | tonumber / 1024),
		  in_flight: $wide, seconds: (.[1][4] | tonumber), cpu_seconds: (.[1][5] | tonumber) }' \
		figures | tee "$top_builddir/bench-long.json"
	exit 0
fi

# shellcheck disable=SC2086
[ $# -gt 0 ] || { some=no && set -- $parts; }
for part; do
	case " $parts " in
	*" $part "*) ;;
	*) fail "there is no part '$part': $parts" ;;
	esac
done
for part; do
	echo "$part"
	"part_$part"
done

# Of parts that did not run now, the last figures stay.
kept=$top_builddir/bench.figures
touch "$kept"
{
	[ "${some:-}" = no ] || awk -F "$tab" 'NR == FNR { new[$1, $2]; next } !(($1, $2) in new)' figures "$kept"
	cat figures
} >figures.all
cp figures.all "$kept"
jq -Rn --argjson wide "$jobs_long" --arg few "wild-$few" --arg many "wild-$many" -f "$bench/ratios.jq" \
	"$kept" >"$top_builddir/bench.json"
echo
jq -r 'del(.figures) | to_entries[] | "\(.key)\t\(.value)"' "$top_builddir/bench.json" |
	awk -F "$tab" '{ printf "%-34s %s\n", $1, $2 }'
