#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# daneprobe check as a whole, against the lab: waiting, deadlines, lists of targets, streams that
# fail, files opened, packets sent. TAP, one test a part_NAME function.
#   check.sh [PART]...      in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

#
# Waiting
#
late()
{
	sleep 2
	exec openssl s_server -quiet -www -accept 127.44.9.99:443 -key "$LAB/certs/ee.key" -cert "$LAB/certs/ee.crt"
}

part_wait_until_the_server_listens()
{
	background late
	check 0 --wait 30s -t 2 -o json --connect-to ::127.44.9.99: ee.match.example
	jq -e 'length == 1 and .[0].code == "match"' <out >&2 || fail "more than the last result"
	[ "$took" -ge 2000 ] || fail "took $took ms: it didn't wait"
}

liar()
{
	timeout 2 "$LAB/bin/dnsrelay" 127.53.0.90 127.53.0.53 lie:TLSA || :
	exec "$LAB/bin/dnsrelay" 127.53.0.90 127.53.0.53
}

# What was bogus at the first attempt isn't remembered.
part_wait_until_the_dns_is_right()
{
	background liar
	until drill -t -Q @127.53.0.90 . SOA >/dev/null 2>&1; do sleep 0.05; done
	# shellcheck disable=SC2086
	run 0 "$DANEPROBE" check $F --resolver 127.53.0.90 --wait 30s -t 3 -v -o ndjson ee.match.example
	lines out 1
	has err 'CRITICAL so far'
}

part_wait_ends_in_time()
{
	check 2 --wait 2s -t 2 -o ndjson wrong.match.example
	lines out 1
	has out '"code":"mismatch"'
	within 5000
	[ "$took" -ge 2000 ] || fail "took $took ms: it didn't wait"
	check 2 --wait 1s -t 2 -o ndjson --connect-to ::127.44.9.2: ee.match.example
	lines out 1
	within 4000
}

part_wait_refuses_targets_that_it_cannot_read_twice()
{
	mkfifo fifo
	background sh -c 'echo wrong.match.example >fifo'
	check 3 --wait 30s -f fifo
	within 3000
	has err fifo
	echo wrong.match.example | check 3 --wait 30s -f -
	within 3000
	# A file may stand behind it all the same.
	echo ee.match.example >list
	check 0 --wait 1s -f - <list
}

#
# Deadlines
#
deadline()
{
	check 2 -t 2 -o ndjson --connect-to "::$1:" ee.match.example
	within 3000
	has out '"code":"'"$2"'"'
}

part_deadline_silent()
{
	deadline 127.44.9.2 timeout
}

part_deadline_slow()
{
	deadline 127.44.9.6 timeout
}

part_deadline_endless()
{
	deadline 127.44.9.7 tls-failed
}

part_deadline_page()
{
	check 2 -t 2 -o ndjson --expect-body x https://ee.match.example/slow
	within 3000
	has out '"code":"timeout"'
	# A page without end is cut.
	check 2 -t 5 -o ndjson --expect-body x https://ee.match.example/big
	within 6000
	has out '"code":"http-failed"'
}

part_deadline_search()
{
	# Each of a million octets begins a match that runs to the end.
	check 2 -t 2 -o ndjson --expect-body 'x.*z' https://ee.match.example/runs
	within 3000
	has out '"code":"timeout"'
	has out 'search'
	check 0 -t 5 -o ndjson --expect-body '^xx*' https://ee.match.example/runs
}

part_deadline_dns()
{
	# shellcheck disable=SC2086
	run 3 "$DANEPROBE" check $F --resolver 127.53.0.58 -t 2 -o ndjson ee.match.example
	within 3000
	has out '"code":"dns-error"'
}

