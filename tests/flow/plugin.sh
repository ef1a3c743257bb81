#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check_dane as a whole, against the lab: options, thresholds and overrides crossed in both
# directions, what the person on call reads, and a status line whatever happens. TAP, one test a
# part_NAME function.
#   plugin.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
lab_servers=all

plugin()
{
	wanted=$1
	shift
	# shellcheck disable=SC2086
	run "$wanted" "$(dirname "$DANEPROBE")/check_dane" $R "$@"
}

# status_line STATE [TEXT]: the first line of what was printed, and the only one of its kind
status_line()
{
	read -r line <out || fail "nothing was printed"
	case $line in
	"DANE $1 - "*"${2:-}"*) ;;
	*) fail "the first line is '$line', not 'DANE $1 - ...${2:-}'" ;;
	esac
	[ "$(grep -c '^DANE ' out)" -eq 1 ] || fail "more than one status line"
}

#
# Options
#
part_options()
{
	plugin 0 -H ee.match.example
	status_line OK 'https://ee.match.example match: '
	plugin 0 -H ee.match.example -p 8443 -4 -t 5 -v
	status_line OK 'tls://ee.match.example:8443 match: '
	plugin 2 -H ee.match.example -I 127.44.1.2
	status_line CRITICAL 'https://ee.match.example mismatch: '
	plugin 2 -H ee.match.example -I 127.44.1.1 -I 127.44.1.2
	has out 'peers_matched=1;2:;2:;0;2'
	plugin 0 imaps://all.match.example ee.match.example
	status_line OK '2 of 2 targets'
	plugin 0 -H ee.match.example -o json
	jq -e '.[0].code == "match"' <out >&2 || fail "no JSON"
	run 0 "$(dirname "$DANEPROBE")/check_dane" -V
	has out daneprobe
	run 0 "$(dirname "$DANEPROBE")/check_dane" --help
	has out --starttls
}

part_dry_run()
{
	plugin 3 -H www.example.com --dry-run
	status_line UNKNOWN
	has out 'nothing was checked'
	has out '_443._tcp.www.example.com TLSA'
}

part_usage_errors()
{
	while read -r words; do
		# shellcheck disable=SC2086
		plugin 3 $words
		status_line UNKNOWN
	done <<-EOF

	-H
	-Z
	-H x.example -p 0
	-H x.example -w 5w
	-H x.example --on nonsense=ok
	-H x.example --resolver nowhere
	-H x.example -I nowhere
	-H x.example --trust-anchor /nonexistent
	-f /nonexistent
	-H 192.0.2.1
	-H x..example
	-H x.example -o nonsense
	EOF
	for words in '-o nagios -Z' '-qo nagios -Z' '--out nagios -Z' '-Z -o nagios'; do
		# shellcheck disable=SC2086
		run 3 "$DANEPROBE" check $words
		status_line UNKNOWN 'option -Z'
	done
}

# Any other name than check_dane's is daneprobe's.
part_name()
{
	mkdir plugins
	ln -s "$DANEPROBE" plugins/check_dane
	ln -s "$DANEPROBE" plugins/check_dane_old
	# shellcheck disable=SC2086
	run 0 plugins/check_dane $R -H ee.match.example
	status_line OK
	run 3 plugins/check_dane_old -H ee.match.example
	lines out 0
}

#
# Thresholds and overrides
#
number='[0-9][0-9.]*'

# crosses OPTION QUIET LOUD STATE FINDING PERFDATA ARGUMENTS...: with the option at QUIET all is
# well, at LOUD it is not; the perfdata (a pattern) has that threshold, the text the finding
crosses()
{
	option=$1 quiet=$2 loud=$3 state=$4 finding=$5 perf=$6
	shift 6
	case $state in
	WARNING) alarm=1 ;;
	CRITICAL) alarm=2 ;;
	esac
	run 0 "$plugin" "$option" "$quiet" "$@"
	status_line OK match:
	hasnt out "$finding"
	run $alarm "$plugin" "$option" "$loud" "$@"
	status_line $state match:
	head -n 1 out | grep -q -e "$perf" || fail "no $perf in the performance data"
	tr -s '\n ' ' ' <out >flat
	has flat " $finding: the "
}

