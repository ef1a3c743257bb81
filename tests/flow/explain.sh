#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# explain: each code and finding that --on takes has a text of its own.
. "$(dirname "$0")/common.sh"

status "without a name all are listed" 0 "$DANEPROBE" explain
cut -c1-28 out | sed -n 's/^\([a-z0-9-][a-z0-9-]*\) *$/\1/p' | sort >listed
same "none is listed twice" "" "$(uniq -d listed)"
while read -r id; do
	"$DANEPROBE" explain "$id" >one 2>&1 || echo "$id: exit status $?"
	[ "$(grep -c '^  why it matters  .\|^  how it happens  .\|^  what to do      .' one)" -eq 3 ] || echo "$id: lacks a part"
	awk -v id="$id" 'length > 80 { print id ": a line of " length " columns" }' one
	"$DANEPROBE" check --on "$id=ok" --dry-run https://www.example.com >/dev/null 2>err ||
		grep -q . err && sed "s/^/$id: /" err
done <listed >faults
same "each has its three parts, and is known to --on" "" "$(cat faults)"
same "so many are listed" true "$([ "$(wc -l <listed)" -gt 40 ] && echo true)"
status "a name that isn't known" 3 "$DANEPROBE" explain mismach
same "what was meant" 1 "$(grep -c 'did you mean mismatch' err)"
status "two names" 0 "$DANEPROBE" explain mismatch slow
finish
