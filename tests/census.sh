#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# census.sh BUILD [TEST]...: what the last `make check` in BUILD has run of the tree's list of tests, or of
# these TESTs. What didn't run, for whatever reason, is skipped by its name. Ends with
#   KIND: N of N ran            a line each
#   N passed, N failed, N skipped
# census.sh --whole LOG: where such lines in LOG fall short of the tree's list; nothing where they don't.
set -euf
here=$(cd "$(dirname "$0")" && pwd)

if [ "$1" = --whole ]; then
	"$here/list.sh" | cut -d' ' -f1 | sort | uniq -c | while read -r n kind; do
		ran=$(sed -n "s/^$kind: //p" "$2")
		[ "$ran" = "$n of $n ran" ] || echo "$kind: the tree has $n, and the run had: ${ran:-none}"
	done
	exit
fi

build=$1
shift
top_builddir=$build
DANEPROBE=${DANEPROBE:-$build/src/daneprobe}
[ -e "$DANEPROBE" ] || unset DANEPROBE
export top_builddir DANEPROBE

# The results of one test program: its lines of TAP, and what the driver made of them.
results()
{
	stem=$build/${1%.sh}
	[ ! -e "$stem.trs" ] || sed -n 's/^:test-result: \([A-Z]*\).*/result \1/p' "$stem.trs"
	[ ! -e "$stem.trs" ] || sed -n -e 's/^ok [0-9]* *-* *//p' -e 's/^not ok [0-9]* *-* *//p' \
		-e 's/^\(1[.][.]0.*# *SKIP\)/\1/p' "$stem.log" | sed 's/^/tap /'
}

"$here/list.sh" "$@" >"$build/census.list"
cut -d' ' -f2 "$build/census.list" | uniq | while read -r file; do
	results "$file" | sed "s,^,$file ,"
done | awk -v list="$build/census.list" '
function skipped_too(name, why) { skip++; print "SKIP: " name " # " why }
$2 == "result" { any[$1]; sum[$3]++; if ($3 != "SKIP") ran[$1]; next }
{
	file = $1
	name = $0
	sub(/^[^ ]* tap /, "", name)
	if (match(name, / *# *SKIP/)) {
		print "SKIP: " file " " name
		sub(/ *# *SKIP.*/, "", name)
		left[file, name]
	} else
		seen[file, name]
}
END {
	while ((getline line <list) > 0) {
		split(line, word, " ")
		kind = word[1]; file = word[2]
		name = substr(line, length(kind) + length(file) + 3)
		if (!(kind in listed)) order[++kinds] = kind
		listed[kind]++
		if (name == "-" ? file in ran : (file, name) in seen)
			count[kind]++
		else if (name == "-" && !(file in any))
			skipped_too(file, "did not run")
		else if (name != "-" && !((file, name) in left))
			skipped_too(file " " name, "did not run")
	}
	for (i = 1; i <= kinds; i++)
		print order[i] ": " count[order[i]] + 0 " of " listed[order[i]] " ran"
	print sum["PASS"] + sum["XFAIL"] " passed, " sum["FAIL"] + sum["XPASS"] + sum["ERROR"] " failed, " \
		sum["SKIP"] + skip " skipped"
}'