part_thresholds()
{
	plugin=$(dirname "$DANEPROBE")/check_dane
	# shellcheck disable=SC2086
	set -- $R -H ee.match.example # 80 of 90 days are left, 720 of 744 hours
	crosses --warn-expiry 70d 90d WARNING cert-expiring "cert_days=$number;90:;9:;0" "$@"
	crosses --warn-expiry 80% 95% WARNING cert-expiring "cert_days=$number;85.5:;9:;0" "$@"
	crosses --crit-expiry 70d 90d CRITICAL cert-expiring "cert_days=$number;90:;90:;0" "$@"
	crosses --crit-expiry 80% 95% CRITICAL cert-expiring "cert_days=$number;85.5:;85.5:;0" "$@"
	crosses -w 70 90 WARNING cert-expiring "cert_days=$number;90:;9:;0" "$@"
	crosses -c 70 90% CRITICAL cert-expiring "cert_days=$number;81:;81:;0" "$@"
	crosses --warn-rrsig 600h 800h WARNING rrsig-expiring "rrsig_hours=$number;800:;0.75:;0" "$@"
	crosses --warn-rrsig 90% 99% WARNING rrsig-expiring "rrsig_hours=$number;736.56:;0.75:;0" "$@"
	crosses --crit-rrsig 25d 40d CRITICAL rrsig-expiring "rrsig_hours=$number;960:;960:;0" "$@"
	crosses --crit-rrsig 90% 99% CRITICAL rrsig-expiring "rrsig_hours=$number;736.56:;736.56:;0" "$@"
	# Each question takes 50 ms there.
	# shellcheck disable=SC2086
	set -- $F --resolver 127.53.0.59 -H ee.match.example
	crosses --warn-time 1m 20ms WARNING slow "time=${number}s;0.02;;0;10" "$@"
	crosses --crit-time 9s 0.02s CRITICAL slow "time=${number}s;;0.02;0;10" "$@"
}

# Both at once: the worse one counts, and the text tells of both limits' fact once.
part_thresholds_together()
{
	plugin 2 -H ee.match.example -w 90 -c 85
	status_line CRITICAL
	plugin 1 -H ee.match.example -w 90 -c 70
	status_line WARNING 'renew it'
	plugin 2 -H ee.match.example -w 90 --crit-rrsig 800h
	status_line CRITICAL
	has out cert-expiring:
	has out rrsig-expiring:
	# Defaults never make more than a warning of what DANE-EE doesn't look at.
	plugin 1 -H ee3.time.example
	status_line WARNING
	plugin 2 -H ee3.time.example --crit-expiry 10%
	status_line CRITICAL
	plugin 0 -H ee3.time.example --warn-expiry 1d --crit-expiry 1d
	status_line OK
}

# over STATUS STATE OVERRIDE ARGUMENTS...
over()
{
	wanted=$1 state=$2 override=$3
	shift 3
	plugin "$wanted" --on "$override" "$@"
	status_line "$state"
}

part_overrides_of_codes()
{
	plugin 2 -H none.match.example
	over 0 OK no-tlsa=ok -H none.match.example
	over 1 WARNING no-tlsa=warning -H none.match.example
	over 3 UNKNOWN no-tlsa=UNKNOWN -H none.match.example
	over 2 CRITICAL no-tlsa=critical -H none.match.example
	over 2 CRITICAL mismatch=ok -H none.match.example # another code's
	over 1 WARNING match=warning -H ee.match.example
	over 2 CRITICAL match=critical -H ee.match.example
	# Of two codes the worse one counts after the overrides.
	plugin 2 -H half.peers.example --on mismatch=warning --on match=critical
	status_line CRITICAL 'half.peers.example match'
	over 1 WARNING mismatch=warning -H half.peers.example
	# What a check by itself could not find out stays unknown, unless that is wanted.
	plugin 3 --dry-run -H 192.0.2.1
	over 2 CRITICAL bad-target=critical -H 192.0.2.1
}

