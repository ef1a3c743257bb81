#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Shows how the golden files differ from what is printed now; with --write, after the
# difference was read and found right, writes them. Never run by make check.
# Usage: regen.sh [--write] PATH-OF/test_render
set -eu
write=no
if [ "$1" = --write ]; then
	write=yes
	shift
fi
program=$1
golden=$(dirname "$0")/golden
new=$(mktemp)
trap 'rm -f "$new"' EXIT
for name in $("$program" --list); do
	for extension in txt nagios json junit.xml tap prom; do
		"$program" "$name" "$extension" >"$new"
		file=$golden/$name.$extension
		if [ -f "$file" ]; then
			diff -u "$file" "$new" || true
		else
			diff -u /dev/null "$new" || true
		fi
		if [ "$write" = yes ]; then
			cp "$new" "$file"
		fi
	done
done
