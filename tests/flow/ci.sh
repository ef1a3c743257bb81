#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The CI examples of nagios/: their shell is taken out and run against the lab, right after a
# "deployment" that is not finished, after one that is, and after one that went wrong. TAP, one
# test a part_NAME function.
#   ci.sh [PART]...         in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

examples=$src/../../nagios

# The text block of a YAML file behind a line that ends in "|", without its indentation.
block()
{
	awk '/^ *(- |run: )\|$/ { on = 1; width = 0; next }
		on { match($0, /^ */); if (!width) width = RLENGTH
			if (RLENGTH < width && NF) { on = 0; next }
			print substr($0, width + 1) }' "$examples/$1"
}

# daneprobe as the examples call it, with the options that lead to the lab, and those of $EXTRA
shim()
{
	mkdir bin
	cat >bin/daneprobe <<-EOF
	#!/bin/sh
	verb=\$1
	shift
	exec "$DANEPROBE" "\$verb" $R \$EXTRA "\$@"
	EOF
	chmod 755 bin/daneprobe
	PATH=$PWD/bin:$PATH EXTRA=
	export PATH EXTRA
}

# report FAILURES: dane.xml is a JUnit report with so many
report_has()
{
	xmllint --noout --nonet --schema "$src/../unit/render/junit.xsd" dane.xml >&2 || fail "no JUnit: $(cat dane.xml)"
	n=$(xmllint --xpath 'count(//failure | //error)' dane.xml)
	[ "$n" = "$1" ] || fail "$n failures, not $1: $(cat dane.xml)"
}

late()
{
	sleep 2
	exec openssl s_server -quiet -www -accept "$1:443" -key "$LAB/certs/ee.key" -cert "$LAB/certs/ee.crt"
}

# example ADDRESS COMMAND...: through all that can happen to a deployment
example()
{
	address=$1
	shift
	command -v xmllint >/dev/null || skip "xmllint is not installed"
	shim
	SITE=https://ee.match.example/ok
	export SITE
	run 0 "$@"
	report_has 0
	grep -q 'page is as expected' dane.xml || fail "no page was fetched: $(cat dane.xml)"
	# The server comes up while it waits; all -www serves is "/".
	SITE=https://ee.match.example EXTRA="--connect-to ::$address:"
	background late "$address"
	run 0 "$@"
	report_has 0
	[ "$took" -ge 2000 ] || fail "took $took ms: it didn't wait"
	# A wrong key stays wrong.
	SITE=https://wrong.match.example EXTRA=
	sed 's/10m/1s/' script >short
	WAIT=1s
	export WAIT
	run 2 sh -eu short
	report_has 1
	grep -q '<failure type="mismatch"' dane.xml || fail "$(cat dane.xml)"
	grep -q '  Do: ' dane.xml || fail "no remedy: $(cat dane.xml)"
}

part_github_actions()
{
	block github-actions.yml >script
	grep -q 'check --wait 10m' script || fail "no block taken out"
	example 127.44.9.95 sh -eu script
}

part_gitlab()
{
	block gitlab-ci.yml >script
	grep -q 'check --wait 10m' script || fail "no block taken out"
	example 127.44.9.96 sh -eu script
}

plain_shell()
{
	sh "$examples/smoke-test.sh" "$SITE" --expect-status 200
}

part_shell()
{
	echo 'sh "$EXAMPLE" "$SITE" --expect-status 200' >script
	EXAMPLE=$examples/smoke-test.sh
	export EXAMPLE
	example 127.44.9.97 plain_shell
}

# Reports of many targets, some twice and one hostile, by those who read them.
part_reports_of_a_list()
{
	command -v xmllint >/dev/null || skip "xmllint is not installed"
	command -v promtool >/dev/null || skip "promtool is not installed"
	command -v prove >/dev/null || skip "prove is not installed"
	printf '%s\n' ee.match.example wrong.match.example 'a "b" <c> & # d\e' www.expired.example \
		half.peers.example ee.match.example https://ee.match.example ee20.time.example >list
	check 2 -o junit -f list
	cp out dane.xml
	report_has 5
	[ "$(xmllint --xpath 'count(//testsuite)' dane.xml)" = 8 ] || fail "not eight suites"
	check 2 -o tap -f list
	awk -f "$src/../unit/render/tap-strict.awk" out >told_tap || fail "$(cat told_tap)"
	[ "$(tail -n 1 told_tap)" = '5 5 0' ] || fail "passed, failed, skipped: $(cat told_tap)"
	! prove -Q --norc --exec cat out >proved 2>&1 || fail "prove passed it"
	grep -q 'Failed: 5' proved || prove --norc --exec cat out 2>&1 | grep -q 'Failed 5/10' || fail "$(cat proved)"
	check 2 -o prometheus -f list
	promtool check metrics <out >lint 2>&1 && [ ! -s lint ] || fail "$(cat lint)"
	grep -v '^#' out | sed 's/ [^ ]*$//' | sort | uniq -d >twice
	[ ! -s twice ] || fail "$(cat twice)"
	has out 'daneprobe_targets{state="CRITICAL"} 3'
	has out 'daneprobe_target_state{target="https://ee20.time.example:443"} 1'
}

parts_main "$@"