part_overrides_of_findings()
{
	over 0 OK cert-expiring=ok -w 90 -H ee.match.example
	over 2 CRITICAL cert-expiring=critical -w 90 -H ee.match.example
	over 1 WARNING cert-expiring=warning -c 90 -H ee.match.example
	over 0 OK rrsig-expiring=ok --crit-rrsig 800h -H ee.match.example
	over 0 OK slow=ok --crit-time 1ms -H ee.match.example
	# One that is only told.
	plugin 0 -H u301.usage.example
	over 1 WARNING ee-selector-0=warning -H u301.usage.example
	has out ee-selector-0:
	over 2 CRITICAL ee-selector-0=critical -H u301.usage.example
	# A finding never makes better what the code says.
	over 2 CRITICAL cert-expiring=ok -H wrong.match.example
}

#
# What the person on call reads
#
# The first row of the lab's table for each code that is not OK, of those whose servers are there.
failing()
{
	awk -F '\t' -v missing="$LAB/missing" '
		BEGIN { while ((getline line <missing) > 0) { split(line, word, " "); gone[word[1]] } }
		function is_there(servers,  i, n, name) {
			n = split(servers, name, " ")
			for (i = 1; i <= n; i++)
				if (name[i] in gone) return 0
			return 1
		}
		/^#/ || NF < 7 { next }
		$5 ~ /^[a-z-]+$/ && $5 != "match" && $4 ~ /^\$R [^ ]+$/ && is_there($3) && !seen[$5]++ {
			gsub(/\{\}/, $1 ~ /\{mail\}/ ? "smtp" : "imap", $4); print $5, $4
		}' \
		"$lab_src/rows.tsv"
}

part_text_names_code_fact_and_remedy()
{
	failing >codes
	[ "$(wc -l <codes)" -ge 14 ] || fail "only these codes: $(cat codes)"
	while read -r code _ target; do
		eval "set -- $target"
		status=0
		# shellcheck disable=SC2086
		"$(dirname "$DANEPROBE")/check_dane" $R "$@" >out 2>err </dev/null || status=$?
		[ "$status" -ne 0 ] || fail "$target: exit status 0"
		head -n 1 out | grep -qE "^DANE (WARNING|CRITICAL|UNKNOWN) - [^ ]+ $code: [^ ]" ||
			fail "$target: $(head -n 1 out)"
		grep -q '^  Do: [a-z]' out || fail "$target: no remedy in $(cat out)"
		grep -vE '^  (Do:|mx|srv|dns|host|tlsa|peer|chain|note|blame) ' out | grep -qE '^  [^ ]+ [^ ]' || fail "$target: no fact in $(cat out)"
		! tail -n +2 out | grep -q '|' || fail "$target: a bar in the long text"
	done <codes
}

#
# Never hung, never silent
#
# A port that lets connections begin and never end: its queue is full, so further SYNs are dropped.
black_hole()
{
	exec /usr/bin/python3 -c '
import socket, sys, time
s = socket.socket()
s.bind((sys.argv[1], 443))
s.listen(0)
full = []
for i in range(4):
    c = socket.socket()
    c.setblocking(False)
    c.connect_ex((sys.argv[1], 443))
    full.append(c)
time.sleep(0.3)
open(sys.argv[2], "w").close()
time.sleep(60)' "$1" "$2"
}

dig_hole()
{
	background black_hole "$1" "$PWD/dug"
	until [ -e dug ]; do sleep 0.05; done
}

