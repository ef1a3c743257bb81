#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Prints functions and files that ask to be split. To be read; it fails nothing.
. "$(dirname "$0")/lint.sh"

# outliers TREE: functions over 70 lines, files over 500
outliers()
{
	sources "$1" | xargs ctags -f - --fields=+ne --kinds-C=f 2>/dev/null | awk -F '\t' '
		{
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/) from = substr($i, 6)
				if ($i ~ /^end:/) to = substr($i, 5)
			}
			if (to - from + 1 > 70) print $2 ":" from ": " $1 " has " to - from + 1 " lines"
		}'
	sources "$1" | xargs wc -l | awk '$1 > 500 && $2 != "total" { print $2 ": has " $1 " lines" }'
}

if ! have ctags || ! ctags --version | grep -q Universal; then
	skip "sizes" "universal-ctags is not installed"
else
	outliers "$top_srcdir" | sed "s,^$top_srcdir/,# ,"
	mkdir -p "$tmp/tree/src"
	awk 'BEGIN { print "int f(void)\n{"; for (i = 0; i < 80; i++) print "\tg();"; print "}" }' \
		>"$tmp/tree/src/f.c"
	dirty "self-test: a function of 83 lines" outliers "$tmp/tree"
fi
finish