#
# Lists of targets
#
part_file()
{
	printf '# a comment\n\n  \t\n  ee.match.example  \r\nwrong.match.example\n bad name\n#x\nsmtp:/\n' >list
	check 2 -o ndjson -f list roll.match.example
	lines out 5
	jq -s -e 'sort_by(.line) | map([.line, .target, .code]) == [
		[null, "roll.match.example", "match"], [4, "ee.match.example", "match"],
		[5, "wrong.match.example", "mismatch"], [6, "bad name", "bad-target"],
		[8, "smtp:/", "bad-target"]] or (map(.line) | .[0] == null | not)' <out >&2 || fail "not so"
	jq -s -e 'map(select(.code == "bad-target")) | all(.line as $n | .summary | contains("line \($n)"))' \
		<out >&2 || fail "a bad line isn't named by its number"
	check 2 -f list
	[ "$(grep -c '^[A-Z][A-Z]*  ' out)" -eq 4 ] || fail "not in the order of the list"
}

part_file_from_standard_input()
{
	printf 'ee.match.example' | check 0 -f - -o ndjson # without a final newline
	lines out 1
	has out '"line":1'
	printf 'ee.match.example\nroll.match.example\n' | check 0 -f -
}

part_file_more_targets_than_files()
{
	i=0
	while [ "$i" -lt 300 ]; do
		echo https://ee.match.example
		i=$((i + 1))
	done >list
	# shellcheck disable=SC2086
	run 0 prlimit --nofile=128:2048 "$DANEPROBE" check $R -j 300 -o ndjson -f list
	lines out 300
	hasnt out connect-failed
}

part_file_with_nul()
{
	printf 'ee.match.example\0.evil.example\nroll.match.example\n\0\n' | check 3 -f - -o ndjson
	lines out 3
	jq -s -e 'map(.code) | sort == ["bad-target", "bad-target", "match"]' <out >&2 || fail "not so"
	tr -d '\0' <out | cmp -s - out || fail "a NUL in the output"
}

part_file_with_a_long_line()
{
	{ head -c 1048576 /dev/zero | tr '\0' a; echo; echo ee.match.example; } >list
	check 3 -f list -o ndjson
	lines out 2
	has out '"line":2'
	has out '"code":"match"'
	[ "$(wc -c <out)" -lt 20000 ] || fail "the line is told whole"
	check 3 -f list
	check 3 -f list -o nagios
	# A line without end takes no memory without end.
	plain_build || return 0
	head -c 600000000 /dev/zero | tr '\0' a |
		run 3 prlimit --as=500000000 "$DANEPROBE" check --recurse -f - -o ndjson
	lines out 1
}

part_file_without_a_target()
{
	: >empty
	printf '# nothing\n\n' >comments
	for file in empty comments; do
		check 3 -f $file
		has err "no target in $file"
		lines out 0
		check 3 -o nagios -f $file
		has out 'DANE UNKNOWN - '
	done
	check 3 -f - </dev/null
	check 3 -f missing
	has err missing
	mkdir folder # can be opened, but not read
	check 3 -f folder
	has out "can't read folder"
	check 3 -f folder -o ndjson ee.match.example
	lines out 2
	check 3 -f folder --dry-run ee.match.example
	has err "can't read folder"
}

#
# Standard streams
#
part_output_closed()
{
	for format in text nagios json ndjson junit tap prometheus; do
		status=0
		# shellcheck disable=SC2086
		"$DANEPROBE" check $R -o $format ee.match.example >&- 2>err || status=$?
		[ $status -eq 3 ] || fail "$format: exit status $status"
		has err 'standard output'
	done
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R ee.match.example <&- 2>&- >out || fail "exit status $?"
	has out 'OK  https://ee.match.example  match'
}

part_output_full()
{
	for format in text nagios json ndjson junit tap prometheus; do
		status=0
		# shellcheck disable=SC2086
		"$DANEPROBE" check $R -o $format ee.match.example >/dev/full 2>err || status=$?
		[ $status -eq 3 ] || fail "$format: exit status $status"
		has err 'No space left'
	done
	for words in --version --help 'check --help' 'check --dry-run ee.match.example'; do
		status=0
		# shellcheck disable=SC2086
		"$DANEPROBE" $words >/dev/full 2>err || status=$?
		[ $status -eq 3 ] || fail "$words: exit status $status"
	done
}

