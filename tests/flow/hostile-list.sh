#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Bad luck and bad neighbours: a process that is stopped or stuck, a domain that names thousands of
# addresses. What others are told stays right. TAP, one test a part_NAME function.
#   hostile-list.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

healthy()
{
	seq 1 200 | sed 's/.*/p&.crowd.example/'
}

# stop_for SECONDS PID: the process and what it made
stop_for()
{
	# shellcheck disable=SC2046
	set -- "$1" "$2" $(pgrep -P "$2" || :)
	pause=$1
	shift
	kill -STOP "$@"
	sleep "$pause"
	kill -CONT "$@"
}

# all_right FILE: each of the healthy is OK
all_right()
{
	jq -r 'select(.target | test("^p[0-9]+[.]crowd")) | "\(.state) \(.code) \(.summary)"' "$1" |
		sort | uniq -c >states
	[ "$(wc -l <states)" -eq 1 ] && grep -q '^ *200 OK match ' states ||
		fail "the healthy hosts: $(cut -c1-150 states)"
}

# until_ready FILE
until_ready()
{
	tries=0
	until grep -q ready "$1" || [ $tries -ge 200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}

# slow_relay PORT: makes it last, so that most are in flight when it happens
slow_relay()
{
	/usr/bin/python3 "$src/counting.py" 127.44.9.91 "$1" 127.44.1.1 443 1 log >ready 2>relay.err &
	helpers="$helpers $!"
	until_ready ready
}

part_list_that_was_stopped()
{
	slow_relay 9091
	healthy >list
	for format in ndjson json; do
		# shellcheck disable=SC2086
		"$DANEPROBE" check $R -t 4 -f list -o $format --retries 0 --per-host 100 --per-net 0 \
			--connect-to ::127.44.9.91:9091 >out 2>err &
		pid=$!
		sleep 1
		stop_for 6 $pid
		wait $pid || fail "$format: exit status $? $(head -c 500 err)"
		jq -c 'if type == "array" then .[] else . end' out >each
		all_right each
	done
}

# A worker alone is stopped: it is ended, and its targets go to another.
part_worker_that_was_stopped()
{
	slow_relay 9094
	healthy >list
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -t 4 -f list -o ndjson --workers 2 --retries 0 --per-host 100 --per-net 0 \
		--connect-to ::127.44.9.91:9094 >out 2>err &
	pid=$!
	sleep 1
	kill -STOP "$(pgrep -P $pid | head -n 1)"
	wait $pid || fail "exit status $? $(head -c 500 err)"
	has err 'did not react for two seconds'
	all_right out
}

# late OUTPUT: a check of two seconds that was stopped until its end had passed
late()
{
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -t 2 -o "$1" --connect-to p1.crowd.example:443:127.44.9.2:443 \
		p1.crowd.example >out 2>err &
	pid=$!
	sleep 0.5
	stop_for 4 $pid
	status=0
	wait $pid || status=$?
	[ $status -eq 3 ] || fail "$1: exit status $status: $(cat out err)"
	has out 'stood still'
}

part_single_check_that_was_stopped()
{
	late nagios
	[ "$(grep -c '^DANE UNKNOWN - ' out)" -eq 1 ] || fail "$(cat out)"
	late json
	[ "$(jq -r '.[0].code' out)" = stopped ] || fail "$(cat out)"
	late text
}

# holder PORT SECONDS: at every address; tells how many connections there are at once, at most
holder()
{
	/usr/bin/python3 "$src/holder.py" "$1" "$2" >held 2>holder.err &
	helpers="$helpers $!"
	until_ready held
}

# addresses PORT COUNT: options that give one host so many, in networks of 100
addresses()
{
	seq 0 $(($2 - 1)) | awk -v port="$1" '{
		printf "--connect-to p1.crowd.example:443:127.46.%d.%d:%d\n", $1 / 100, 1 + $1 % 100, port }'
}

most_held()
{
	tail -n 1 held | sed 's/ready/0/'
}

part_addresses_in_turn()
{
	holder 9092 0.2
	# shellcheck disable=SC2046
	check 2 -t 20 -o json $(addresses 9092 250) p1.crowd.example
	[ "$(most_held)" -le 64 ] || fail "$(most_held) connections at once"
	[ "$(jq '[.[0].endpoints[0].peers[] | select(.code != "stopped")] | length' out)" -eq 250 ] ||
		fail "$(jq -c '[.[0].endpoints[0].peers[].code] | group_by(.) | map([.[0], length])' out)"
	# shellcheck disable=SC2046
	check 2 -t 20 -o json --per-target 5 $(addresses 9092 30) p1.crowd.example
}

