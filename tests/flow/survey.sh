#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Long lists in pieces: shards, runs that are ended and resumed, summaries, the progress on a
# terminal, and the examples of doc/survey. TAP, one test a part_NAME function.
#   survey.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

examples=$src/../../doc/survey

# Good ones, two that are bad (one no UTF-8), and some that are there twice.
make_list()
{
	seq 1 60 | sed 's/.*/p&.match.example/' >list
	printf '%s\n' ee.match.example 'exa mple' wrong.match.example '# comment' ee.match.example \
		https://EE.match.example p7.match.example 'exa mple' >>list
	printf 'b\377d \001\n' >>list
	targets=68
}

# What runs of the list came to, whatever the order and the time
outcomes()
{
	jq -c '[.target, .normalized, .state, .code]' "$@" | sort
}

one_run()
{
	check 2 -f list -o ndjson
	mv out whole
	outcomes whole >wanted
	lines whole "$targets"
}

same_as_one_run()
{
	outcomes "$@" >got
	diff wanted got >differing || fail "$* aren't one run's: $(cat differing)"
}

# daneprobe as the examples call it, with the options that lead to the lab
shim()
{
	mkdir bin
	printf '#!/bin/sh\nverb=$1\nshift\nexec "%s" "$verb" %s "$@"\n' "$DANEPROBE" "$R" >bin/daneprobe
	chmod 755 bin/daneprobe
	PATH=$PWD/bin:$PATH
	export PATH
}

part_shards()
{
	make_list
	one_run
	for i in 1 2 3 4 5; do
		check 2 -f list -o ndjson --shard $i/5
		mv out "part.$i"
		[ -s "part.$i" ] || fail "part $i is empty"
		# shellcheck disable=SC2086
		"$DANEPROBE" check $R -f list --shard $i/5 --dry-run | grep '^[^ ]' >>planned || :
	done
	same_as_one_run part.1 part.2 part.3 part.4 part.5
	jq -r 'select(.normalized) | .normalized' whole | sort >targets
	grep '^https:' planned | sort | diff targets - || fail "--dry-run tells other parts"
}

# By host, all that a host has is in one part; and each target is in one, as ever.
part_shards_by_host()
{
	# shellcheck disable=SC2086
	for host in ee.match.example bad.mismatch.example www.plain; do
		for port in '' :8443 :444 :445 :446 :447; do
			echo "$host$port"
		done
	done >list
	for i in 1 2 3; do
		"$DANEPROBE" check $R -f list --shard $i/3 --shard-by host --dry-run | grep "^[a-z]*://" >"part.$i" || :
		sed "s,^[a-z]*://,,; s,:.*,," "part.$i" | sort -u >"hosts.$i"
	done
	[ "$(cat part.1 part.2 part.3 | wc -l)" -eq 18 ] || fail "not each target once"
	[ "$(cat hosts.1 hosts.2 hosts.3 | sort | uniq -d | wc -l)" -eq 0 ] || fail "a host in two parts"
	check 3 -f list --shard-by hots
	has err 'none of target|host'
}

# What the lab has of domains with MX and SRV records, as its rows name them.
domains()
{
	grep -o -e 'mx://[a-z.-]*' -e 'srv://[a-z._-]*' "$lab_src/rows.tsv" | sort -u
}

# DNS is told as it is, no server is asked, and nothing that wasn't probed is said to be well.
part_lookups_alone()
{
	check 3 --lookup-only ee.match.example
	has out 'not-probed'
	has out 'no server was asked'
	! grep -qi -e match$ -e '^OK' -e verified out || fail "$(cat out)"
	check 2 --lookup-only none.match.example
	has out 'no-tlsa'
	check 0 --lookup-only --dry-run ee.match.example mx://mail.example
	[ "$(grep -c 'connect  nowhere' out)" -eq 2 ] || fail "$(cat out)"
	check 3 --lookup-only -o nagios ee.match.example
	has out 'DANE UNKNOWN - --lookup-only asks no server'
	domains >list
	check 2 --lookup-only -f list -o ndjson --summary=sum
	lines out "$(wc -l <list)"
	jq -e '.complete and .codes["not-probed"] >= 10 and .states.OK == 0 and .codes.match == 0' sum || fail "$(cat sum)"
	jq -e -s 'all(.lookup_only and all(.endpoints[]; .peers == [] and .state != "OK"))' out || fail "$(cat out)"
	jq -e -s '.[] | select(.target == "mx://mail.example") | .discovery.security == "secure" and
		(.endpoints | map(.host)) == ["mx1.mail.example", "mx2.mail.example"] and
		all(.endpoints[]; .tlsa.security == "secure" and any(.tlsa.records[]; .usable))' out ||
		fail "$(grep mx://mail.example out)"
	jq -s . out >out.json
	if /usr/bin/python3 -c 'import jsonschema' 2>/dev/null; then
		run 0 /usr/bin/python3 "$lab_src/validate.py" "$src/../../doc/daneprobe.schema.json" out.json
		[ ! -s out ] || fail "$(cat out)"
	fi
}

