#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every test of the tree stands in a list of tests/tests.am, and every list is sorted. What no list names
# never runs, and nobody misses it.
. "$(dirname "$0")/lint.sh"

# What looks like a test, as the lists would call it. Scripts that are sourced have no first line.
in_tree()
{
	(cd "$1" && {
		find tests/unit -name 'test_*.c' | sed 's/[.]c$//'
		find tests/fuzz -name 'fuzz_*.c' | sed 's/[.]c$//'
		find tests/flow tests/lint tests/unit -name '*.sh' -print | while read -r script; do
			! sed -n '1{/^#!/p;q}' "$script" | grep -q . || echo "$script"
		done
		find tests/lab -name '*.sh' -exec grep -lE '^echo "1\.\.|^lab_or_skip ' {} +
	}) | grep -vx -e tests/unit/absent.sh -e tests/unit/render/regen.sh | LC_ALL=C sort
}

unlisted()
{
	(top_srcdir=$1 && export top_srcdir && "$here/../list.sh") | cut -d' ' -f2 | LC_ALL=C sort -u >"$tmp/listed"
	in_tree "$1" | LC_ALL=C comm -23 - "$tmp/listed"
}

unsorted()
{
	cat "$1"/src/*.am "$1"/tests/*.am | LC_ALL=C awk '
	/= [\\]$/ { list = $1; last = ""; next }
	/^\t/ && list && $1 != "$(NULL)" {
		if ($1 "" <= last "") print list ": " $1 " does not come after " last
		last = $1
	}
	!/[\\]$/ { list = "" }'
}

here=$(cd "$(dirname "$0")" && pwd)
clean "every test stands in a list" unlisted "$top_srcdir"
clean "the lists are sorted, one a line, nothing twice" unsorted "$top_srcdir"

tree=$tmp/tree
mkdir -p "$tree/src" "$tree/tests/unit/base" "$tree/tests/fuzz" "$tree/tests/lint" "$tree/tests/flow" "$tree/tests/lab"
: >"$tree/src/sources.am"
printf 'unit_tests = \\\n\ttests/unit/base/test_b \\\n\t$(NULL)\n' >"$tree/tests/tests.am"
clean "self-test: nothing left out" unlisted "$tree"
# offends NAME FILE: that file, which no list names
offends()
{
	echo '#!/bin/sh' >"$tree/$2"
	case $2 in tests/lab/*) echo 'lab_or_skip "$src/lab.sh" names' >>"$tree/$2" ;; esac
	dirty "self-test: $1 that no list names" unlisted "$tree"
	rm "$tree/$2"
}
offends "a unit test" tests/unit/base/test_a.c
offends "a fuzz target" tests/fuzz/fuzz_a.c
offends "a lint" tests/lint/a.sh
offends "a flow test" tests/flow/a.sh
offends "a script of the lab" tests/lab/a.sh
printf 'x = \\\n\tb \\\n\ta \\\n\t$(NULL)\n' >"$tree/src/sources.am"
dirty "self-test: a list that is not sorted" unsorted "$tree"
finish
