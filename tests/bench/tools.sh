# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# What the parts of the benchmark are written in: servers with a delay, runs of the program, of
# the floor and of the peers, and a line of figures for each. Sourced by many.sh, in the lab.
tab=$(printf '\t')

# The name server and the resolver, both without delay, the relays before them, the relay
# that only counts, and those that the delegations lead to.
names=127.53.1.1 resolver=127.53.0.53
late_names=127.53.1.20 late_resolver=127.53.0.20 counted=127.53.1.10
key=$LAB/zones/root.key

fail()
{
	echo "many.sh: $*" >&2
	[ ! -e log.err ] || tail -n 5 log.err >&2
	exit 1
}

say()
{
	grep -qxF "$*" said 2>/dev/null || { echo "$*" | tee -a said | sed 's/^/$ /'; }
}

stop_server()
{
	[ -e "$LAB/run/$1.pid" ] || return 0
	read -r pid _ <"$LAB/run/$1.pid"
	kill "$pid"
	while [ -e "/proc/$pid" ] && ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do
		sleep 0.02
	done
	rm -f "$LAB/run/$1.pid"
}

# serve CHAIN MS: the listeners, with that chain, each flight MS milliseconds late
serve()
{
	stop_server listener
	TALLY=$LAB/connections "$labsrc/start.sh" listener "$bin/listener" "$LAB/$1.pem" "$LAB/key.pem" 1000 \
		"443=$2" "25=$2" "143=$2"
	sleep 0.5
	read -r pid _ <"$LAB/run/listener.pid"
	[ -e "/proc/$pid" ] || fail "$(cat "$LAB/log/listener")"
}

# relay NAME ADDRESS UPSTREAM MS
relay()
{
	stop_server "$1"
	TALLY=$LAB/questions-$1 "$labsrc/start.sh" "$1" "$bin/dnsdelay" "$2" "$3" "$4"
}

# relays MS: all of them, that late
relays()
{
	relay names $late_names $names "$1"
	relay resolver-relay $late_resolver $resolver "$1"
	relay root 127.53.3.1 127.53.2.1 "$1"
	relay tld 127.53.3.2 127.53.2.2 "$1"
	relay leaf 127.53.3.3 $names "$1"
	relay counted $counted $names 0
	sleep 0.3
}

# The sum of what the relays were asked, or of the connections, so far.
questions()
{
	cat "$LAB"/questions-* | awk '{ n += $1 } END { print n + 0 }'
}

connections()
{
	read -r n <"$LAB/connections"
	echo "$n"
}

# A resolver without memory of what others asked.
cold_resolver()
{
	stop_server resolver
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

# record SCENE WHO WIDTH TARGETS WALL CPU CHARGED KIB GOOD LAST QUESTIONS CONNECTIONS
record()
{
	echo "$*" | tr ' ' "$tab" >>figures
	echo "$*" | awk '{
		printf "  %-8s %-20s %5s wide %7d targets %8.3f ms of CPU each %8.1f a second %7.1f MiB",
			$1, $2, $3, $4, ($6 + $7) / $4 * 1000, $4 / $5, $8 / 1024
		if ($11 > 0)
			printf " %6.2f questions each", $11 / $4
		printf " %d connections\n", $12
	}'
}

# ours SCENE WHO RESOLVER JOBS LIST [OPTIONS]; JOBS 0: the default
ours()
{
	scene=$1 who=$2 at=$3 wide=$4 list=$5
	shift 5
	[ "$wide" -eq 0 ] || set -- -j "$wide" "$@"
	set -- check --resolver "$at" --trust-anchor "$key" --per-host 64 --per-net 0 "$@" -o ndjson -f "$list"
	say "daneprobe $*"
	asked=$(questions) met=$(connections)
	spent=$("$bin/spend" -l "$DANEPROBE" "$@" 2>log.err)
	asked=$(($(questions) - asked)) met=$(($(connections) - met))
	# shellcheck disable=SC2086
	set -- $spent
	[ "$5" -gt 0 ] || { echo "  $scene $who: no target matched: not counted"; return 0; }
	record "$scene" "$who" "$wide" "$(wc -l <"$list")" "$1" "$2" 0 "$3" "$5" "$6" "$asked" "$met"
}

all_good()
{
	tail -n 1 figures | awk -F "$tab" -v who="$who" '{ exit $9 != $4 || $2 != who }' || fail "not every target matched: $(tail -n 1 figures)"
}

# floor SCENE WHO LIST [resolve]
floor()
{
	scene=$1 who=$2 list=$3
	shift 3
	say "floor $names root.key 443 $* <$list"
	# shellcheck disable=SC2046
	set -- $("$bin/spend" "$bin/floor" "$names" "$key" 443 "$@" <"$list" 2>log.err)
	[ "$(tail -n 1 log.err)" -eq "$(wc -l <"$list")" ] || fail "the floor's targets fail"
	record "$scene" "$who" 1 "$(wc -l <"$list")" "$1" "$2" 0 "$3" 0 0 0 0
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
	record "$1" "$2" "$3" "$good" "$4" "$5" "$(awk "BEGIN { print $after - $before }")" "$6" "$good" 0 0 0
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

# time_of COMMAND: wall milliseconds with two decimals; a command that fails ends the benchmark
time_of()
{
	begin=$(date +%s%N)
	"$@" >log.err 2>&1 || fail "$* failed"
	end=$(date +%s%N)
	echo "$((end - begin))" | awk '{ printf "%.2f\n", $1 / 1e6 }'
}

# median_of FILE
median_of()
{
	sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# timed WHO FILE QUESTIONS: records the times in FILE, of so many runs of one target: the median as
# wall time, and the least as that of the last match
timed()
{
	middle=$(median_of "$2")
	n=$(wc -l <"$2")
	least=$(sort -n "$2" | head -n 1)
	printf '  single   %-20s %d runs, median %.2f ms, least %.2f ms, %s questions\n' "$1" "$n" "$middle" \
		"$least" "$3"
	echo "single $1 1 1 $(awk "BEGIN { print $middle / 1000 }") 0 0 0 1 $(awk "BEGIN { print $least / 1000 }") $3 0" | tr ' ' "$tab" >>figures
}

# wild COUNT STEP [LETTER NETS]: names under wildcards, at 250 addresses; one in STEP (0: none)
# is silent (q, at 250 addresses) or doesn't accept (h, at 1000)
wild()
{
	awk -v n="$1" -v step="$2" -v letter="${3:-q}" -v nets="${4:-250}" 'BEGIN { for (i = 1; i <= n; i++)
		if (step && i % step == 0)
			printf "n%d.%s%d.wild.example\n", i, letter, i / step % nets
		else
			printf "n%d.w%d.wild.example\n", i, i % 250 }'
}
