#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# demo.sh BUILD_DIR: real checks against the lab, each command shown before its output.
set -eu

src=$(cd "$(dirname "$0")" && pwd)

# show TEXT COMMAND: as README does, the command is what one types
show()
{
	status=0
	printf '\n# %s\n$ %s\n' "$1" "$2"
	eval "$2" || status=$?
	echo "# exit status $status"
}

if [ "${1:-}" = --inside ]; then
	echo "# \$R is $R"
	show "A match: what the server presents is what DNS, signed, says." \
		"daneprobe check \$R https://ee.match.example"
	show "A rollover: the current key's record and the next one's." \
		"daneprobe check \$R https://roll.match.example"
	show "A mismatch, and what to do about it." \
		"daneprobe check \$R https://wrong.match.example"
	show "A zone whose signatures have expired: bogus, and whose fault that is." \
		"daneprobe check \$R https://www.expired.example"
	exit 0
fi

build=${1:?usage: demo.sh BUILD_DIR}
top_builddir=$(cd "$build" && pwd)
export top_builddir
lab=$(mktemp -d)
chmod 711 "$lab"
trap 'rm -rf "$lab"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
status=0
# without mail servers and their like: what it shows needs none, and one that is odd is not in the way
LAB_SERVERS=scripts
export LAB_SERVERS
"$src/lab.sh" run "$lab" -- "$0" --inside || status=$?
[ "$status" -eq 0 ] || exit "$status"
again="$src/lab.sh shell"
[ "$top_builddir" = "$(cd "$src/../.." && pwd)/_build" ] || again="top_builddir=$top_builddir $again"
cat <<EOF

# To type these commands, and others, hold the lab up; exit ends it:
$again
EOF