# No address hears of it: not those of silent hosts, nor of a listener that counts.
part_lookups_connect_to_nothing()
{
	mkfifo heard
	/usr/bin/python3 -c 'import socket, sys
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
s.settimeout(60)
while True:
    s.accept()
    print("heard", flush=True)' >listener 2>listener.err &
	helpers="$helpers $!"
	tries=0
	until [ -s listener ] || [ $tries -ge 200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	port=$(head -n 1 listener)
	check 3 --lookup-only --connect-to "ee.match.example:443:127.0.0.1:$port" ee.match.example
	lines listener 1
	check 2 --connect-to "ee.match.example:443:127.0.0.1:$port" -t 1 ee.match.example
	[ "$(grep -c heard listener)" -gt 0 ] || fail "nobody connected" # it may have come twice
}

# What was only looked up isn't done.
part_lookups_are_not_resumed()
{
	domains >list
	check 2 --lookup-only -f list -o ndjson
	mv out lookups
	check 2 -f list -o ndjson --resume lookups --summary=sum
	lines out "$(wc -l <list)"
	[ "$(jq -c .resumed sum)" -eq 0 ] || fail "$(cat sum)"
	cp out results
	check 2 --lookup-only -f list -o ndjson --resume lookups
	lines out 0
	check 2 --lookup-only -f list -o ndjson --resume results
	lines out 0
}

# By domain, then by host, joined again: that comes to what one run comes to.
part_two_stages()
{
	parallel --version 2>&1 | grep -q '^GNU parallel' || skip "GNU parallel is not installed"
	domains >list
	targets=$(wc -l <list)
	one_run
	shim
	run 0 sh "$examples/stages.sh" list 3
	same_as_one_run results
	[ "$(wc -l <hosts)" -ge 10 ] || fail "few hosts: $(cat hosts)"
	[ "$(sort -u hosts | wc -l)" -eq "$(jq -r .normalized probes | sort -u | wc -l)" ] || fail "a host twice"
	[ -s again ] && [ "$(wc -l <again)" -lt "$(wc -l <list)" ] || fail "again: $(cat again)"
	# and nothing is well of which no server was asked
	: >nothing
	jq -n -c -f "$examples/map.jq" nothing >map
	jq -c --slurpfile map map -f "$examples/join.jq" lookups >joined
	! grep -e '"OK"' -e '"match"' joined || fail "well without a probe"
}

# job NAME: the script of that job
job()
{
	awk -v name="name: dane-$1" '
		/^---$/ { on = taken = 0 }
		index($0, name) { on = 1 }
		/^          volumeMounts:$/ { taken = 0 }
		taken { sub(/^              /, ""); print }
		on && /^            - [|]$/ { taken = 1 }' "$examples/stages.yml" >script
	[ -s script ] || fail "no job $1"
}

part_kubernetes_stages()
{
	domains >list
	targets=$(wc -l <list)
	one_run
	shim
	mv list domains
	cp "$examples"/*.jq .
	for stage in lookups hosts probes join; do
		job $stage
		for JOB_COMPLETION_INDEX in 0 1 2 3 4 5 6 7; do
			export JOB_COMPLETION_INDEX
			run 0 sh script
			case $stage in hosts | join) break ;; esac
		done
	done
	check 2 -f again -o ndjson
	cat out >>results
	same_as_one_run results
	[ "$(jq -c '[.complete, .targets]' summary)" = "[true,$targets]" ] || fail "$(cat summary)"
}

part_sum_of_summaries()
{
	domains >list
	check 2 -f list -o ndjson --summary=whole
	mv out all
	for i in 1 2 3; do
		check 2 -f list -o ndjson --shard $i/3 --summary=summary.$i
	done
	jq -s -f "$examples/sum.jq" summary.1 summary.2 summary.3 >sum
	[ "$(jq -S -c . whole)" = "$(jq -S -c . sum)" ] || fail "$(cat sum)"
	jq -c '.complete = false' summary.2 >half
	[ "$(jq -s -f "$examples/sum.jq" summary.1 half summary.3 | jq -c .complete)" = false ] || fail "complete"
	! jq -s -f "$examples/sum.jq" /dev/null 2>err || fail "of nothing"
}

# Slower, or few questions at a time, and to the same end; there is a resolver before the lab's
# name servers in $F.
part_polite_to_name_servers()
{
	make_list
	one_run
	for n in '--dns-per-server 1' '--dns-per-server 0 --dns-rate 100000' '--dns-rate 200 --workers 1'; do
		# shellcheck disable=SC2086
		check 2 -f list -o ndjson $n
		same_as_one_run out
	done
	within 60000
	seq 1 20 | sed 's/.*/p&.match.example/' >few
	check 2 -f few -o ndjson --dns-rate 50 --workers 1
	# until more is known a target is taken to ask five questions
	[ "$took" -ge 1800 ] || fail "took $took ms"
	check 3 -f few --dns-rate many
	has err '--dns-rate'
}

part_empty_shards()
{
	for i in 1 2 3; do
		check 0 -o ndjson --shard $i/3 --summary=sum ee.match.example
		cat out >>all
		[ "$(jq -c .complete sum)" = true ] || fail "not complete"
	done
	lines all 1
	echo '# nothing' >list
	check 3 -o ndjson --shard 1/3 -f list
	has err 'there is no target in list'
	check 3 -o nagios -f list
	[ "$(cat out)" = 'DANE UNKNOWN - there is no target in list' ] || fail "$(cat out)"
	parts=0
	for i in 1 2 3; do
		check 0 -o nagios --shard $i/3 ee.match.example
		! grep -q '^DANE OK - this part of the list has no target$' out || parts=$((parts + 1))
	done
	[ $parts -eq 2 ] || fail "$parts empty parts"
}

# Each part says so itself where the list can't be read.
part_shards_of_no_list()
{
	for i in 1 2 3; do
		check 3 -o ndjson --shard $i/3 --summary=sum -f /tmp
		has out "can't read /tmp"
		[ "$(jq -c .complete sum)" = false ] || fail "complete"
	done
}

part_gnu_parallel()
{
	parallel --version 2>&1 | grep -q '^GNU parallel' || skip "GNU parallel is not installed"
	make_list
	one_run
	shim
	run 4 sh "$examples/parallel.sh" list 4
	lines out "$targets"
	same_as_one_run out
}

part_slurm()
{
	make_list
	one_run
	shim
	for SLURM_ARRAY_TASK_ID in 1 2 3; do
		export SLURM_ARRAY_TASK_ID SLURM_ARRAY_TASK_COUNT=3
		run 0 sh "$examples/slurm.sh" list
		run 0 sh "$examples/slurm.sh" list # as after --requeue
	done
	same_as_one_run part.1 part.2 part.3
}

part_kubernetes()
{
	make_list
	mv list hosts
	ln -s hosts list
	one_run
	shim
	sed -n '/^          args:$/,/^          volumeMounts:$/s/^              //p' "$examples/kubernetes.yml" >script
	for JOB_COMPLETION_INDEX in 0 1 2 3 4 5 6 7; do
		export JOB_COMPLETION_INDEX
		run 0 sh script
	done
	same_as_one_run part.1 part.2 part.3 part.4 part.5 part.6 part.7 part.8
}

# Ends the run of "$@", with the output appended to the file results, once it has some lines.
cut_off()
{
	signal=$1
	shift
	: >>results
	had=$(wc -l <results)
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson -j 2 --resume results "$@" >>results 2>err &
	pid=$!
	tries=0
	until [ "$(wc -l <results)" -ge $((had + 10)) ] || [ "$tries" -ge 500 ]; do
		tries=$((tries + 1))
		sleep 0.01
	done
	kill "-$signal" "$pid" || fail "it had ended already: $(cat err)"
	wait "$pid" && status=0 || status=$?
}

# A pipe that stays open: the run can't end by itself before the signal.
slow_list()
{
	mkfifo pipe
	sh -c 'head -n 40 list; exec sleep 60' >pipe &
	helpers="$helpers $!"
}

part_resume_after_kill()
{
	make_list
	one_run
	slow_list
	cut_off KILL -f pipe
	printf '{"version":1,"target":"p5' >>results # as a machine that goes down would leave
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson -f list --resume results --summary=sum >>results 2>err && status=0 || status=$?
	[ "$status" -eq 2 ] || fail "status $status: $(cat err)"
	same_as_one_run results
	jq -e --argjson n "$targets" '.complete and .targets == $n and .resumed >= 10 and .states.UNKNOWN == 3' sum ||
		fail "$(cat sum)"
	# And now all is there: the exit status is still that of all, and nothing is asked.
	cp results before
	check 2 --resume results -f list -o ndjson --summary
	lines out 0
	has err "$targets targets: 3 OK, 0 WARNING, 62 CRITICAL, 3 UNKNOWN ($targets from an earlier run)"
	cmp before results
}

# SIGTERM tells what was in flight as stopped; a later run does it.
part_resume_after_term()
{
	make_list
	one_run
	slow_list
	cut_off TERM -f pipe --summary=sum
	[ "$(jq -c .complete sum)" = false ] || fail "complete: $(cat sum)"
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson -f list --resume results --summary=sum >>results 2>err || :
	[ "$(jq -c .complete sum)" = true ] || fail "not complete: $(cat sum)"
	jq -c 'select(.code != "stopped")' results >judged
	same_as_one_run judged
}

# A target that comes through a slow pipe harms none that is in flight, and what is there is
# done before the pipe ends.
part_slow_pipe()
{
	make_list
	mkfifo pipe
	(head -n 5 list; sleep 3; tail -n +6 list) >pipe &
	helpers="$helpers $!"
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson -t 1 -f pipe >results 2>err &
	pid=$!
	sleep 1.5
	lines results 5
	wait "$pid" || :
	lines results "$targets"
	! grep -q timeout results || fail "$(cat results)"
}

# The first SIGINT finishes what is in flight, the second stops it.
part_interrupt()
{
	make_list
	slow_list
	cut_off INT -f pipe --summary=sum
	has err 'SIGINT: finishing the checks under way'
	[ "$status" -eq 2 ] || fail "status $status"
	! grep stopped results || fail "stopped"
	jq -e '.complete == false and .targets >= 10' sum || fail "$(cat sum)"
	kill "$helpers" || :
	rm pipe
	mkfifo pipe
	(echo ee.match.example; exec sleep 60) >pipe &
	helpers="$helpers $!"
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson -t 50 --connect-to ee.match.example:443:127.44.9.2:443 -f pipe >results 2>err &
	pid=$!
	sleep 1
	kill -INT "$pid"
	sleep 1
	lines results 0
	kill -INT "$pid"
	wait "$pid" && status=0 || status=$?
	[ "$status" -eq 3 ] || fail "status $status"
	jq -e '.code == "stopped" and (.summary | test("^SIGINT ended"))' results || fail "$(cat results)"
}

# workers PID: the processes of a run
workers()
{
	pgrep -P "$1"
}

# Workers that are killed in the middle take nothing with them.
part_workers_killed()
{
	make_list
	R="$R -t 1 --connect-to ee.match.example:443:127.44.9.2:443" # never says anything
	one_run
	mkfifo pipe
	(cat list; sleep 1; echo p1.match.example) >pipe &
	helpers="$helpers $!"
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson --workers 3 -f pipe >results 2>err &
	pid=$!
	sleep 0.5
	[ "$(workers $pid | wc -l)" -eq 3 ] || fail "workers: $(workers $pid)"
	workers $pid | xargs kill -KILL
	wait $pid && status=0 || status=$?
	[ "$status" -eq 2 ] || fail "status $status: $(cat err)"
	has err 'a worker process ended (killed by signal 9); its 3 targets go to another'
	last=$(($(wc -l <list) + 1))
	jq -c "select(.line != $last)" results >known
	same_as_one_run known
}

# Workers end with the parent, also where that had no time to tell them.
part_parent_killed()
{
	make_list
	slow_list
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson --workers 2 -f pipe >results 2>err &
	pid=$!
	sleep 0.5
	left=$(workers $pid)
	[ -n "$left" ] || fail "no workers"
	kill -KILL $pid
	wait $pid || :
	sleep 0.5
	for worker in $left; do
		! grep 'State:.[^Z]' "/proc/$worker/status" || fail "worker $worker is left"
	done
}

# Any number of workers and targets in flight gives the same results.
part_workers_agree()
{
	make_list
	one_run
	for n in '--workers 1 -j 1' '--workers 1' '--workers 5 -j 3' '--workers 8 -j 200'; do
		# shellcheck disable=SC2086
		check 2 -f list -o ndjson $n
		same_as_one_run out
	done
	# shellcheck disable=SC3045
	(ulimit -n 40; check 2 -f list -o ndjson -j 100)
	has err '-j 100 needs more than the 40 open files that a process may have'
	same_as_one_run out
	check 3 -f list -o ndjson --workers 0
}

# Nobody reads the results: then nobody reads the list either, and in the end nothing is lost.
part_slow_reader()
{
	make_list
	seq 1 3000 | sed 's/.*/q&.match.example/' >>list
	mkfifo out.pipe
	exec 8<>out.pipe
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson --workers 2 -j 8 -f - >out.pipe 2>err <list 8>&- &
	pid=$!
	sleep 3
	read=$(awk '/^rchar/ { print $2 }' /proc/$pid/io)
	sleep 1
	[ "$(awk '/^rchar/ { print $2 }' /proc/$pid/io)" -eq "$read" ] || fail "it reads on"
	grep -q '^VmRSS' /proc/$pid/status || fail "it has ended"
	cat <out.pipe >results 8>&- &
	reader=$!
	exec 8>&-
	wait $pid && status=0 || status=$?
	wait $reader
	[ "$status" -eq 2 ] || fail "status $status: $(cat err)"
	lines results $((targets + 3000))
	[ "$(jq -r .target results | sort -u | wc -l)" -eq "$(sed '/^#/d' list | sort -u | wc -l)" ] || fail "lost"
}

# What can't be written is said, and doesn't go on.
part_output_fails()
{
	make_list
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -o ndjson -f list --summary=sum >/dev/full 2>err && status=0 || status=$?
	[ "$status" -eq 3 ] || fail "full: status $status"
	has err "can't write to standard output: No space left on device"
	[ "$(jq -c .complete sum)" = false ] || fail "complete"
	# shellcheck disable=SC2086
	{ "$DANEPROBE" check $R -o ndjson -f list 2>err; echo $? >status; } | head -n 1 >first
	[ "$(cat status)" -eq 3 ] || fail "pipe: status $(cat status)"
	has err "can't write to standard output: Broken pipe"
	jq -e .code first || fail "$(cat first)"
}

part_resume_refusals()
{
	make_list
	check 3 -f list --resume absent
	has err "can't open absent"
	check 3 -f list --resume list
	has err 'list holds no result'
	check 3 -f list --resume absent --wait 5s
	has err 'exclude each other'
	cp list before
	"$DANEPROBE" check -f list --resume list >>list 2>err && fail "took its own list" || :
	cmp before list
}

part_summary()
{
	make_list
	check 2 -f list -o text --summary
	has err "68 targets: 3 OK, 0 WARNING, 62 CRITICAL, 3 UNKNOWN"
	has err '  nxdomain          CRITICAL        61'
	check 2 -f list -o ndjson --summary=sum --on nxdomain=warning
	lines out 68
	[ ! -s err ] || fail "$(cat err)"
	[ "$(jq -c '[.version, .complete, .states.WARNING, .codes.nxdomain, .codes.bogus]' sum)" = '[1,true,61,61,0]' ] ||
		fail "$(cat sum)"
	check 3 --summary=/nonexistent/sum ee.match.example
	has err /nonexistent/sum
	lines out 0
	ln -s sum link
	check 3 --summary=link ee.match.example
	has err 'link is no plain file'
}

# On a terminal, drawn over itself and gone at the end; nowhere else.
part_progress()
{
	command -v script >/dev/null || skip "script is not installed"
	make_list
	mkfifo pipe
	(cat list; sleep 2) >pipe &
	helpers="$helpers $!"
	TERM=xterm
	export TERM
	run 2 script -qec "'$DANEPROBE' check $R -f pipe -o ndjson >results" screen
	lines results 68
	tr '\r' '\n' <screen >drawn
	grep -qE '\[K[0-9]+( of ~?[0-9]+)?, [0-9.]+/s(, [0-9:]+ left)?; .*CRITICAL, 3 UNKNOWN$' drawn || fail "no progress: $(cat drawn)"
	[ "$(grep '\[K' drawn | tail -n 1 | od -An -c | tr -d ' \n')" = '033[K\n' ] || fail "not erased: $(od -c screen | tail -n 3)"
	run 2 script -qec "'$DANEPROBE' check $R -q -f list -o ndjson >results" screen
	! grep -q '\[K' screen || fail "shown in spite of -q"
}

parts_main "$@"
