#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Puts the small faults of table.txt into a copy of the tree, one after the other, and runs the tests
# that are about the file: mutants.sh [PART-OF-A-FILE'S-NAME]. It prints who lives, and the score. By
# hand (make mutants): each fault is a build. With a name only those of files that have it in theirs.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
src=$(cd "$here/../.." && pwd)
only=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
tab=$(printf '\t')

(cd "$src" && tar -cf - --exclude=.git --exclude='_build*' .) | (mkdir "$work/tree" && cd "$work/tree" && tar -xf -)
mkdir "$work/build"
cd "$work/build"
../tree/configure -q CFLAGS=-O1 LDFLAGS="${LDFLAGS-}" >configure.out 2>&1 || { cat configure.out; exit 1; }
make -s -j2 all >make.out 2>&1 || { tail make.out; exit 1; }

# table: FILE TESTS OLD NEW, with tabs
awk -v only="$only" '
	/^= / { file = $2; tests = ""; for (i = 3; i <= NF; i++) tests = tests " " $i; next }
	/^#/ || !/ ==> / { next }
	index(file, only) {
		at = index($0, " ==> ")
		print file "\t" tests "\t" substr($0, 1, at - 1) "\t" substr($0, at + 5)
	}' "$here/table.txt" >table

# mutate FILE OLD NEW: false where OLD isn't in exactly one line
mutate()
{
	OLD=$2 NEW=$3 awk '
		{ at = index($0, ENVIRON["OLD"]) }
		at {
			count++
			$0 = substr($0, 1, at - 1) ENVIRON["NEW"] substr($0, at + length(ENVIRON["OLD"]))
		}
		{ print }
		END { exit count != 1 }' "$src/$1" >mutant || return 1
	cp mutant "../tree/$1"
}

# noticed TESTS...: one of them fails, or doesn't end
noticed()
{
	for test in "$@"; do
		case " ${left_out:-} " in *" $test "*) continue ;; esac
		case $test in
		*.sh) set -- "../tree/$test" ;;
		*)
			make -s "$test" >make.out 2>&1 || { echo "$test can't be built:"; cat make.out; exit 1; }
			set -- "./$test"
			;;
		esac
		top_builddir=$PWD srcdir=$src timeout 120 "$@" >test.out 2>&1 || return 0
	done
	return 1
}

# A test that fails without any fault would notice each: it is left out.
left_out=
for test in $(cut -f2 table | tr ' ' '\n' | sort -u); do
	if noticed "$test"; then
		echo "fails without a fault, and is left out: $test"
		left_out="$left_out $test "
	fi
done
killed=0 all=0
while IFS=$tab read -r file tests old new; do
	all=$((all + 1))
	if ! mutate "$file" "$old" "$new"; then
		echo "$file: not in exactly one line: $old"
		exit 1
	fi
	# shellcheck disable=SC2086
	if noticed $tests; then
		killed=$((killed + 1))
	else
		echo "lives: $file: $old ==> $new"
	fi
	cp "$src/$file" "../tree/$file"
done <table
echo "$killed of $all killed"
[ $((killed * 10)) -ge $((all * 9)) ]