part_output_unread()
{
	i=0
	while [ $i -lt 200 ]; do
		echo ee.match.example
		i=$((i + 1))
	done >list
	# shellcheck disable=SC2086
	{ "$DANEPROBE" check $R -v -f list 2>err; echo $? >status; } | head -c 1 >/dev/null
	read -r status <status
	[ "$status" -eq 3 ] || fail "exit status $status"
	has err 'Broken pipe'
}

#
# Files and packets
#
opened()
{
	sed -n 's/.*open[a-z0-9]*([^"]*"\([^"]*\)".*/\1/p' trace | sort -u
}

# The man page's FILES, and what every program opens to be started.
allowed()
{
	sed -n '/^\.Sh FILES/,/^\.Sh ENV/s/^\.It Pa //p' "$src/../../doc/daneprobe.1"
	printf '%s\n' /etc/ld.so.cache /etc/ld.so.preload "$LAB/root.key" "$LAB/root.hints" "$LAB/ca.pem"
}

# Directories of libraries (themselves, and of a build with sanitizers the root: for the sandbox's
# rule), what the loader and the sanitizers read of the process itself, and
# which the C library and OpenSSL, libcurl's other half, look for without our asking.
not_told()
{
	allowed >allowed
	grep -vxFf allowed | grep -vE \
		-e '^(/usr)?/lib(64)?/|^/usr/local/lib/|^/proc/|^/sys/devices/system/cpu' \
		-e "$(plain_build && echo '^$' || echo '^/$')" \
		-e '^(/usr)?/lib(64)?$|^/usr/local/lib$|^/(nix|gnu)/store$' \
		-e '^/dev/(null|u?random)$' \
		-e '\.so(\.[0-9]+)*$' \
		-e '^/usr/share/(zoneinfo$|locale)|^/usr/lib/ssl/openssl.cnf$|^/etc/ssl/openssl.cnf$' || :
}

traced()
{
	wanted=$1
	shift
	# shellcheck disable=SC2086
	ASAN_OPTIONS=detect_leaks=0 run "$wanted" ${alone:-} strace -f -qq -o trace -e trace="$calls" "$DANEPROBE" check "$@"
}

part_files_opened()
{
	command -v strace >/dev/null || skip "strace is not installed"
	strace -qq true 2>/dev/null || skip "strace can't trace here"
	calls=open,openat,creat
	# shellcheck disable=SC2086
	{
		traced 0 $R https://ee.match.example/ok
		opened >all
		traced 2 $R www.tlsa-expired.example
		opened >>all
		traced 0 --recurse --root-hints "$LAB/root.hints" --trust-anchor "$LAB/root.key" ee.match.example
		opened >>all
		# system_resolver, which runs beside this, lends the lab the root's addresses
		[ "${LAB_NAMESPACE:-}" != root ] || alone="unshare -n"
		traced 3 -t 1 ee.match.example
		opened >>all
	}
	grep -qx "$LAB/root.key" all || fail "nothing was traced"
	not_told <all >untold
	[ ! -s untold ] || { cat untold >&2; fail "opened, but not in the man page's FILES"; }
}

part_dry_run_sends_nothing()
{
	command -v strace >/dev/null || skip "strace is not installed"
	strace -qq true 2>/dev/null || skip "strace can't trace here"
	calls=network
	traced 0 --dry-run ee.match.example https://roll.match.example/ok
	has out 'look up  ee.match.example A, AAAA'
	! grep -E '(connect|send[a-z]*)\(' trace | grep -vE 'AF_(UNIX|NETLINK)' >&2 || fail "it talks"
	# shellcheck disable=SC2086
	traced 0 $R --dry-run ee.match.example
	! grep -E '(connect|send[a-z]*)\(' trace | grep -vE 'AF_(UNIX|NETLINK)' >&2 || fail "it talks"
	# shellcheck disable=SC2086
	traced 0 $R ee.match.example
	grep -q 'AF_INET' trace || fail "nothing was traced"
}

