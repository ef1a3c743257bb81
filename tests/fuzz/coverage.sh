#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# coverage.sh BUILD: how much of its parser each fuzz corpus reaches. BUILD was configured with
# --enable-coverage, with gcc. The parser of fuzz_tlsa_from_rdata is the file whose stem begins
# its name: src/*/tlsa.c; further files are named in a line "Also: FILE..." of the target.
set -eu
build=$(cd "${1:?usage: coverage.sh BUILD}" && pwd)
src=$(cd "$(dirname "$0")/../.." && pwd)
top_srcdir=$src
export top_srcdir

# parser NAME: the source with the longest stem that begins NAME
parser()
{
	stem=$1
	while :; do
		found=$(cd "$src" && find src -name "$stem.c")
		[ -z "$found" ] || break
		[ "$stem" != "${stem%_*}" ] || return 1
		stem=${stem%_*}
	done
	echo "$found"
}

cd "$build"
for target in tests/fuzz/fuzz_*; do
	case $target in *.*) continue ;; esac
	name=${target##*/fuzz_}
	file=$(parser "$name") || { echo "$name: no parser of that name"; continue; }
	find . -name '*.gcda' -exec rm {} +
	"./$target" >/dev/null 2>&1 || { echo "$name: its corpus fails"; exit 1; }
	object=$(dirname "$file")/$(basename "$file" .c)
	gcov -n -f -o "$object.o" "$src/$file" 2>/dev/null |
		awk -v name="$name" -v file="$file" -v quote="'" '
			/^Function/ { what = $0 == "Function " quote name quote ? "itself" : "" }
			/^File/ { what = index($0, file) ? "file" : "" }
			/^Lines executed/ && what { sub(/^Lines executed:/, ""); part[what] = $0; what = "" }
			END { print name ": " part["itself"] " lines; with its file " file ": " part["file"] }'
	# shellcheck disable=SC2046 # patterns
	for also in $(cd "$src" && ls $(sed -n 's/.*Also: //p' "tests/fuzz/fuzz_$name.c") /dev/null); do
		[ "$also" != /dev/null ] || continue
		object=$(dirname "$also")/$(basename "$also" .c)
		gcov -n -o "$object.o" "$src/$also" 2>/dev/null | awk -v name="$name" -v file="$also" '
			/^File/ { found = index($0, file) }
			/^Lines executed/ && found { sub(/^Lines executed:/, ""); print name ": also " file ": " $0; exit }'
	done
done
