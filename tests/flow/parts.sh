# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by flow tests whose parts run side by side in one lab: one test a part_NAME function.
# The script ends with: parts_main "$@".
set -eu

src=$(cd "$(dirname "$0")" && pwd)
lab_src=$src/../lab
jobs=4
# why its parts can't run in a user namespace; a script that sources this may set it
needs_root=
# "all" in a script that talks with real mail servers and their like: they take as long to start as
# the rest of the lab
lab_servers=scripts

skip()
{
	echo "$*" >skipped
	exit 77
}

fail()
{
	echo "$*" >&2
	exit 1
}

# run WANTED-STATUS COMMAND...: its output into out and err; status and milliseconds as told
run()
{
	wanted=$1
	shift
	echo "\$ $*" >&2
	status=0
	began=$(date +%s%N)
	"$@" >out 2>err || status=$?
	took=$((($(date +%s%N) - began) / 1000000))
	head -c 1000 err >&2
	[ "$status" -eq "$wanted" ] || { head -c 1000 out >&2; fail "exit status $status, not $wanted"; }
}

# check WANTED-STATUS ARGUMENTS...: resolving from the lab's root
check()
{
	wanted=$1
	shift
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" check $R "$@"
}

has()
{
	grep -qF -e "$2" "$1" || { head -c 2000 "$1" >&2; fail "$1 has no '$2'"; }
}

hasnt()
{
	! grep -qF -e "$2" "$1" || { head -c 2000 "$1" >&2; fail "$1 has '$2'"; }
}

lines()
{
	n=$(wc -l <"$1")
	[ "$n" -eq "$2" ] || { head -c 2000 "$1" >&2; fail "$1 has $n lines, not $2"; }
}

within()
{
	[ "$took" -le "$1" ] || fail "took $took ms, more than $1"
}

# Its process is ended with the part.
background()
{
	"$@" >"background.$#" 2>&1 &
	helpers="$helpers $!"
}

# valgrind and a limit on addresses can't run a build with sanitizers, which looks for the same
# faults by itself.
plain_build()
{
	! grep -q __asan_init "$DANEPROBE"
}

#
# The runner
#
all_parts()
{
	sed -n 's/^part_\([a-z_]*\)()$/\1/p' "$src/$(basename "$0")"
}

parts()
{
	all_parts | if plain_build; then cat; else grep -v '^valgrind_'; fi
}

one_part()
{
	name=$1
	work=$RESULTS/$name.d
	mkdir "$work"
	cd "$work"
	helpers=
	status=0
	(
		[ -z "${needs_root:-}" ] || [ "${LAB_NAMESPACE:-}" != user ] || skip "$needs_root"
		trap '[ -z "$helpers" ] || kill $helpers 2>/dev/null || :' EXIT
		"part_$name"
	) >log 2>&1 </dev/null || status=$?
	echo "$status" >"$RESULTS/$name.status"
}

report()
{
	count=0
	failed=0
	for name in $wanted_parts; do
		count=$((count + 1))
		status=1
		[ ! -e "$RESULTS/$name.status" ] || read -r status <"$RESULTS/$name.status"
		case $status in
		0) echo "ok $count - $name" ;;
		77) echo "ok $count - $name # SKIP $(cat "$RESULTS/$name.d/skipped")" ;;
		*)
			echo "not ok $count - $name"
			failed=1
			sed 's/^/# /' "$RESULTS/$name.d/log"
			;;
		esac
		[ ! -e "$RESULTS/$name.d/told" ] || sed 's/^/# /' "$RESULTS/$name.d/told"
	done
	return $failed
}

wanted_parts()
{
	# shellcheck disable=SC2086
	if [ -n "$PARTS" ]; then printf '%s\n' $PARTS; else parts; fi
}

run_parts()
{
	RESULTS=$(mktemp -d)
	export RESULTS
	trap 'rm -rf "$RESULTS"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	wanted_parts=$(wanted_parts)
	# shellcheck disable=SC2086
	set -- $wanted_parts
	echo "1..$#"
	printf '%s\n' "$@" | xargs -n1 -P"$jobs" "$0" --part || :
	report
}

parts_main()
{
	if [ "${1:-}" = --list ]; then
		if [ -n "${DANEPROBE:-}" ]; then parts; else all_parts; fi
		exit
	fi
	top_builddir=${top_builddir:-$src/../..}
	DANEPROBE=${DANEPROBE:-$top_builddir/src/daneprobe}
	[ -x "$DANEPROBE" ] || { echo "Bail out! no $DANEPROBE"; exit 1; }
	DANEPROBE=$(cd "$(dirname "$DANEPROBE")" && pwd)/$(basename "$DANEPROBE")
	export top_builddir DANEPROBE

	case ${1:-} in
	--part)
		one_part "$2"
		exit 0
		;;
	--inside)
		run_parts
		exit
		;;
	esac
	PARTS="$*"
	export PARTS
	if [ -n "${LAB:-}" ]; then
		run_parts
		exit
	fi
	. "$lab_src/possible.sh"
	lab_or_skip "$lab_src/lab.sh" wanted_parts
	lab=$(mktemp -d)
	trap 'rm -rf "$lab"' EXIT
	LAB_SERVERS=$lab_servers
	export LAB_SERVERS
	set -- "$lab_src/lab.sh" run "$lab" -- "$src/$(basename "$0")" --inside
	# A network and mounts of its own, where the system lets it: then no other lab is in the way.
	if [ "$(id -u)" -eq 0 ] && unshare -nm true 2>/dev/null; then
		LAB_NAMESPACE=root
		export LAB_NAMESPACE
		set -- unshare -nm "$@"
	fi
	"$@"
}
