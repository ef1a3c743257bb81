#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The lab's certificates in $dir, and its zones; both from a stock where $LAB_STOCK names a folder for
# one: most of what a lab costs, and the same for all labs of a run. It is made by the first, and made
# anew once it is half an hour old (most of what a row tells of times is told by days; zones.sh sees to
# the rest) or what it is made from has changed. Without $LAB_STOCK, or where it can't be written, only
# the certificates are made here, for this lab alone, and zones.sh makes the zones.
set -eu

made_from()
{
	(cd "$labsrc" && cat certs.sh certs.tsv zones.sh zones.awk zones.txt tls.tsv services.tsv dns.tsv) | cksum
}

is_good()
{
	[ "$(cat "$LAB_STOCK/made-from" 2>/dev/null)" = "$(made_from)" ] &&
		[ -n "$(find "$LAB_STOCK/made-from" -mmin -30)" ]
}

# Complete before it is there, also where this is ended in the middle.
make_stock()
{
	rm -rf "$LAB_STOCK" "$LAB_STOCK.new"
	mkdir "$LAB_STOCK.new"
	dir=$LAB_STOCK.new "$labsrc/certs.sh" 8>&-
	dir=$LAB_STOCK.new "$labsrc/zones.sh" 8>&-
	made_from >"$LAB_STOCK.new/made-from"
	mv "$LAB_STOCK.new" "$LAB_STOCK"
}

if [ -n "${LAB_STOCK:-}" ] && (: >>"$LAB_STOCK.lock") 2>/dev/null; then
	exec 8>>"$LAB_STOCK.lock"
	flock 8
	is_good || make_stock
	cp -R -p "$LAB_STOCK"/* "$dir/" && exit
	rm -rf "$dir/certs" "$dir/zones"
fi
exec "$labsrc/certs.sh" 8>&-
