#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A server's first flight of TLS 1.3, cut, stalled and changed at each of its octets. TAP, one test a
# part_NAME function.
#   hostile-flight.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

# through SECONDS PORT TARGET...: each is served there
through()
{
	limit=$1 port=$2
	shift 2
	# shellcheck disable=SC2086
	"$DANEPROBE" check $R -t "$limit" -o ndjson --retries 0 --per-host 10000 --per-net 0 \
		--connect-to "::127.44.9.102:$port" "$@" 2>err
}

# each MODE PORT SECONDS: at every octet; "OCTET CODE STATE REASON" go to codes, where the flight's
# records begin to records
each()
{
	/usr/bin/python3 "$src/flight_relay.py" "$1" 127.44.9.102 "$2" 127.44.1.17 443 records \
		>ready 2>relay.err &
	helpers="$helpers $!"
	tries=0
	until grep -q ready ready || [ $tries -ge 200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	through 10 "$2" p9999.crowd.example >whole || fail "the flight as it is: $(cat whole err)"
	# a signature has an octet or two more or less
	end=$(($(awk '$2 == "end" { print $1 }' records) - 8))
	[ $end -gt 500 ] || fail "$(cat records)"
	seq 0 $end | sed 's/.*/p&.crowd.example/' >list
	through "$3" "$2" -f list -j 300 >out || :
	jq -r '"\(.target | ltrimstr("p") | rtrimstr(".crowd.example")) \(.code) \(.state) \(.summary)"' out |
		sort -n >codes
	[ "$(wc -l <codes)" -eq $((end + 1)) ] || fail "$(wc -l <codes) results of $end: $(head -c 500 err)"
	echo "$(wc -l <codes) octets" >told
}

part_cut()
{
	each cut 9110 10
	! grep -v ' tls-failed CRITICAL the server [a-z]* the connection during the handshake$' codes || fail "at these octets"
}

part_stalled()
{
	each stall 9111 3
	! grep -v ' timeout CRITICAL ' codes || fail "at these octets"
}

# What nobody vouches for is the version of a record, and a ChangeCipherSpec (20) that TLS 1.3 has
# for show. Behind the certificate a record begins an octet or two sooner or later, as long as the
# signature is.
part_changed()
{
	each flip 9112 5
	awk '
		NR == FNR { spread = $1 > 500 ? 3 : 0
			if ($2 != "end") for (i = 1 - spread; i <= 2 + spread; i++) free[$1 + i] = 1
			if ($2 == 20) for (i = 0; i < 6; i++) free[$1 + i] = 1
			next }
		$3 == "OK" && $1 in free { next }
		$2 != "tls-failed" && $2 != "timeout" { print; bad = 1 }
		END { exit bad }' records codes || fail "at these octets"
}

parts_main "$@"
