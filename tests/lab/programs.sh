#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Find the lab's own programs where `make check` built them, or build them, into DIR/bin.
set -eu
mkdir -p "$dir/bin"
for prog in hostile hostile_starttls dnsrelay; do
	built=${top_builddir:-.}/tests/lab/$prog
	if [ -x "$built" ]; then
		ln -sf "$(cd "$(dirname "$built")" && pwd)/$prog" "$dir/bin/$prog"
		continue
	fi
	case $prog in
	hostile) set -- "$labsrc/hostile.c" "$labsrc/listen.c" ;;
	hostile_starttls)
		set -- "$labsrc/hostile_starttls.c" "$labsrc/protocol.c" "$labsrc/listen.c" -lgnutls
		;;
	dnsrelay) set -- "$labsrc/dnsrelay.c" "$labsrc/dnsmode.c" -lldns ;;
	esac
	${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -o "$dir/bin/$prog" "$@"
done
