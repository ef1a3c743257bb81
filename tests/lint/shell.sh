#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Runs shellcheck on every shell script of the tree.
. "$(dirname "$0")/lint.sh"

# Left out: what comes of parts that are sourced with the caller's variables (SC1091, SC2154),
# and columns of a table that read passes over (SC2034).
checked()
{
	(cd "$1" && {
		find . \( -name '_build*' -o -name build-aux -o -name .git -o -name 'daneprobe-*' \) \
			-prune -o -type f -name '*.sh' -print
		[ ! -e .ci/run ] || echo .ci/run
	} | LC_ALL=C sort | xargs shellcheck -x -P SCRIPTDIR -S warning \
			-e SC1091,SC2034,SC2154 -f gcc)
}

if have shellcheck; then
	clean "shellcheck finds nothing" checked "$top_srcdir"
	mkdir -p "$tmp/tree"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nrm -rf $1/*\n' >"$tmp/tree/x.sh"
	dirty "self-test: an unquoted variable" checked "$tmp/tree"
else
	skip "shellcheck" "shellcheck is not installed"
fi
finish
