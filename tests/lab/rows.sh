#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Run the rows of rows.tsv against the lab: TAP, one test a row.
#   rows.sh [--only NAME]...      starts a lab of its own, or uses the one that $LAB names
#   rows.sh --list                their names
set -eu

src=$(cd "$(dirname "$0")" && pwd)
table=$src/rows.tsv
row_limit_s=40
# Most of them wait for a server that is slow on purpose.
jobs=8
tab=$(printf '\t')

# The table without comments, {lists} written out; with --only just those rows.
rows()
{
	grep -v -e '^#' -e '^[[:space:]]*$' "$table" | awk -F '\t' -v OFS='\t' '
	BEGIN {
		set["mail"] = "smtp,submission,lmtp"
		set["others"] = "imap,pop3,sieve,ftp,ldap,xmpp-client,xmpp-server,nntp,postgres,mysql"
		set["starttls"] = set["mail"] "," set["others"]
	}
	match($1, /[{].*[}]/) {
		list = substr($1, RSTART + 1, RLENGTH - 2)
		before = substr($1, 1, RSTART - 1)
		row = $0
		n = split(list in set ? set[list] : list, word, ",")
		for (i = 1; i <= n; i++) {
			$0 = row
			$1 = before word[i]
			gsub(/[{][}]/, word[i], $4)
			print
		}
		next
	}
	{ print }' | if [ -n "${ONLY:-}" ]; then
		awk -F '\t' -v only=" $ONLY " 'index(only, " " $1 " ")'
	else
		cat
	fi
}

# The names of the tests: the rows, and what is asked of all of them at the end
schema_test="every row's JSON was compared with the schema"
list()
{
	rows | cut -f1
	echo "$schema_test"
}

# Lines of the table: 7 or 8 fields, names once, zones and servers that exist.
check_table()
{
	awk -F '\t' '
	function bad(text) { print "rows.sh: " FILENAME ":" FNR ": " text > "/dev/stderr"; failed = 1 }
	/^#/ || /^[ \t]*$/ { next }
	FILENAME ~ /zones.txt$/ { split($0, word, " "); if (word[1] == "zone") zone[word[2]]; next }
	FILENAME ~ /(tls|services|dns).tsv$/ { server[$1]; next }
	NF < 7 || NF > 8 { bad("has " NF " fields") }
	$1 in seen { bad("name " $1 " again") }
	{ seen[$1] }
	$2 != "-" && !($2 in zone) { bad("no zone " $2) }
	{
		n = split($3, list, " ")
		for (i = 1; i <= n; i++)
			if (list[i] != "-" && !(list[i] in server))
				bad("no server " list[i])
	}
	END { exit failed }' "$src/zones.txt" "$src/tls.tsv" "$src/services.tsv" "$src/dns.tsv" \
		"$table"
}

complain()
{
	echo "$*" >>"$out.why"
}

# One item of the last column, "KIND:WHAT".
check_wish()
{
	case $1 in
	has:*) grep -qF -e "${1#has:}" "$out.json" || complain "not in the JSON: ${1#has:}" ;;
	not:*) ! grep -qF -e "${1#not:}" "$out.json" || complain "in the JSON: ${1#not:}" ;;
	jq:* | all:*) ;; # judge_rows
	text:* | notext:*)
		[ -e "$out.text" ] || probe text "$command" >"$out.text" 2>>"$out.err" || :
		# The sentence may be broken into lines anywhere.
		tr -s '\n ' ' ' <"$out.text" >"$out.flat"
		case $1 in
		text:*) grep -qF -e "${1#text:}" "$out.flat" || complain "not in the text: ${1#text:}" ;;
		*) ! grep -qF -e "${1#notext:}" "$out.flat" || complain "in the text: ${1#notext:}" ;;
		esac
		;;
	*) complain "rows.tsv: what is $1?" ;;
	esac
}

probe()
{
	format=$1
	eval "set -- $2"
	timeout -k 2 "$row_limit_s" "$DANEPROBE" check -o "$format" "$@" </dev/null
}

check_row()
{
	got=0
	rm -f "$out.why" "$out.text"
	probe json "$command" >"$out.json" 2>"$out.err" || got=$?
	[ "$got" -eq "$exit" ] || complain "exit $got, not $exit"
	old_ifs=$IFS
	IFS=$(printf '\037')
	# shellcheck disable=SC2046
	set -f -- $(printf '%s' "$wishes" | sed 's/ *;; */\x1f/g')
	IFS=$old_ifs
	for wish in "$@"; do
		check_wish "$wish"
	done
}