part_black_hole()
{
	dig_hole 127.44.9.91
	plugin 2 -t 2 -H ee.match.example -I 127.44.9.91
	status_line CRITICAL timeout:
	has out '127.44.9.91:443'
	within 3000
	# One address of two.
	plugin 2 -t 2 -H ee.match.example -I 127.44.1.1 -I 127.44.9.91
	status_line CRITICAL timeout:
	has out 'peers_matched=1;2:;2:;0;2'
	within 3000
}

part_resolver_that_is_dead()
{
	# shellcheck disable=SC2086
	run 3 "$(dirname "$DANEPROBE")/check_dane" $F --resolver 127.53.9.1 -t 3 -H ee.match.example
	status_line UNKNOWN dns-error:
	within 4000
	# shellcheck disable=SC2086
	run 3 "$(dirname "$DANEPROBE")/check_dane" $F --resolver 127.53.0.58 -t 2 -H ee.match.example
	status_line UNKNOWN dns-error:
	within 3000
}

# It dies while questions are under way.
part_resolver_that_is_killed()
{
	"$LAB/bin/dnsrelay" 127.53.0.91 127.53.0.53 delay:700 >relay 2>&1 &
	relay=$!
	helpers="$helpers $relay"
	until drill -t -Q @127.53.0.91 . SOA >relay 2>&1; do sleep 0.05; done
	# shellcheck disable=SC2086
	"$(dirname "$DANEPROBE")/check_dane" $F --resolver 127.53.0.91 -t 4 -H ee.match.example >out 2>err &
	check=$!
	sleep 0.5
	kill -9 $relay
	status=0
	wait $check || status=$?
	[ $status -eq 3 ] || fail "exit status $status: $(cat out)"
	status_line UNKNOWN dns-error:
}

# ended SIGNAL-AFTER STATUS ARGUMENTS...: SIGTERM after so many seconds; how long it then took
terminated()
{
	after=$1 wanted=$2
	shift 2
	# shellcheck disable=SC2086
	"$(dirname "$DANEPROBE")/check_dane" "$@" >out 2>err &
	check=$!
	sleep "$after"
	began=$(date +%s%N)
	kill $check 2>/dev/null || fail "it had ended before: $(cat out)"
	status=0
	wait $check || status=$?
	took=$((($(date +%s%N) - began) / 1000000))
	[ $status -eq "$wanted" ] || fail "exit status $status: $(cat out err)"
	within "${TERM_MS:-1000}"
}

part_sigterm_in_dns()
{
	# shellcheck disable=SC2086
	terminated 0.3 3 $F --resolver 127.53.0.58 -H ee.match.example
	status_line UNKNOWN stopped:
	has out 'SIGTERM'
	has out '  Do: '
}

part_sigterm_in_connect()
{
	dig_hole 127.44.9.92
	# shellcheck disable=SC2086
	terminated 0.5 3 $R -H ee.match.example -I 127.44.9.92
	status_line UNKNOWN stopped:
}

part_sigterm_in_handshake()
{
	# shellcheck disable=SC2086
	terminated 0.5 3 $R -H ee.match.example -I 127.44.9.2
	status_line UNKNOWN stopped:
	# shellcheck disable=SC2086
	terminated 0.5 3 $R -H ee.match.example -I 127.44.9.2 -o json
	jq -e '.[0].code == "stopped" and .[0].state == "UNKNOWN"' <out >&2 || fail "not so"
	# shellcheck disable=SC2086
	terminated 0.5 3 $R -H ee.match.example -I 127.44.9.2 -o tap
	has out 'not ok 1 - '
	has out '1..1'
	# shellcheck disable=SC2086
	terminated 0.5 3 $R -H ee.match.example -I 127.44.9.2 -o junit
	has out '<error type="stopped"'
	has out '</testsuites>'
}

part_sigterm_in_page()
{
	# shellcheck disable=SC2086
	terminated 0.7 3 $R https://ee.match.example/slow
	status_line UNKNOWN stopped:
	# shellcheck disable=SC2086
	terminated 0.7 3 $R --expect-body 'x.*z' https://ee.match.example/runs
	status_line UNKNOWN stopped:
}

