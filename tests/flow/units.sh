#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The systemd units are such as systemd takes, run what there is, and are as confined as they can be.
. "$(cd "$(dirname "$0")" && pwd)/common.sh"
: "${top_srcdir:=$top_builddir}"
program=$(cd "$(dirname "$DANEPROBE")" && pwd)/daneprobe

# As make install has them, with our program.
units()
{
	cp "$top_srcdir/doc/systemd/daneprobe.timer" .
	sed "s|@bindir@|${program%/*}|g" "$top_srcdir/doc/systemd/daneprobe.service.in" >daneprobe.service
}

# verified: systemd finds nothing in both units
verified()
{
	systemd-analyze verify --man=no ./daneprobe.service ./daneprobe.timer >found 2>&1 && [ ! -s found ] ||
		{ cat found; return 1; }
}

# The exposure by systemd's measure, from 0 to 10, times ten
exposure()
{
	systemd-analyze security --no-pager --offline=true ./daneprobe.service 2>/dev/null |
		sed -n 's/.*Overall exposure level for daneprobe.service: \([0-9]*\)[.]\([0-9]\).*/\1\2/p'
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

# What the service's line says is known to the program: with no lineage there's nothing to do, and
# the exit status is the worst of both runs.
line_runs()
{
	sed -n 's/^ExecStart=//p' daneprobe.service | sed 's/[$][$]/$/g' >line
	[ -s line ] || return 1
	mkdir -p none
	DANEPROBE_DIR=$PWD/none sh -eu line
}

# worst RENEW ROLLOVER: the exit status when they end with these
worst()
{
	mkdir -p fake
	printf '#!/bin/sh\n[ "$1" != renew ] || exit %s\nexit %s\n' "$1" "$2" >fake/daneprobe
	chmod +x fake/daneprobe
	sed "s|${program%/*}|$PWD/fake|g" line >line.fake
	status=0
	sh line.fake || status=$?
	echo $status
}

units
if have systemd-analyze; then
	check 'systemd-analyze verify finds nothing in them' verified
	check 'self-test: a section that there is not' finds '\[Timer\]' '[Tmier]'
	check 'self-test: a time that is none' finds 'hourly$' 'horuly'
	check 'self-test: a program that there is not' finds "=/bin/sh" =/nonexistent/sh
	figure=$(exposure)
	if [ -n "$figure" ]; then
		check "systemd-analyze security: $figure tenths of exposure, no more than 35" test "$figure" -le 35
	else
		skip 'systemd-analyze security' 'it has no --offline here'
	fi
else
	skip 'systemd-analyze' 'systemd-analyze is not installed'
fi
check 'the program knows what they ask of it' line_runs
same 'both run, and the worst counts: renew' 2 "$(worst 2 1)"
same 'both run, and the worst counts: rollover' 2 "$(worst 1 2)"
same 'both run, and all is well' 0 "$(worst 0 0)"
finish