diagnose()
{
	sed 's/^/# /' "$out.why"
	echo "# \$ daneprobe check $command"
	[ -e "$out.text" ] || probe text "$command" >"$out.text" 2>>"$out.err" || :
	sed 's/^/#   /' "$out.text"
	sed 's/^/#   stderr: /' "$out.err"
	{ jq -c . <"$out.json" 2>/dev/null || cat "$out.json"; } | cut -c1-3000 | sed 's/^/#   /'
}

# Why a server of the row isn't there.
why_missing()
{
	for word in $server; do
		sed -n "s/^$word /$word: /p" "$LAB/missing"
	done
}

# Then each row that fetches a page is left out.
no_libcurl()
{
	"$DANEPROBE" --version -v </dev/null | grep -q '^  libcurl  *none'
}

run_row()
{
	number=$1
	out=$RESULTS/$number
	cd "$RESULTS"
	# Tabs in a row are blank to read, so empty columns are written as "-".
	IFS=$tab read -r name zone server command code state exit wishes <<-EOF
	$(sed -n "${number}p" "$RESULTS/rows")
	EOF
	missing=$(why_missing)
	if [ -n "$missing" ]; then
		echo "ok $number - $name # SKIP $missing" >"$out.tap"
		return
	fi
	check_row
	: >"$out.probed"
}

# A filter that says of each line NUMBER<tab>JSON what the codes and states are, and which of the
# row's wishes, by their number, don't hold. jq takes as long to start as a row takes.
make_filter()
{
	awk -F '\t' '
	BEGIN {
		print "def holds(f): (try ([f] | last) catch false) | . != null and . != false;"
		print "inputs | index(\"\\t\") as $i | .[:$i] as $n | .[$i + 1:] | (try fromjson catch null) |"
		print "(try \"\($n)\\tjudged\\t\(map(.code) | join(\",\"))\\t\(map(.state) | join(\",\"))\""
		print " catch empty)"
	}
	{
		count = split($8, wish, / *;; */)
		for (i = 1; i <= count; i++) {
			if (wish[i] ~ /^jq:/)
				filter = ".[0] | " substr(wish[i], 4)
			else if (wish[i] ~ /^all:/)
				filter = substr(wish[i], 5)
			else
				continue
			# in a line of its own, since the filter may end in a comment
			print ", if $n != \"" NR "\" or holds(" filter
			print ") then empty else \"" NR "\\tlacks\\t" i "\" end"
		}
	}' "$RESULTS/rows"
}

# What is asked of the JSON of the rows that ran, of all at once. The wanted lists hold one word a
# target, each with alternatives: "match,mismatch|timeout".
judge_rows()
{
	make_filter >"$RESULTS/filter"
	find "$RESULTS" -name '*.probed' | sed 's,.*/,,; s,[.]probed$,,' >"$RESULTS/ran"
	sed "s,.*,$RESULTS/&.json," "$RESULTS/ran" | xargs awk '
		FNR == 1 {
			number = FILENAME
			gsub(/.*\/|[.]json$/, "", number)
			printf "%s%s\t", ended, number
			ended = "\n"
		}
		{ printf "%s", $0 }
		END { printf "%s", ended }' >"$RESULTS/lines"
	jq -n -R -r -f "$RESULTS/filter" "$RESULTS/lines" >"$RESULTS/judged" 2>"$RESULTS/jq.err" ||
		{ sed 's/^/# jq: /' "$RESULTS/jq.err"; : >"$RESULTS/judged"; }
	awk -F '\t' -v results="$RESULTS" '
	function complain(text) { print text >>(results "/" FNR ".why"); close(results "/" FNR ".why") }
	function same(want, got,   n, m, k, i, j, ok, target, word, one) {
		n = split(want, target, ","); m = split(got, word, ",")
		if (n != m) return 0
		for (i = 1; i <= n; i++) {
			k = split(target[i], one, "|"); ok = 0
			for (j = 1; j <= k; j++) if (one[j] == word[i]) ok = 1
			if (!ok) return 0
		}
		return 1
	}
	FILENAME ~ /ran$/ { ran[$1]; next }
	FILENAME ~ /judged$/ && $2 == "judged" { judged[$1]; code[$1] = $3; state[$1] = $4; next }
	FILENAME ~ /judged$/ { lacks[$1, $3]; next }
	!(FNR in ran) { next }
	$5 != "-" && !(FNR in judged) { complain("no JSON with a code and a state for each target") }
	$5 != "-" && FNR in judged {
		if (!same($5, code[FNR])) complain("code " code[FNR] ", not " $5)
		if (!same($6, state[FNR])) complain("state " state[FNR] ", not " $6)
	}
	{
		count = split($8, wish, / *;; */)
		for (i = 1; i <= count; i++)
			if (wish[i] ~ /^(jq|all):/ && ((FNR, i) in lacks || !(FNR in judged)))
				complain("not so: " wish[i])
	}' "$RESULTS/ran" "$RESULTS/judged" "$RESULTS/rows"
}

