#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Many targets: CPU, rate and memory beside a bare loop of the same work (floor.c) and beside
# other programs, all in one run and in turn. Prints figures and judges nothing; they go to
# bench.json in the top build directory too.
#   many.sh            the whole, about ten minutes
#   many.sh --long     a million names' memory alone, to bench-long.json
# BENCH_QUICK=1 takes fewer of everything: one or two minutes, and figures that scatter.
set -eu

bench=$(cd "$(dirname "$0")" && pwd)
: "${top_builddir:=$bench/../..}"
top_builddir=$(cd "$top_builddir" && pwd)
DANEPROBE=${DANEPROBE:-$top_builddir/src/daneprobe}
export top_builddir DANEPROBE

if [ -n "${BENCH_QUICK:-}" ]; then
	: "${zones:=500}" "${rounds:=1}" "${widths:=1 4 16 64}" "${share:=4}" "${few:=2000}" "${many:=0}"
else
	: "${zones:=2000}" "${rounds:=3}" "${widths:=1 2 4 8 16 32 64 128 256}" "${share:=1}"
	: "${few:=10000}" "${many:=200000}"
fi
: "${jobs:=256}" "${jobs_long:=1024}"
export zones rounds widths share few many jobs jobs_long

if [ -z "${BENCH_LAB:-}" ]; then
	BENCH_LAB=1 exec sh "$bench/lab.sh" "$zones" sh "$0" "$@"
fi

cd "$LAB"
names=127.53.1.1 late_names=127.53.1.20 resolver=127.53.0.53 late_resolver=127.53.0.20
key=$LAB/zones/root.key
tab=$(printf '\t')

# The peers know no options for resolver and anchor: /etc/resolv.conf and the root key built in.
: >"$LAB/resolv.conf"
[ -e /etc/resolv.conf ] || : >/etc/resolv.conf
mount --bind "$LAB/resolv.conf" /etc/resolv.conf
[ ! -e /usr/share/dns/root.key ] || mount --bind "$key" /usr/share/dns/root.key

stop_server()
{
	read -r pid _ <"$LAB/run/$1.pid"
	kill "$pid"
	while [ -e "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do
		sleep 0.02
	done
	rm -f "$LAB/run/$1.pid"
}

# serve MS: the listeners, each flight MS milliseconds late
serve()
{
	[ ! -e "$LAB/run/listener.pid" ] || stop_server listener
	"$labsrc/start.sh" listener "$bin/listener" "$LAB/cert.pem" "$LAB/key.pem" "443=$1" "25=$1"
	sleep 0.3
}

# A resolver without memory of what others asked.
cold_resolver()
{
	[ ! -e "$LAB/run/resolver.pid" ] || stop_server resolver
	"$labsrc/start.sh" resolver unbound -d -c "$LAB/unbound.conf"
	tries=0
	until drill -Q @$resolver example SOA 2>/dev/null | grep -q nic.example; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || fail "the resolver doesn't answer"
		sleep 0.05
	done
}

# Seconds of CPU of the resolver so far.
resolver_cpu()
{
	read -r pid _ <"$LAB/run/resolver.pid"
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print ($12 + $13) / hz }' "/proc/$pid/stat"
}

# record SCENE WHO WIDTH TARGETS WALL CPU CHARGED KIB GOOD LAST
record()
{
	echo "$*" | tr ' ' "$tab" >>figures
	echo "$*" | awk '{ printf "  %-8s %-18s %5s wide %7d targets %7.3f ms of CPU each %8.1f a second %7.1f MiB\n",
		$1, $2, $3, $4, ($6 + $7) / $4 * 1000, $4 / $5, $8 / 1024 }'
}

# ours SCENE WHO RESOLVER JOBS LIST [OPTIONS]
ours()
{
	scene=$1 who=$2 at=$3 wide=$4 list=$5
	shift 5
	set -- check --resolver "$at" --trust-anchor "$key" -j "$wide" --per-host 64 --per-net 0 "$@" -o ndjson -f "$list"
	say "daneprobe $*"
	spent=$("$bin/spend" -l "$DANEPROBE" "$@" 2>log.err)
	# shellcheck disable=SC2086
	set -- $spent
	[ "$5" -gt 0 ] || { echo "  $scene $who: no target matched: not counted"; return 0; }
	record "$scene" "$who" "$wide" "$(wc -l <"$list")" "$1" "$2" 0 "$3" "$5" "$6"
}

say()
{
	grep -qxF "$*" said 2>/dev/null || { echo "$*" | tee -a said | sed 's/^/$ /'; }
}

fail()
{
	echo "many.sh: $*" >&2
	tail -n 5 log.err >&2
	exit 1
}

all_good()
{
	tail -n 1 figures | awk -F "$tab" -v who="$who" '{ exit $9 != $4 || $2 != who }' || fail "not every target matched: $(tail -n 1 figures)"
}

# floor WHO LIST [resolve]
floor()
{
	who=$1 list=$2
	shift 2
	say "floor $names root.key 443 $* <$list"
	# shellcheck disable=SC2046
	set -- $("$bin/spend" "$bin/floor" "$names" "$key" 443 "$@" <"$list" 2>log.err)
	[ "$(tail -n 1 log.err)" -eq "$(wc -l <"$list")" ] || fail "the floor's targets fail"
	record plain "$who" 1 "$(wc -l <"$list")" "$1" "$2" 0 "$3" 0 0
}

