# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by each lint: a lint is a command that prints the offences it finds in a tree.
# clean expects none; dirty is its self-test, on a tree that was made to offend.
set -eu

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${top_builddir:=$top_srcdir}"
count=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# report WANT-OFFENCES NAME COMMAND...
report()
{
	want=$1 name=$2
	shift 2
	count=$((count + 1))
	"$@" >"$tmp/offences" 2>&1 || echo "(status $?)" >>"$tmp/offences"
	got=no
	[ ! -s "$tmp/offences" ] || got=yes
	if [ $got = "$want" ]; then
		echo "ok $count - $name"
	else
		sed 's/^/# /' "$tmp/offences"
		echo "not ok $count - $name"
	fi
}

clean()
{
	report no "$@"
}

dirty()
{
	report yes "$@"
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

have()
{
	command -v "$1" >/dev/null 2>&1
}

finish()
{
	echo "1..$count"
}

# sources TREE: the C files of the program
sources()
{
	find "$1/src" -name '*.[ch]' | LC_ALL=C sort
}

# code FILE: its lines with comments and the insides of strings blanked
code()
{
	awk '
	{
		line = $0
		gsub(/\\./, "", line)
		gsub(/"[^"]*"/, "\"\"", line)
		out = ""
		while (line != "") {
			if (comment) {
				end = index(line, "*/")
				if (!end) break
				line = substr(line, end + 2); comment = 0
			} else {
				start = index(line, "/*")
				if (!start) { out = out line; break }
				out = out substr(line, 1, start - 1)
				line = substr(line, start + 2); comment = 1
			}
		}
		print out
	}' "$1"
}