#
# Memory
#
valgrind_check()
{
	command -v valgrind >/dev/null || skip "valgrind is not installed"
	wanted=$1
	shift
	# valgrind doesn't know the calls of the sandbox
	# shellcheck disable=SC2086
	run "$wanted" valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,indirect,possible \
		--show-leak-kinds=definite,indirect,possible "$DANEPROBE" check --no-sandbox $R -t 60 "$@"
}

part_valgrind_match()
{
	valgrind_check 0 ee.match.example
}

part_valgrind_mismatch()
{
	valgrind_check 2 wrong.match.example
}

part_valgrind_bogus()
{
	valgrind_check 2 www.tlsa-expired.example
}

part_valgrind_page()
{
	valgrind_check 0 -o json --expect-body healthy https://ee.match.example/ok
}

#
# A libcurl that isn't there, or can't do it: never the server's fault
#
# Its name at run time, as makers of packages see it; in lib/, where it is looked for first.
other_libcurl()
{
	soname=$(readelf -p .note.dlopen "$DANEPROBE" | sed -n 's/.*"soname":."\(libcurl[^"]*\)".*/\1/p')
	[ -n "$soname" ] || skip "built without libcurl"
	mkdir lib
	LD_LIBRARY_PATH=$PWD/lib
	export LD_LIBRARY_PATH
}

part_page_without_libcurl()
{
	other_libcurl
	echo "no library" >"lib/$soname"
	check 3 --no-sandbox -o ndjson https://ee.match.example/ok
	has out '"code":"not-fetched"'
	has out '"state":"UNKNOWN"'
	has out "$soname"
	check 3 --no-sandbox https://ee.match.example/ok
	has out 'libcurl3-gnutls'
	check 0 --no-sandbox https://ee.match.example
}

part_page_by_libcurl_without_pins()
{
	other_libcurl
	sh -c "${CC:-cc} -shared -fPIC -o lib/$soname \"\$1\" $(pkg-config --cflags libcurl)" sh "$src/pinless_curl.c" >&2
	check 3 --no-sandbox https://ee.match.example/ok
	has out 'not-fetched'
	has out "OddTLS/1.0"
	has out 'GnuTLS'
}

#
# The clock of this host
#
# clock_check OFFSET ARGUMENTS...: as if it were so much later
clock_check()
{
	library=$(faketime -m now printenv LD_PRELOAD)
	offset=$1
	shift
	run 2 env "LD_PRELOAD=$library" "FAKETIME=$offset" "$DANEPROBE" check "$@"
	tr -s '\n ' ' ' <out >flat
	has flat "This host's clock is at fault, not the domain: it says 20"
	has flat "Do: set this host's clock"
	hasnt flat 'The domain is at fault'
	hasnt flat 'Your resolver'
}

# The lab's root is signed from yesterday on, for a month.
part_clock_that_is_wrong()
{
	plain_build || return 0 # libfaketime and the sanitizers wait for each other
	command -v faketime >/dev/null || skip "faketime is not installed"
	# shellcheck disable=SC2086
	clock_check +60d $R ee.match.example
	has flat 'the root'\''s own keys are signed until'
	has flat 'It is ahead by '
	# shellcheck disable=SC2086
	clock_check -30d $R ee.match.example
	has flat 'the root'\''s own keys are signed from'
	has flat 'It is behind by 28 days at least'
	# shellcheck disable=SC2086
	clock_check +60d $F --resolver 127.53.0.53 ee.match.example
}

