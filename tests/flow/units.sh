#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# doc/GUIDE's systemd units are such as systemd takes, and run what there is.
. "$(cd "$(dirname "$0")" && pwd)/common.sh"
: "${top_srcdir:=$top_builddir}"
program=$(cd "$(dirname "$DANEPROBE")" && pwd)/daneprobe

# The units as in doc/GUIDE, each ended by the next one or by text that isn't indented.
units()
{
	awk '
		/^    \[Unit\]$/ { file = n++ ? "daneprobe.timer" : "daneprobe.service" }
		/^[^ ]/ { file = "" }
		file { sub(/^    /, ""); print > file }
	' "$top_srcdir/doc/GUIDE"
}

# verified NAME: systemd finds nothing in both units; what they run is our program
verified()
{
	sed -i "s|^\(Exec[A-Za-z]*=-*\)daneprobe |\1$program |" daneprobe.service
	systemd-analyze verify --man=no ./daneprobe.service ./daneprobe.timer >found 2>&1 && [ ! -s found ] ||
		{ cat found; return 1; }
}

# Another word where the first is, and systemd has to find it.
finds()
{
	mkdir wrong
	sed "s|$1|$2|" daneprobe.service >wrong/daneprobe.service
	sed "s|$1|$2|" daneprobe.timer >wrong/daneprobe.timer
	! (cd wrong && verified)
	found=$?
	rm -r wrong
	return $found
}

# What the service's lines say is known to the program: with no lineage there's nothing to do.
lines_run()
{
	mkdir none
	grep -c '^ExecStart=' daneprobe.service >lines
	[ "$(cat lines)" -eq 2 ] || return 1
	sed -n 's/^ExecStart=-*//p' daneprobe.service | while read -r line; do
		echo "$line"
		DANEPROBE_DIR=$PWD/none sh -c "$line" || exit 1
	done
}

units
check 'doc/GUIDE has a service and a timer' test -s daneprobe.service -a -s daneprobe.timer
if have systemd-analyze; then
	check 'systemd-analyze verify finds nothing in them' verified
	check 'self-test: a section that there is not' finds '\[Timer\]' '[Tmier]'
	check 'self-test: a time that is none' finds 'hourly$' 'horuly'
	check 'self-test: a program that there is not' finds "=-*$program" =/nonexistent/daneprobe
else
	skip 'systemd-analyze verify' 'systemd-analyze is not installed'
	sed -i "s|^\(Exec[A-Za-z]*=-*\)daneprobe |\1$program |" daneprobe.service
fi
check 'the program knows what they ask of it' lines_run
finish
