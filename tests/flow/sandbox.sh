#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a check has given up while it talks to a server, seen from outside; and that it still does
# its work where the system has less. TAP, one test a part_NAME function.
#   sandbox.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

# A server that says nothing: the check is in the midst of its conversation.
stalling=https://silent.peers.example

# start ARGUMENTS...: a check that will wait for that server; its process is $pid
start()
{
	# shellcheck disable=SC2086
	"$DANEPROBE" "$@" >out 2>err &
	pid=$!
	helpers="$helpers $pid"
}

# until_connected PID...: all of them have a TCP connection to the server
until_connected()
{
	tries=0
	for wanted; do
		until ss -tnpH state established dst 127.44.9.2 | grep -q "pid=$wanted,"; do
			tries=$((tries + 1))
			[ $tries -lt 200 ] || fail "no connection of process $wanted: $(head -c 500 err)"
			sleep 0.05
		done
	done
}

# value_of PID KEY: of /proc/PID/status
value_of()
{
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}

# is_status PID KEY VALUE
is_status()
{
	found=$(value_of "$1" "$2")
	[ "$found" = "$3" ] || fail "process $1: $2 is '$found', not '$3'"
}

has_library()
{
	"$DANEPROBE" --version -v | grep -q 'sandbox .*, libseccomp'
}

# is_confined PID
is_confined()
{
	is_status "$1" NoNewPrivs 1
	! has_library || is_status "$1" Seccomp 2
	if [ "$(id -u)" -eq 0 ] && [ "${LAB_NAMESPACE:-}" != user ]; then
		is_status "$1" Uid "$(printf '65534\t65534\t65534\t65534')"
		is_status "$1" Gid "$(printf '65534\t65534\t65534\t65534')"
		is_status "$1" Groups ''
		is_status "$1" CapEff 0000000000000000
	fi
}

part_single_check()
{
	# shellcheck disable=SC2086
	start check $R -t 3 $stalling
	until_connected $pid
	is_confined $pid
	wait $pid || [ $? -eq 2 ] || fail "exit status: $(cat err)"
	has out timeout
}

part_list_in_one_process()
{
	echo $stalling >list
	# shellcheck disable=SC2086
	start check $R -t 3 -f list -o json --retries 0
	until_connected $pid
	is_confined $pid
}

part_workers()
{
	echo $stalling >list
	# shellcheck disable=SC2086
	start check $R -t 3 -f list -o ndjson --retries 0 --workers 2
	worker=
	tries=0
	until [ -n "$worker" ] || [ $tries -ge 200 ]; do
		worker=$(pgrep -P $pid | head -n 1)
		tries=$((tries + 1))
		sleep 0.02
	done
	until_connected "$worker"
	is_confined "$worker"
	is_confined $pid
}

part_record_of_a_live_server()
{
	# shellcheck disable=SC2046,SC2086
	start record $(echo "$R" | sed 's/--ca-file [^ ]*//') -t 3 --live $stalling
	until_connected $pid
	is_confined $pid
}

part_plugin()
{
	ln -s "$DANEPROBE" check_dane
	# shellcheck disable=SC2086
	./check_dane $R -t 3 -H silent.peers.example >out 2>err &
	pid=$!
	helpers="$helpers $pid"
	until_connected $pid
	is_confined $pid
}

part_for_those_who_debug()
{
	# shellcheck disable=SC2086
	start check --no-sandbox $R -t 3 $stalling
	until_connected $pid
	is_status $pid NoNewPrivs "$(value_of $$ NoNewPrivs)"
	is_status $pid Seccomp "$(value_of $$ Seccomp)"
	is_status $pid Uid "$(value_of $$ Uid)"
}

part_what_was_given_up_is_told()
{
	check 0 -vv https://ee.match.example
	has err 'sandbox: no new privileges'
	! has_library || has err seccomp
	check 0 -v https://ee.match.example
	hasnt err sandbox
	check 0 -vv --no-sandbox https://ee.match.example
	hasnt err sandbox
}

