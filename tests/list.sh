#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# list.sh [FILE]...: all tests by kind, or those of FILEs, a line "KIND FILE NAME" each, whatever configure
# found: of a table or a script with parts a line for each row and part, else one with NAME "-".
set -euf
here=$(cd "$(dirname "$0")" && pwd)
top=${top_srcdir:-$(cd "$here/.." && pwd)}

# "KIND FILE" from the lists of tests.am
programs()
{
	awk '
	BEGIN {
		kind["unit_tests"] = kind["long_unit_tests"] = kind["unit_scripts"] = "unit"
		kind["fuzz_targets"] = "fuzz"
		kind["lint_tests"] = "lint"
		kind["flow_tests"] = kind["self_tests"] = kind["lab_tests"] = kind["world_tests"] = "flow"
	}
	/^[a-z_]+ = [\\]$/ { list = $1 }
	!/^\t/ && !/[\\]$/ { list = "" }
	/^\t/ && list in kind && $1 != "$(NULL)" { print kind[list], $1 }' "$top/tests/tests.am"
}

# What one script runs by itself: lab rows, parts.
rows_of()
{
	case $1 in
	tests/lab/rows.sh) word=row ;;
	tests/flow/monitors.sh) word=monitor ;;
	*.sh) grep -q '^parts_main ' "$top/$1" && word=part || return 0 ;;
	*) return 0 ;;
	esac
	"$top/$1" --list | sed "s,^,$word $1 ,"
}

programs | while read -r kind file; do
	[ $# -eq 0 ] || case " $* " in *" $file "*) ;; *) continue ;; esac
	rows=$(rows_of "$file")
	printf '%s\n' "${rows:-$kind $file -}"
done