# Its line of TAP, with the reasons behind it
tell_row()
{
	if [ -e "$out.why" ] && [ "$code" != not-fetched ] && grep -q '"not-fetched"' "$out.json" && no_libcurl; then
		echo "ok $number - $name # SKIP built without libcurl"
	elif [ -e "$out.why" ]; then
		echo "not ok $number - $name"
		diagnose
	else
		echo "ok $number - $name"
	fi
}

tell_rows()
{
	cd "$RESULTS"
	number=0
	while IFS=$tab read -r name zone server command code state exit wishes; do
		number=$((number + 1))
		out=$RESULTS/$number
		[ ! -e "$out.probed" ] || tell_row >"$out.tap"
	done <"$RESULTS/rows"
}

# One process for all: a row whose JSON isn't what the schema says fails after all.
check_schema()
{
	schema=$src/../../doc/daneprobe.schema.json
	schema_said="ok $((total + 1)) - $schema_test"
	if ! "$PYTHON" -c 'import jsonschema' 2>/dev/null; then
		schema_said="$schema_said # SKIP python3-jsonschema is not installed: none of the $total was"
		return 0
	fi
	grep -l '^\[' "$RESULTS"/*.json | xargs "$PYTHON" "$src/validate.py" "$schema" >"$RESULTS/bad" ||
		schema_said="not $schema_said"
	while read -r file why; do
		tap=${file%.json}.tap
		sed -i 's/^ok /not ok /' "$tap"
		echo "# the JSON isn't what the schema says: $why" >>"$tap"
	done <"$RESULTS/bad"
}

run_all()
{
	check_table
	RESULTS=$(mktemp -d)
	export RESULTS
	trap 'rm -rf "$RESULTS"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	rows >"$RESULTS/rows"
	total=$(wc -l <"$RESULTS/rows")
	echo "1..$((total + 1))"
	seq "$total" | xargs -n1 -P"$jobs" "$0" --row || :
	judge_rows
	(tell_rows)
	check_schema
	ran=0
	failed=0
	n=1
	while [ "$n" -le "$total" ]; do
		if [ -e "$RESULTS/$n.tap" ]; then
			ran=$((ran + 1))
			read -r said <"$RESULTS/$n.tap"
			case $said in
			ok*) echo "$said" ;;
			*)
				failed=$((failed + 1))
				cat "$RESULTS/$n.tap"
				;;
			esac
		else
			echo "not ok $n - $(sed -n "${n}p" "$RESULTS/rows" | cut -f1): did not run"
			failed=$((failed + 1))
		fi
		n=$((n + 1))
	done
	echo "$schema_said"
	[ "$ran" -eq "$total" ] || echo "Bail out! $ran rows ran, the table has $total"
	[ "$failed" -eq 0 ] && [ "${schema_said#not}" = "$schema_said" ] || {
		echo "# $failed of $total rows failed"
		for log in "$LAB"/log/*; do
			[ ! -s "$log" ] || { echo "# --- $log"; tail -n 5 "$log" | sed 's/^/# /'; }
		done
		exit 1
	}
}

if [ "${1:-}" = --list ]; then
	list
	exit
fi
top_builddir=${top_builddir:-$src/../..}
DANEPROBE=${DANEPROBE:-$top_builddir/src/daneprobe}
[ -x "$DANEPROBE" ] || { echo "Bail out! no $DANEPROBE"; exit 1; }
DANEPROBE=$(cd "$(dirname "$DANEPROBE")" && pwd)/$(basename "$DANEPROBE")
PYTHON=${PYTHON:-/usr/bin/python3}
SRC=$src
export top_builddir DANEPROBE PYTHON SRC

case ${1:-} in
--row)
	run_row "$2"
	exit 0
	;;
--inside)
	run_all
	exit 0
	;;
esac
ONLY=${ONLY:-}
while [ $# -ge 2 ] && [ "$1" = --only ]; do
	ONLY="$ONLY $2"
	shift 2
done
export ONLY
[ $# -eq 0 ] || { echo "usage: rows.sh [--only NAME]..." >&2; exit 3; }

if [ -n "${LAB:-}" ]; then
	"$0" --inside
	exit
fi
. "$src/possible.sh"
lab_or_skip "$src/lab.sh" list
lab=$(mktemp -d)
trap 'rm -rf "$lab"' EXIT
"$src/lab.sh" run "$lab" -- "$0" --inside
