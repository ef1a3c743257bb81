#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No circles between files: what a file calls, or reads a table of, doesn't call it back, by
# whatever detour; and no header needs itself.
. "$(dirname "$0")/lint.sh"

# The circles that are meant: a file of the registry, then the files (ERE) that it lists and
# that use its helpers.
cat >"$tmp/meant" <<'END_OF_TABLE'
starttls  starttls_[a-z0-9]+
END_OF_TABLE

# calls ARCHIVE: "FILE FILE" where an object of the first needs a symbol of the second
calls()
{
	nm -A "$1" 2>/dev/null | awk -v meant="$tmp/meant" '
		BEGIN { while ((getline line < meant) > 0) { split(line, part, " "); kinds[part[1]] = "^(" part[2] ")$" } }
		{ split($1, part, ":"); stem = part[2]; sub(/\.l?o$/, "", stem); kind = $(NF - 1) }
		kind == "U" { needs[++count] = stem " " $NF; next }
		kind ~ /^[A-TV-Z]$/ { home[$NF] = stem }
		END {
			for (i = 1; i <= count; i++) {
				split(needs[i], part, " "); to = home[part[2]]
				if (to == "" || to == part[1]) continue
				if ((part[1] in kinds) && to ~ kinds[part[1]]) continue # the registry lists it
				if (!seen[part[1], to]++) print part[1], to
			}
		}'
}

# includes TREE: the same of headers
includes()
{
	(cd "$1/src" && find . -name '*.h' | sed 's,^\./,,' | LC_ALL=C sort |
		xargs awk '/^#[ \t]*include[ \t]*"/ { split($0, q, "\""); print FILENAME, q[2] }')
}

# circles COMMAND ARGUMENT: what is in a circle; tsort breaks each and names its members
circles()
{
	"$@" >"$tmp/pairs"
	LC_ALL=C tsort "$tmp/pairs" 2>&1 >/dev/null | sed -n \
		-e 's/^tsort: .*: input contains a loop:$/a circle of:/p' -e 's/^tsort: \([^:]*\)$/  \1/p'
}

archive=$top_builddir/libdp.a
if [ ! -e "$archive" ]; then
	echo "Bail out! $archive is not built"
	exit 1
fi
clean "files call each other in one direction" circles calls "$archive"
clean "headers include each other in one direction" circles includes "$top_srcdir"

# object FILE DEFINES CALLS: adds to bad.a
object()
{
	# shellcheck disable=SC2086 # CC may hold options
	(cd "$tmp" && printf 'int %s(void);\nint %s(void);\nint %s(void)\n{\n\treturn %s();\n}\n' \
		"$3" "$2" "$2" "$3" >"$1.c" && ${CC:-cc} -c "$1.c" && ar rc bad.a "$1.o")
}

object one one_do two_do
object two two_do three_do
object three three_do four_do
object four four_do getpid
clean "self-test: a chain of calls" circles calls "$tmp/bad.a"
object four four_do two_do
dirty "self-test: a circle of three" circles calls "$tmp/bad.a"
rm -f "$tmp/bad.a"
object starttls starttls_find starttls_pop3
object starttls_pop3 starttls_pop3 starttls_find
clean "self-test: a registry that is meant" circles calls "$tmp/bad.a"
rm -f "$tmp/bad.a"
object publish publish_find publish_exec
object publish_exec publish_exec publish_find
dirty "self-test: a registry that is not" circles calls "$tmp/bad.a"
mkdir -p "$tmp/tree/src/dns"
echo '#include "dns/b.h"' >"$tmp/tree/src/dns/a.h"
echo '#include "dns/c.h"' >"$tmp/tree/src/dns/b.h"
clean "self-test: headers one after the other" circles includes "$tmp/tree"
echo '#include "dns/a.h"' >"$tmp/tree/src/dns/c.h"
dirty "self-test: a circle of headers" circles includes "$tmp/tree"
finish