part_addresses_without_end()
{
	holder 9093 60
	# shellcheck disable=SC2046
	check 2 -t 2 -o json $(addresses 9093 700) p1.crowd.example
	within 3500
	[ "$(most_held)" -le 64 ] || fail "$(most_held) connections at once"
	jq -r '.[0].endpoints[0].peers[] | "\(.code) \(.error)"' out | sort | uniq -c >said
	has said 'stopped not asked within 2 s'
	has said "188 stopped not asked: at most 512 of a target's addresses are"
}

# sum_of_codes FILE: "512 timeout, ..." of all peers of the first target
sum_of_codes()
{
	jq -r '[.[0].endpoints[].peers[].code] | group_by(.) | map("\(length) \(.[0])") | join(", ")' "$1"
}

# 16,000 addresses that the owner of a domain picked, behind 64 MX hosts: one target, alone and in a
# list.
part_addresses_of_an_mx_set()
{
	plain_build || return 0 # with sanitizers the report alone outlasts the time
	holder 9104 0.2
	seq 0 249 | awk '{ printf "--connect-to ::127.46.%d.%d:9104\n", $1 / 100, 1 + $1 % 100 }' >astray
	# shellcheck disable=SC2046
	check 3 -t 40 -o json $(cat astray) mx://exchanges.crowd.example
	[ "$(most_held)" -le 64 ] || fail "$(most_held) connections at once"
	[ "$(most_held)" -ge 33 ] || fail "only $(most_held) connections at once"
	[ "$(jq '[.[0].endpoints[].peers[] | select(.code != "stopped")] | length' out)" -eq 512 ] ||
		fail "$(sum_of_codes out)"
	jq -r '.[0].endpoints[].peers[].error' out | sort | uniq -c >said
	has said "not asked: at most 512 of a target's addresses are"
	echo "$took ms, $(sum_of_codes out)" >told
	echo mx://exchanges.crowd.example >list
	# shellcheck disable=SC2046
	check 3 -t 8 -f list -o ndjson --retries 0 $(cat astray)
	[ "$(most_held)" -le 64 ] || fail "$(most_held) connections at once in a list"
	lines out 1
}

# Whoever asks what a server presents goes by the same bounds: 64 at once, 32 to one network.
part_addresses_of_a_live_look()
{
	holder 9096 0.2
	run 3 "$DANEPROBE" record --recurse --root-hints "$LAB/root.hints" --trust-anchor "$LAB/root.key" \
		--live -t 20 tls://hundred.crowd.example:9096
	[ "$(most_held)" -le 64 ] || fail "$(most_held) connections at once"
	[ "$(most_held)" -ge 33 ] || fail "only $(most_held) connections at once"
}

# neighbours: options that lead twenty hosts to each kind of hostile peer, and their lines
neighbours()
{
	for peer in 2:silent 3:garbage 4:closes 5:resets 8:aborts 6:trickle 7:endless; do
		seq 1 20 | sed "s/.*/&-${peer#*:}.crowd.example/"
	done
}

lead_astray()
{
	for peer in 2:silent 3:garbage 4:closes 5:resets 8:aborts 6:trickle 7:endless; do
		seq 1 20 | sed "s/.*/--connect-to &-${peer#*:}.crowd.example:443:127.44.9.${peer%:*}:443/"
	done
}

# peak COMMAND...: its largest process, in KiB, goes to peak; helpers are counted too
peak()
{
	/usr/bin/python3 -c '
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open("peak", "w"))
sys.exit(status)' "$@"
}

# below KIB
below()
{
	! plain_build || [ "$(cat peak)" -lt "$1" ] || fail "$(cat peak) KiB at the most, not $1"
}

# Those that say nothing are waited for as long as -t; beside them nothing takes more than twice the
# time of the healthy alone (two seconds are left to a busy machine).
part_list_beside_hostile_peers()
{
	healthy >list
	# shellcheck disable=SC2086
	run 0 "$DANEPROBE" check $R -t 3 -f list -o ndjson --retries 0 --per-host 100 --per-net 0
	alone=$took
	(
		healthy
		neighbours
	) | sort -R --random-source="$src/hostile-list.sh" >list
	# shellcheck disable=SC2046,SC2086
	run 2 peak "$DANEPROBE" check $R -t 3 -f list -o ndjson --retries 0 --per-host 100 --per-net 0 \
		$(lead_astray)
	all_right out
	lines out 340
	within $((2 * alone + 3000 + 2000))
	below 131072
	echo "$took ms, $(cat peak) KiB" >told
}

# Each sends one message of 16 MB.
part_endless_handshakes_everywhere()
{
	"$LAB/bin/hostile" 0.0.0.0:9095=endless >hostile.out 2>&1 &
	helpers="$helpers $!"
	"$LAB/bin/hostile" --wait 127.46.0.1:9095
	# shellcheck disable=SC2046,SC2086
	run 2 peak "$DANEPROBE" check $R -t 20 -o json $(addresses 9095 250) p1.crowd.example
	has out 'handshake is longer than 256 KiB'
	below 65536
	echo "$took ms, $(cat peak) KiB" >told
}