#
# Odds and ends
#
part_version()
{
	run 0 "$DANEPROBE" --version
	has out daneprobe
	echo "--version took $took ms, with the shell's date" >told
}

escape=$(printf '\033')

part_colour()
{
	check 0 ee.match.example
	hasnt out "$escape"
	command -v script >/dev/null || skip "script is not installed"
	# shellcheck disable=SC2086
	run 0 script -qefc "TERM=xterm $DANEPROBE check $(echo $R) ee.match.example" /dev/null </dev/null
	has out "${escape}["
	run 0 script -qefc "TERM=xterm NO_COLOR=1 $DANEPROBE check $(echo $R) ee.match.example" /dev/null </dev/null
	hasnt out "${escape}["
	has out match
	run 0 script -qefc "TERM=xterm $DANEPROBE check $(echo $R) -o json ee.match.example" /dev/null </dev/null
	hasnt out "${escape}["
	# each line that a state stands in
	run 2 script -qefc "TERM=xterm $DANEPROBE check $(echo $R) half.peers.example" /dev/null </dev/null
	has out "${escape}[31mCRITICAL${escape}[0m"
	has out "${escape}[31mmismatch${escape}[0m TLS"
	has out "${escape}[32mmatch${escape}[0m"
	run 2 "$DANEPROBE" check $R -o nagios half.peers.example
	hasnt out "${escape}["
}

# at_width COLUMNS STATUS ARGUMENTS...: on a terminal that is so wide; the output without colours
at_width()
{
	width=$1 wanted=$2
	shift 2
	# shellcheck disable=SC2086
	run "$wanted" script -qefc "stty cols $width; NO_COLOR=1 $DANEPROBE check $(echo $R) $*" /dev/null </dev/null
	tr -d '\r' <out >page
}

# but for a record, which is to be copied whole
longest_line()
{
	grep -v '^ *3 1 1 [0-9a-f]*$' page | awk '{ if (length > n) n = length } END { print n }'
}

# The words of prose stay whole, and it uses the room that there is, but no more than a reader likes.
part_width()
{
	command -v script >/dev/null || skip "script is not installed"
	for columns in 60 80 100 140; do
		at_width $columns 2 wrong.match.example
		longest=$(longest_line)
		limit=$columns
		[ "$columns" -le 100 ] || limit=100
		[ "$longest" -le "$limit" ] || fail "a line of $longest columns, where there are $columns"
		[ "$columns" -le 80 ] || [ "$longest" -gt 80 ] || fail "no line uses the $columns columns"
		tr -s ' \n' '  ' <page >joined
		grep -q 'the key whose digest is' joined || fail "no whole sentence at $columns columns"
	done
	at_width 60 2 half.peers.example
	[ "$(longest_line)" -le 60 ] || fail "a line of $(longest_line) columns, where there are 60"
}

# Of many records there is only what tells something.
part_many_records()
{
	check 0 many.policy.example
	[ "$(grep -c '^ .* 3 1 1 [0-9a-f]\{16\}\.\.\.' out)" -eq 1 ] || fail "not just the record that matches"
	has out "and 39 more that don't match; -v shows all"
	check 0 -v many.policy.example
	[ "$(grep -c '^ .* 3 1 1 [0-9a-f]\{64\}' out)" -ge 40 ] || fail "not all records with -v"
}

# Who has IPv6 alone is no news where nothing has it.
part_ipv6_text()
{
	check 0 two.peers.example
	hasnt out IPv6-only
	check 0 -v two.peers.example
	has out "IPv6-only clients (no IPv6 address) would fail"
}

