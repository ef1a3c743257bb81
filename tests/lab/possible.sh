# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by tests that start a lab of their own.

# lab_or_skip LAB_SH COMMAND...: where the lab can't run here, every test that COMMAND names, a line each,
# is skipped with the reason, and the script ends.
lab_or_skip()
{
	why=$("$1" possible 2>&1) && return
	shift
	"$@" | awk -v why="${why#lab: }" '
		{ print "ok " ++n " - " $0 " # SKIP " why }
		END { print "1.." n + 0 }'
	exit 0
}
