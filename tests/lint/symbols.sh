#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The file's stem is the prefix of what it exports, stems are unique, and no variable that
# can be written is exported.
. "$(dirname "$0")/lint.sh"

# Archive members that differ in prefix; names of the implementation (_...) are not ours.
symbols()
{
	nm -A -g --defined-only "$1" | awk '
		{ split($1, part, ":"); member = part[2]; stem = member; sub(/(_none)?\.l?o$/, "", stem) }
		$3 ~ /^_/ || NF < 3 { next }
		$3 != stem && index($3, stem "_") != 1 { print member ": exports " $3 ", not " stem "_*" }
		$2 ~ /^[BCD]$/ && !/asan|gcov/ { print member ": exports the variable " $3 }'
}

stems()
{
	sources "$1" | grep '\.c$' | sed 's,.*/,,' | LC_ALL=C sort | uniq -d
}

archive=$top_builddir/libdp.a
if [ ! -e "$archive" ]; then
	echo "Bail out! $archive is not built"
	exit 1
fi
clean "exported names begin with their file's stem" symbols "$archive"
clean "stems are unique" stems "$top_srcdir"

# shellcheck disable=SC2086 # CC may hold options
cd "$tmp" && printf 'int other(void);\nint other(void)\n{\n\treturn 0;\n}\n' >mem.c &&
	${CC:-cc} -c mem.c && ar rc name.a mem.o
dirty "self-test: a name with another prefix" symbols name.a
# shellcheck disable=SC2086
printf 'extern int mem_x;\nint mem_x;\n' >mem.c && ${CC:-cc} -c mem.c && ar rc variable.a mem.o
dirty "self-test: an exported variable" symbols variable.a
mkdir -p tree/src/dns tree/src/net && touch tree/src/dns/a.c tree/src/net/a.c
dirty "self-test: one stem twice" stems tree
finish