part_first_word()
{
	run 0 "$DANEPROBE" help check
	has out 'usage: daneprobe check'
	run 0 "$DANEPROBE" help
	has out 'Verbs:'
	run 3 "$DANEPROBE" help chek
	has err 'did you mean check?'
	run 3 "$DANEPROBE" --verison
	has err 'unknown option --verison: did you mean --version?'
	run 3 "$DANEPROBE" --hepl
	has err 'did you mean --help?'
	run 3 "$DANEPROBE" chekc
	has err "unknown verb 'chekc': did you mean check?"
	run 3 "$DANEPROBE" -v check x
	has err 'a verb comes first'
	run 0 "$(dirname "$DANEPROBE")/check_dane" -V
	has out 'check_dane '
}

# A domain whose mail has DANE is what many who name it mean.
part_mail_domain()
{
	check 2 mail.example
	tr -s ' \n' '  ' <out >joined
	has joined 'daneprobe check mx://mail.example'
	check 2 none.match.example
	hasnt out mx://
	check 3 postmaster@mail.example
	has out 'mail address: mx://mail.example'
}

part_usage_errors()
{
	while read -r words; do
		# shellcheck disable=SC2086
		run 3 "$DANEPROBE" check $words
		lines out 0
		has err daneprobe:
		# shellcheck disable=SC2086
		run 3 "$DANEPROBE" check -o nagios $words
		case $(head -n 1 out) in
		'DANE UNKNOWN - '?*) ;;
		*) fail "the first line of standard output is '$(head -n 1 out)'" ;;
		esac
	done <<-EOF
	--no-such-option x.example
	-t x.example
	-t 0 x.example
	--resolver x.example x.example
	--resolver 127.0.0.1 --recurse x.example
	--trust-anchor /nonexistent x.example
	--trust-anchor /etc/hostname x.example
	--root-hints /nonexistent x.example
	--on nonsense=ok x.example
	--expect-body ( x.example
	--warn-expiry 5w x.example
	-4 -6 x.example
	-f /nonexistent
	EOF
	run 3 "$DANEPROBE" check
	run 3 "$DANEPROBE"
	run 3 "$DANEPROBE" chekc x.example
	has err 'did you mean check'
}

#
# The system's resolver: only where the lab has a network of its own, into which the addresses of
# the root servers fit that are built into libunbound.
#
root_addresses='198.41.0.4 170.247.170.2 199.9.14.201 192.33.4.12 199.7.91.13 192.203.230.10
192.5.5.241 192.112.36.4 198.97.190.53 192.36.148.17 192.58.128.30 193.0.14.129 199.7.83.42
202.12.27.33'

# with_resolvers ADDRESS... -- ARGUMENTS...: check with a resolv.conf that names these
with_resolvers()
{
	[ "${LAB_NAMESPACE:-}" = root ] || skip "no network of its own here"
	: >resolv.conf
	while [ "$1" != -- ]; do
		echo "nameserver $1" >>resolv.conf
		shift
	done
	shift
	conf=$(readlink -f /etc/resolv.conf) && [ -e "$conf" ] || skip "this system has no /etc/resolv.conf"
	mount --bind resolv.conf "$conf"
	# shellcheck disable=SC2086
	run 0 "$DANEPROBE" check $F "$@" ee.match.example
	umount "$conf"
}

part_system_resolver()
{
	[ "${LAB_NAMESPACE:-}" = root ] || skip "no network of its own here"
	for address in $root_addresses; do
		ip address add "$address/32" dev lo 2>/dev/null || :
		background "$LAB/bin/dnsrelay" "$address" 127.53.0.1
	done
	with_resolvers 127.53.0.53 -- -o json
	hasnt out resolver-no-dnssec
	# One that strips the signatures, one that is dead: asked the root instead.
	with_resolvers 127.53.0.54 -- -o json
	has out '"resolver-no-dnssec"'
	has out '127.53.0.54 strips the signatures'
	with_resolvers 127.53.0.58 -- -o json
	has out '"resolver-no-dnssec"'
	# Of two that one which is good is kept.
	with_resolvers 127.53.0.54 127.53.0.53 -- -o json
	hasnt out resolver-no-dnssec
}

parts_main "$@"
