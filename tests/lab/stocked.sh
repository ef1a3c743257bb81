#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# When a lab takes its certificates and zones from the stock, and when the stock is made anew: stock.sh
# with stand-ins for what makes them. TAP.
src=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
labsrc=$work/src
export labsrc
mkdir "$labsrc"
for file in certs.tsv zones.awk zones.txt tls.tsv services.tsv dns.tsv; do
	echo one >"$labsrc/$file"
done
printf '#!/bin/sh\nmkdir "$dir/certs" && echo $$ >"$dir/certs/made" && cp "$dir/certs/made" "$dir/ca.pem"\n' \
	>"$labsrc/certs.sh"
printf '#!/bin/sh\nmkdir "$dir/zones" && cp "$dir/certs/made" "$dir/zones/made"\n' >"$labsrc/zones.sh"
chmod 755 "$labsrc"/*.sh

# made STOCK: the certificates that a new lab gets which is given this stock, and its zones
made()
{
	dir=$(mktemp -d "$work/lab.XXXXXX")
	dir=$dir LAB_STOCK=$1 "$src/stock.sh" >&2 || echo "status $?"
	cat "$dir/certs/made" "$dir/zones/made" 2>/dev/null || echo "no zones"
}

count=0 failed=0
# told NAME FORMER same|other NOW
told()
{
	count=$((count + 1))
	got=other
	[ "$2" != "$4" ] || got=same
	if [ "$got" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '# %s\n' "$2, then $4"
		failed=1
	fi
}

stock=$work/stock
first=$(made "$stock")
told "the second lab has what the first made" "$first" same "$(made "$stock")"
told "its zones too" "$(echo "$first" | sed -n 1p)" same "$(echo "$first" | sed -n 2p)"
for file in certs.sh certs.tsv zones.sh zones.awk zones.txt tls.tsv services.tsv dns.tsv; do
	former=$(made "$stock")
	echo '#' >>"$labsrc/$file"
	told "another $file" "$former" other "$(made "$stock")"
done
former=$(made "$stock")
touch -d '31 minutes ago' "$stock/made-from"
told "half an hour later" "$former" other "$(made "$stock")"
former=$(made "$stock")
rm "$stock/made-from"
told "a stock that was never finished" "$former" other "$(made "$stock")"
told "without one each lab makes its own" "$(made '')" other "$(made '')"
told "nor where none can be written" "$(made "$work/none/stock")" other "$(made "$work/none/stock")"
told "then zones.sh makes the zones" "no zones" same "$(made '' | sed -n 2p)"
echo "1..$count"
exit $failed