# What is done by then is told as it is, and the worst counts.
part_sigterm_in_a_list()
{
	printf 'ee.match.example\nwrong.match.example\nslow.match.example\n' >list
	# shellcheck disable=SC2086
	terminated 0.7 2 $R -f list --connect-to slow.match.example:443:127.44.9.2:443 \
		--connect-to ee.match.example:443:127.44.9.2:443
	status_line CRITICAL 'wrong.match.example mismatch'
	has out 'https://ee.match.example  stopped'
}

# Between two attempts the last one is the result.
part_sigterm_while_waiting()
{
	# shellcheck disable=SC2086
	terminated 1.5 2 $R --wait 30s -H wrong.match.example
	status_line CRITICAL 'mismatch:'
}

# Where the monitor doesn't read what it asked for: the pipe is full, so writing never ends.
part_sigterm_while_nobody_reads()
{
	for format in nagios json text; do
		# shellcheck disable=SC2086
		/usr/bin/python3 -c '
import fcntl, os, subprocess, sys, time
r, w = os.pipe()
os.write(w, b"x" * fcntl.fcntl(w, 1032))  # F_GETPIPE_SZ
p = subprocess.Popen(sys.argv[1:], stdout=w)
time.sleep(1)
p.terminate()
sys.exit(p.wait(timeout=5))' "$(dirname "$DANEPROBE")/check_dane" $R -o $format -H ee.match.example 2>out || status=$?
		[ "${status:-0}" -eq 3 ] || fail "$format: exit status ${status:-0}: $(cat out)"
		has out 'stopped by SIGTERM'
		[ $format != nagios ] || status_line UNKNOWN 'stopped by SIGTERM'
		status=
	done
}

# Neither does a list that never comes keep it.
part_sigterm_before_the_list()
{
	mkfifo list
	TERM_MS=3000
	terminated 0.3 3 -f list
	status_line UNKNOWN 'stopped by SIGTERM'
	# Open, but nobody writes.
	exec 9<>list
	terminated 0.3 3 -f list
	status_line UNKNOWN 'stopped by SIGTERM'
}

part_output_closed()
{
	status=0
	# shellcheck disable=SC2086
	"$(dirname "$DANEPROBE")/check_dane" $R -H ee.match.example >&- 2>out || status=$?
	[ $status -eq 3 ] || fail "closed: exit status $status"
	status_line UNKNOWN 'standard output'
	status=0
	# shellcheck disable=SC2086
	"$(dirname "$DANEPROBE")/check_dane" $R -H ee.match.example >/dev/full 2>out || status=$?
	[ $status -eq 3 ] || fail "full: exit status $status"
	status_line UNKNOWN 'standard output'
	# shellcheck disable=SC2086
	{ "$(dirname "$DANEPROBE")/check_dane" $R -H ee.match.example 2>out; echo $? >status; } | true
	read -r status <status
	[ "$status" -eq 3 ] || fail "no reader: exit status $status"
	status_line UNKNOWN 'standard output'
	# Nothing at all is open.
	status=0
	# shellcheck disable=SC2086
	"$(dirname "$DANEPROBE")/check_dane" $R -H ee.match.example <&- >&- 2>&- || status=$?
	[ $status -eq 3 ] || fail "all closed: exit status $status"
}

# As Icinga reads it: both streams as one.
part_status_line_comes_first()
{
	# shellcheck disable=SC2086
	"$(dirname "$DANEPROBE")/check_dane" --recurse --root-hints "$LAB/root.hints" --trust-anchor "$LAB/root.key" \
		--ca-file /dev/null -v -v -v -H u100.usage.example >out 2>&1 || :
	status_line CRITICAL
	"$(dirname "$DANEPROBE")/check_dane" --nonsense >out 2>&1 || :
	status_line UNKNOWN
	has out 'Try '
}

parts_main "$@"