# Files that only root may read, in a folder that only root may enter, are read before.
part_files_of_the_options()
{
	mkdir -m 700 private
	cp "$LAB/root.hints" "$LAB/root.key" "$LAB/ca.pem" private/
	chmod 600 private/*
	printf 'https://ee.match.example\nhttps://www.expired.example\n' >private/list
	set -- --root-hints "$PWD/private/root.hints" --trust-anchor "$PWD/private/root.key" \
		--ca-file "$PWD/private/ca.pem"
	run 0 "$DANEPROBE" check "$@" https://ee.match.example
	# why it fails is found out by further questions to the root, with the same files
	run 2 "$DANEPROBE" check "$@" https://www.expired.example
	has out 'The domain is at fault'
	run 2 "$DANEPROBE" check "$@" -f private/list -o ndjson --workers 2
	lines out 2
	jq -e 'select(.code == "match" or .code == "bogus")' out >/dev/null
	# an anchor that comes by a pipe can be read once
	mkfifo anchor
	(cat private/root.key >anchor) &
	run 0 "$DANEPROBE" check --root-hints private/root.hints --trust-anchor /dev/fd/3 \
		https://ee.match.example 3<anchor
}

part_files_of_the_results()
{
	mkdir -m 700 private
	printf 'https://ee.match.example\n' >list
	check 0 -f list -o ndjson --summary=private/summary
	jq -e '.complete and .codes.match == 1' private/summary >/dev/null || fail "$(cat private/summary)"
	mv out results
	check 0 -f list --summary=private/summary
	jq -e '.complete and .codes.match == 1' private/summary >/dev/null || fail "$(cat private/summary)"
	[ "$(stat -c %a private/summary)" = 644 ] || fail "mode $(stat -c %a private/summary)"
	check 0 -f list -o ndjson --resume results --no-sandbox --summary=private/summary
	jq -e '.resumed == 1' private/summary >/dev/null || fail "$(cat private/summary)"
}

# with_reader WANTED-STATUS ARGUMENTS...: with a library that a certificate takes over where it is
# parsed by a process that has all its rights
with_reader()
{
	[ -f reader.so ] ||
		sh -c "${CC:-cc} -shared -fPIC -o reader.so \"\$1\" $(pkg-config --cflags gnutls)" sh \
			"$src/confined_reader.c" >&2
	wanted_status=$1
	shift
	run "$wanted_status" env ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" \
		LD_PRELOAD="$PWD/reader.so" "$DANEPROBE" "$@"
}

# What a CA made is parsed by nobody who has something to lose.
part_certificates_from_files()
{
	has_library || skip 'no libseccomp'
	cert=$LAB/certs/ee.crt
	"$DANEPROBE" record --cert "$cert" ee.match.example >want
	with_reader 0 record --cert "$cert" ee.match.example
	cmp out want
	with_reader 0 record --cert - ee.match.example www.match.example <"$cert"
	lines out 2
	with_reader 99 record --no-sandbox --cert "$cert" ee.match.example
	with_reader 0 verify --chain "$cert" --tlsa "$(sed 's/.*TLSA //' want)" --host ee.match.example
	with_reader 99 verify --no-sandbox --chain "$cert" --tlsa "$(sed 's/.*TLSA //' want)" \
		--host ee.match.example
	plain_build || return 0 # sanitizers leave a child all its calls
	mkdir -p lego/certificates
	cp "$cert" lego/certificates/ee.crt
	echo '{}' >lego/certificates/ee.json
	# shellcheck disable=SC2046
	with_reader 1 status $(echo "$R" | sed 's/--ca-file [^ ]*//') --predict lego \
		--service https://ee.match.example -o json
	jq -e '.certificates[0].services[0].records[0].outlook == "depends"' out >/dev/null || fail "$(cat out)"
}

# A page is fetched by a library that is loaded then, and searched by a process of its own.
part_page_that_is_searched()
{
	check 0 --expect-status 200 --expect-body . https://ee.match.example/
	check 2 --expect-status 200 --expect-body 'no such text' https://ee.match.example/
	has out "doesn't match the pattern"
}

# The process that searches keeps less than the check, not for ever, and not without the check.
part_search_that_goes_on()
{
	# shellcheck disable=SC2086
	start check $R -t 20 --expect-body 'x.*z' https://ee.match.example/runs
	child=
	tries=0
	until [ -n "$child" ] || [ $tries -ge 200 ]; do
		child=$(pgrep -P $pid | head -n 1)
		tries=$((tries + 1))
		sleep 0.02
	done
	until [ -z "$child" ] || grep -q '^Max cpu time  *60 ' "/proc/$child/limits" || [ $tries -ge 400 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
	grep -q '^Max cpu time  *60 ' "/proc/$child/limits" || fail "no bound: $(cat "/proc/$child/limits")"
	is_confined "$child"
	if has_library && [ -n "$(value_of $pid Seccomp_filters)" ] && ! grep -q __asan_init "$DANEPROBE"; then
		tries=0
		until [ "$(value_of "$child" Seccomp_filters)" -gt "$(value_of $pid Seccomp_filters)" ]; do
			tries=$((tries + 1))
			[ $tries -lt 200 ] || fail "the search keeps all that the check has"
			sleep 0.02
		done
	fi
	kill -KILL $pid
	tries=0
	while [ -e "/proc/$child" ] && [ "$(value_of "$child" State | cut -c1)" != Z ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || fail "the search outlives the check"
		sleep 0.02
	done
}

# A container without privilege: root that may not become anybody.
part_without_privilege()
{
	# shellcheck disable=SC2086
	run 0 setpriv --bounding-set=-all --inh-caps=-all --no-new-privs \
		"$DANEPROBE" check $R -vv https://ee.match.example
	hasnt err nobody
	if unshare -Ur true 2>/dev/null; then
		# shellcheck disable=SC2086
		run 0 unshare -Ur "$DANEPROBE" check $R -vv https://ee.match.example/
		hasnt err nobody
	fi
}

# Neither /proc nor /dev nor /sys. LeakSanitizer wants /proc.
part_in_a_chroot()
{
	plain_build || return 0 # sanitizers read their options from /proc, which isn't there
	unshare -m true 2>/dev/null || skip "mounts of its own are not allowed here"
	mkdir root
	# shellcheck disable=SC2016,SC2086 # the inner shell's
	run 0 unshare -m sh -c 'mount --bind / root && mount --bind "$LAB" "root$LAB" && exec chroot root "$@"' \
		sh "$DANEPROBE" check $R https://ee.match.example/
	# shellcheck disable=SC2016,SC2086
	run 2 unshare -m sh -c 'mount --bind / root && mount --bind "$LAB" "root$LAB" && exec chroot root "$@"' \
		sh "$DANEPROBE" check $R https://www.expired.example
	has out 'The domain is at fault'
}

parts_main "$@"
