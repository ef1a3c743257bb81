#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# TAP: the golden reports are what others read: JUnit by its schema, TAP by a strict reader and
# by prove, Prometheus' format by promtool; and each of these readers can refuse.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../../flow/common.sh"
golden=$here/golden

junit()
{
	xmllint --noout --nonet --schema "$here/junit.xsd" "$@"
}

strict()
{
	LC_ALL=C awk -f "$here/tap-strict.awk" "$1"
}

# prove's own view: it wants a failed test to fail
proved()
{
	want=0
	! grep -q '^not ok' "$1" || want=1
	got=0
	prove -Q --norc --exec cat "$1" >/dev/null 2>&1 || got=$?
	[ "$got" -eq "$want" ]
}

# each NAME COMMAND FILE...: the command takes every file
each()
{
	name=$1 command=$2
	shift 2
	for file in "$@"; do
		if ! $command "$file" >said 2>&1; then
			fail "$name" "${file##*/}: $(cat said)"
			return
		fi
	done
	pass "$name: all $#"
}

# refused NAME COMMAND SED-SCRIPT FILE: changed so, the file isn't taken
refused()
{
	sed -E "$3" "$4" >changed
	if cmp -s changed "$4"; then
		fail "$1" "$3 changes nothing"
	elif $2 changed >said 2>&1; then
		fail "$1" "taken after $3"
	else
		pass "$1"
	fi
}

# promtool lets a series pass that is there twice, which the collector refuses
metrics()
{
	promtool check metrics <"$1" >said 2>&1 && [ ! -s said ] &&
		! grep -v '^#' "$1" | sed 's/ [^ ]*$//' | sort | uniq -d | grep .
}

# Each case of the report is counted, and the counts of the suite are those of its cases.
counted()
{
	for what in failures:failure errors:error skipped:skipped; do
		[ "$(xmllint --xpath "string(//testsuite/@${what%:*})" "$1")" = \
			"$(xmllint --xpath "count(//testcase/${what#*:})" "$1")" ] || return 1
	done
	[ "$(xmllint --xpath 'string(//testsuite/@tests)' "$1")" = "$(xmllint --xpath 'count(//testcase)' "$1")" ]
}

# The three reports and the state of one sample agree.
agree()
{
	stem=${1%.junit.xml}
	state=$(xmllint --xpath 'string(//property[@name="state"]/@value)' "$1")
	broken=$(xmllint --xpath 'count(//failure | //error)' "$1")
	[ "$(strict "$stem.tap" | cut -d ' ' -f 2)" = "$broken" ] || return 1
	grep -q "^daneprobe_target_info{.*state=\"$state\"," "$stem.prom" || return 1
	if [ "$state" = OK ]; then [ "$broken" = 0 ]; else [ "$broken" != 0 ]; fi
}

if have xmllint; then
	each "JUnit reports are what their schema says" junit "$golden"/*.junit.xml
	each "counts of JUnit reports" counted "$golden"/*.junit.xml
	each "all formats tell the same state" agree "$golden"/*.junit.xml
	refused "the schema wants the counts" junit 's/ tests="[0-9]+"//' "$golden/match.junit.xml"
	refused "the schema wants messages" junit 's/ message="[^"]*"//' "$golden/mismatch.junit.xml"
	refused "the schema knows no other element" junit 's/failure/mishap/g' "$golden/mismatch.junit.xml"
	refused "a control character isn't XML" junit 's/TLS1/\x01/' "$golden/match.junit.xml"
	refused "a naked < isn't XML" junit 's/TLS1/</' "$golden/match.junit.xml"
	refused "counts that are wrong" counted 's/ failures="[0-9]+"/ failures="7"/' "$golden/mismatch.junit.xml"
else
	skip "JUnit reports are what their schema says" "xmllint is not installed"
fi
each "TAP for a strict reader" strict "$golden"/*.tap
refused "the strict reader wants the plan" strict '/^1\.\./d' "$golden/match.tap"
refused "the strict reader wants it right" strict 's/^1\.\.2/1..3/' "$golden/match.tap"
refused "the strict reader counts" strict 's/^ok 2/ok 3/' "$golden/match.tap"
refused "the strict reader minds directives" strict 's/^(not ok 1 .*)/\1 # TODO/' "$golden/mismatch.tap"
if have prove; then
	each "TAP for prove" proved "$golden"/*.tap
	refused "prove minds the plan" proved 's/^1\.\.2/1..3/' "$golden/match.tap"
else
	skip "TAP for prove" "prove is not installed"
fi
if have promtool; then
	each "promtool finds nothing" metrics "$golden"/*.prom
	refused "promtool wants values" metrics 's/^(daneprobe_target_state.*) [0-9]+$/\1 x/' "$golden/match.prom"
	refused "a series that is there twice" metrics 's/^(daneprobe_target_state.*)$/\1\n\1/' "$golden/match.prom"
	refused "promtool minds quoting" metrics 's/^(daneprobe_target_state.*)com/\1"/' "$golden/match.prom"
else
	skip "promtool finds nothing" "promtool is not installed"
fi
finish
