# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# The parts of the benchmark, in the order in which they run: part_NAME does what it says with
# the words of tools.sh. Sourced by many.sh.
parts="plain peers memory silent late hung chains hosting single"

# Nothing delays, one small certificate: what the floor costs, and what we do.
part_plain()
{
	serve none 0
	for _ in $turns; do
		for owner in own shared; do
			floor plain "floor-$owner" "zones/$owner.txt"
			ours plain "daneprobe-$owner" $names "$jobs" "zones/$owner.txt"
			all_good
		done
	done
	floor plain floor-resolve zones/own.txt resolve
	sed 's,^,smtp://,' zones/own.txt >smtp.txt
	ours plain daneprobe-smtp $names "$jobs" smtp.txt
	ours plain counted-own $counted "$jobs" zones/own.txt
	ours plain counted-shared $counted "$jobs" zones/shared.txt
	ours plain daneprobe-own-4 $names "$jobs" zones/own.txt -4
}

part_peers()
{
	serve none 0
	peers plain
}

memory()
{
	wild "$1" 0 >wild.txt
	ours memory "wild-$1" $names "$jobs_long" wild.txt
	all_good
}

part_memory()
{
	serve none 0
	memory "$few"
	[ "$many" -eq 0 ] || memory "$many"
}

# One host in ten accepts and is silent; with room for all of them.
part_silent()
{
	serve none 0
	for _ in 1 2; do
		memory "$few"
		wild "$few" 10 >silent.txt
		ours silent daneprobe-silent $names "$jobs_long" silent.txt
	done
}

# 20 ms of delay at every DNS answer and every flight of a server: the waiting decides.
part_late()
{
	serve none 20
	relays 20
	for _ in $turns; do
		ours late daneprobe-own $late_names "$jobs" zones/own.txt
		all_good
	done
	sed 's,^,smtp://,' zones/own.txt >smtp.txt
	ours late daneprobe-smtp $late_names "$jobs" smtp.txt
	peers late
	relays 0
}

# One host in ten doesn't even accept, each at an address of its own, and -j is the default.
part_hung()
{
	serve none 0
	wild "$few" 0 >wild.txt
	wild "$few" 10 h 1000 >hung.txt
	ours hung daneprobe-none $names 0 wild.txt
	ours hung daneprobe-hung $names 0 hung.txt
}

# What public CAs' chains add: a leaf with 2 or 50 names and an intermediate.
part_chains()
{
	for chain in none p256-2 p256-50 p384-2 p384-50 rsa-2 rsa-50; do
		serve "$chain" 0
		for _ in $turns; do
			floor chains "floor-$chain" zones/own.txt
			ours chains "daneprobe-$chain" $names "$jobs" zones/own.txt
			all_good
		done
	done
}

# A provider's domains: all mail goes to the same three hosts, all IMAP to the same two.
part_hosting()
{
	serve p384-50 0
	awk -v n="$domains" 'BEGIN { for (i = 1; i <= n; i++) printf "mx://d%d.mail.hosting.example\n", i }' >mx.txt
	awk -v n="$((domains / 10))" 'BEGIN { for (i = 1; i <= n; i++)
		printf "srv://_imap._tcp.d%d.imap.hosting.example\n", i }' >srv.txt
	ours hosting mx $names "$jobs" mx.txt
	all_good
	ours hosting srv $names "$jobs" srv.txt
	all_good
	ours hosting counted-mx $counted "$jobs" mx.txt
}

# single_check HOW TARGET: one check, the way to DNS given by HOW
single_check()
{
	case $1 in
	resolver) set -- --resolver $late_resolver "$2" ;;
	resolvconf) set -- "$2" ;;
	recurse) set -- --recurse --root-hints "$LAB/root.hints" "$2" ;;
	esac
	"$DANEPROBE" check -q --trust-anchor "$key" "$@"
}

danetool_check()
{
	danetool --local-dns --check "$1" --port 443
}

version()
{
	"$DANEPROBE" --version
}

# One check, with a delay at each DNS answer and each flight of the server; and beside danetool.
part_single()
{
	cold_resolver
	echo "nameserver $late_resolver" >resolv.conf
	for ms in 0 5 20 50; do
		serve p384-50 "$ms"
		relays "$ms"
		for target in https://www.z0.example smtp://www.z0.example; do
			for how in resolver resolvconf recurse; do
				rm -f spans
				single_check $how $target >/dev/null 2>&1 || fail "$how $target failed" # warms the resolver
				asked=$(questions)
				for _ in $repeats; do
					time_of single_check $how $target >>spans
				done
				asked=$(($(questions) - asked))
				timed "${target%%:*}-$how-$ms" spans "$((asked / $(wc -l <spans)))"
			done
		done
	done
	relays 0
	serve p384-50 0
	command -v danetool >/dev/null || return 0
	rm -f times.*
	i=0
	while [ "$i" -lt "$pairs" ]; do
		time_of single_check resolvconf https://www.z0.example >>times.ours
		time_of danetool_check www.z0.example >>times.danetool
		time_of version >>times.version
		i=$((i + 1))
	done
	timed ours times.ours 0
	timed danetool times.danetool 0
	timed version times.version 0
}