# large_names PORT: a server at every address whose certificate has 240 kB
large_names()
{
	/usr/bin/python3 -c 'import cryptography' 2>/dev/null || skip 'no python3-cryptography'
	PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$src/large_keys.py" names 0.0.0.0 "$1" >ready 2>names.err &
	helpers="$helpers $!"
	until_ready ready
}

part_large_certificates_everywhere()
{
	plain_build || return 0 # sanitizers take many times the memory and time
	large_names 9097
	# shellcheck disable=SC2046,SC2086
	run 2 peak "$DANEPROBE" check $R -t 60 -o json $(addresses 9097 200) p1.crowd.example
	[ "$(jq '[.[0].endpoints[0].peers[] | select(.code == "mismatch")] | length' out)" -eq 200 ] ||
		fail "$(jq -c '[.[0].endpoints[0].peers[].code] | group_by(.) | map([.[0], length])' out)"
	below 65536
	echo "$took ms, $(cat peak) KiB" >told
}

part_large_certificates_in_a_list()
{
	plain_build || return 0 # sanitizers take many times the memory and time
	large_names 9098
	healthy >list
	# shellcheck disable=SC2046,SC2086
	run 2 peak "$DANEPROBE" check $R -t 60 -f list -o ndjson --workers 1 --retries 0 --per-host 100 \
		--per-net 0 --connect-to ::127.46.0.1:9098
	[ "$(jq -r .code out | sort | uniq -c | tr -s ' ')" = ' 200 mismatch' ] || fail "$(jq -r .code out | sort | uniq -c)"
	below 131072
	echo "$took ms, $(cat peak) KiB" >told
}

# What is written in the list's order waits for earlier ones, though not without bound.
part_large_certificates_in_order()
{
	plain_build || return 0 # sanitizers take many times the memory and time
	large_names 9103
	seq 1 400 | sed 's/.*/p&.crowd.example/' >list
	# shellcheck disable=SC2046,SC2086
	run 2 peak "$DANEPROBE" check $R -t 60 -f list -o json --retries 0 --per-host 100 --per-net 0 \
		--connect-to ::127.46.0.1:9103
	[ "$(jq 'length' out)" -eq 400 ] || fail "$(jq -r '.[].code' out | sort | uniq -c)"
	below 65536
	echo "$took ms, $(cat peak) KiB" >told
}

# 400 records, none of which matches at 512 addresses
part_many_records_everywhere()
{
	plain_build || return 0 # sanitizers take many times the memory and time
	openssl s_server -quiet -accept 0.0.0.0:9100 -cert "$LAB/certs/ee.crt" -key "$LAB/certs/ee.key" \
		>openssl.log 2>&1 &
	helpers="$helpers $!"
	"$LAB/bin/hostile" --wait 127.46.0.1:9100
	# shellcheck disable=SC2046,SC2086
	run 2 peak "$DANEPROBE" check $R -t 60 -o json \
		$(addresses 9100 512 | sed 's/p1[.]/fourhundred./') fourhundred.crowd.example
	[ "$(jq '[.[0].endpoints[0].peers[] | select(.code == "mismatch")] | length' out)" -eq 512 ] ||
		fail "$(jq -c '[.[0].endpoints[0].peers[].code] | group_by(.) | map([.[0], length])' out)"
	below 65536
	echo "$took ms, $(cat peak) KiB" >told
}

# In one process nobody else is there to end what a library doesn't come to an end with: the list
# ends, and says with which.
part_list_with_a_stuck_library()
{
	sh -c "${CC:-cc} -shared -fPIC -o stuck.so \"\$1\" $(pkg-config --cflags gnutls)" sh "$src/stuck_library.c" >&2
	healthy | head -n 20 >list
	for format in text nagios json; do
		# shellcheck disable=SC2086
		ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 STUCK_AT=12 LD_PRELOAD=$PWD/stuck.so \
			run 3 timeout 20 "$DANEPROBE" check $R -f list -o $format -j 4
		within 12000
		if [ $format = nagios ]; then
			lines out 1
			grep -qE '^DANE UNKNOWN - the target in line [0-9]+ keeps a library busy' out || fail "$(cat out)"
		else
			grep -qE '^daneprobe: the target in line [0-9]+ keeps a library busy' err || fail "$(cat err)"
			# what was known by then is there
			grep -q 'p1.crowd.example' out || fail "$format: nothing was shown: $(cat out)"
		fi
	done
}

parts_main "$@"
