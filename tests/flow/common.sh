# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by each flow test: TAP, a folder of its own, and the program under test.
set -eu

: "${top_builddir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${DANEPROBE:=$top_builddir/src/daneprobe}"
count=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

pass()
{
	count=$((count + 1))
	echo "ok $count - $1"
}

fail()
{
	count=$((count + 1))
	failed=$((failed + 1))
	echo "not ok $count - $1"
	shift
	[ $# -eq 0 ] || printf '# %s\n' "$@"
}

skip()
{
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# check NAME COMMAND...: the command succeeds
check()
{
	name=$1
	shift
	if "$@" >out 2>&1; then
		pass "$name"
	else
		fail "$name" "$* failed:" "$(cat out)"
	fi
}

# same NAME WANT GOT
same()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "want $2" "got  $3"
	fi
}

# status NAME WANT COMMAND...: the exit status; output goes to out and err
status()
{
	name=$1 want=$2 got=0
	shift 2
	"$@" >out 2>err || got=$?
	if [ "$got" -eq "$want" ]; then
		pass "$name"
	else
		fail "$name" "$* ended with $got, not $want" "$(cat err)"
	fi
}

# says NAME TEXT FILE: the file holds the text
says()
{
	if grep -qF -- "$2" "$3"; then
		pass "$1"
	else
		fail "$1" "no '$2' in: $(cat "$3")"
	fi
}

have()
{
	command -v "$1" >/dev/null 2>&1
}

finish()
{
	echo "1..$count"
	[ $failed -eq 0 ]
}