# The peers: how they are called ({} is the host), what they print on success, and whether a
# resolver validates for them.
peer()
{
	case $1 in
	danetool) cmd='danetool --local-dns --check {} --port 443' ok='Certificate matches' charged=no ;;
	ldns-dane) cmd='ldns-dane -n verify {} 443' ok='dane-validated successfully' charged=yes ;;
	openssl) cmd="sh $bench/openssl.sh {}" ok='^Verification: OK' charged=yes ;;
	posttls-finger) cmd='posttls-finger -c -l dane-only [{}]' ok='Verified TLS connection' charged=yes ;;
	esac
}

# How many targets a run takes: about as long for each width.
peer_targets()
{
	case $1,$2 in
	plain,1) n=200 ;;
	plain,*) n=400 ;;
	late,1) n=30 ;;
	late,2) n=60 ;;
	late,4) n=120 ;;
	late,8) n=240 ;;
	late,*) n=480 ;;
	esac
	n=$((n / share))
}

# run_peer SCENE NAME WIDTH
run_peer()
{
	peer "$2"
	peer_targets "$1" "$3"
	head -n "$n" zones/own.txt >list
	case $1,$charged in
	plain,no) at=$names ;;
	late,no) at=$late_names ;;
	plain,yes) at=$resolver ;;
	late,yes) at=$late_resolver ;;
	esac
	echo "nameserver $at" >resolv.conf
	before=0 after=0
	if [ "$charged" = yes ]; then
		cold_resolver
		before=$(resolver_cpu)
	fi
	say "xargs -P $3 -I{} $cmd"
	# shellcheck disable=SC2086
	spent=$("$bin/spend" xargs -P "$3" -I{} $cmd <list 2>log.err)
	[ "$charged" = no ] || after=$(resolver_cpu)
	good=$(grep -c "$ok" log.err || :)
	# shellcheck disable=SC2086
	set -- "$1" "$2" "$3" $spent
	[ "$good" -ge $((n * 98 / 100)) ] || { echo "  $1 $2 $3 wide: only $good of $n matched: not counted"; return 0; }
	record "$1" "$2" "$3" "$good" "$4" "$5" "$(awk "BEGIN { print $after - $before }")" "$6" "$good" 0
}

peers()
{
	for name in danetool ldns-dane openssl posttls-finger; do
		if ! command -v "$name" >/dev/null; then
			echo "  $name is not installed"
			continue
		fi
		for wide in $widths; do
			run_peer "$1" "$name" "$wide"
		done
	done
}

# wild COUNT STEP: names under wildcards, at 250 addresses; one in STEP silent, 0: none
wild()
{
	awk -v n="$1" -v step="$2" 'BEGIN { for (i = 1; i <= n; i++)
		printf "n%d.%s%d.wild.example\n", i, step && i % step == 0 ? "q" : "w", i % 250 }'
}

memory()
{
	wild "$1" 0 >wild.txt
	ours memory "wild-$1" $names "$jobs_long" wild.txt
	all_good
}

if [ "${1:-}" = --long ]; then
	memory "$few"
	memory 1000000
	jq -Rn --argjson wide "$jobs_long" '[inputs | split("\t")] |
		{ rss_mib_10k: (.[0][7] | tonumber / 1024), rss_mib_1m: (.[1][7] | tonumber / 1024),
		  in_flight: $wide, seconds: (.[1][4] | tonumber), cpu_seconds: (.[1][5] | tonumber) }' \
		figures | tee "$top_builddir/bench-long.json"
	exit 0
fi

sed 's,^,smtp://,' zones/own.txt >smtp.txt
echo "Nothing delays: the processors decide."
serve 0
i=0
while [ "$i" -lt "$rounds" ]; do
	for scene in own shared; do
		floor "floor-$scene" "zones/$scene.txt"
		ours plain "daneprobe-$scene" $names "$jobs" "zones/$scene.txt"
		all_good
	done
	i=$((i + 1))
done
floor floor-resolve zones/own.txt resolve
peers plain
ours plain daneprobe-smtp $names "$jobs" smtp.txt
echo "One silent host in ten."
i=0
while [ "$i" -lt 2 ]; do
	memory "$few"
	wild "$few" 10 >silent.txt
	ours silent daneprobe-silent $names "$jobs_long" silent.txt
	i=$((i + 1))
done
[ "$many" -eq 0 ] || memory "$many"

echo "20 ms of delay at every DNS answer and every flight of a server: the waiting decides."
serve 20
i=0
while [ "$i" -lt "$rounds" ]; do
	ours late daneprobe-own $late_names "$jobs" zones/own.txt
	all_good
	i=$((i + 1))
done
peers late
ours late daneprobe-smtp $late_names "$jobs" smtp.txt

jq -Rn --argjson wide "$jobs_long" --arg few "wild-$few" --arg many "wild-$many" -f "$bench/ratios.jq" \
	figures >"$top_builddir/bench.json"
echo
jq -r 'del(.figures) | to_entries[] | "\(.key)\t\(.value)"' "$top_builddir/bench.json" |
	awk -F "$tab" '{ printf "%-34s %s\n", $1, $2 }'
