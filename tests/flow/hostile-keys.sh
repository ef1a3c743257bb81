#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Keys that would take minutes to verify by: of leaves, issuers, files and zones. TAP, one test a
# part_NAME function.
#   hostile-keys.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

python=${PYTHON:-/usr/bin/python3}

# large WHAT ADDRESS [PORT]: a server of large_keys.py
large()
{
	"$python" -c 'import cryptography' 2>/dev/null || skip 'no python3-cryptography'
	PYTHONDONTWRITEBYTECODE=1 "$python" "$src/large_keys.py" "$@" >ready 2>large.err &
	helpers="$helpers $!"
	tries=0
	until grep -q ready ready || [ $tries -ge 200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}

# spent: seconds of CPU of the last command, told with what it took
spent()
{
	echo "$took ms, $(cat used)" >>told
	[ "$(sed 's/ .*//' used)" -le "$1" ] || fail "$(cat used), not $1"
}

# used COMMAND...: seconds of CPU, whole, and its largest process go to used
used()
{
	"$python" -c '
import resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
of = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%d s of CPU, %d KiB" % (of.ru_utime + of.ru_stime, of.ru_maxrss), file=open("used", "w"))
sys.exit(status)' "$@"
}

# at HOST ADDRESS PORT: the check of a host that is served there
at()
{
	# shellcheck disable=SC2086
	run 2 used "$DANEPROBE" check $R -t 10 -o json --connect-to "$1:443:$2:$3" "$1"
}

part_leaf()
{
	large tls 127.44.9.100 9100
	at p1.crowd.example 127.44.9.100 9100
	has out '"summary": "the leaf has a key that is RSA with a public exponent of 2000000 bits'
	spent 2
}

part_issuers()
{
	large issuers 127.44.9.101 9101
	at u211.usage.example 127.44.9.101 9101
	has out '"code": "mismatch"'
	has out 'the key of certificate 1 is RSA with a public exponent of 200000 bits'
	spent 2
}

is_bounded()
{
	nm -D "$DANEPROBE" | grep -q nettle_rsa_sha256_verify_digest
}

# A validator that comes to no end can't be stopped from within, so the check ends from without.
without_bounds()
{
	sh -c "${CC:-cc} -shared -fPIC -o unbound.so \"\$1\" -ldl" sh "$src/unbounded_keys.c" >&2
	set -- env ASAN_OPTIONS="${ASAN_OPTIONS:-}:verify_asan_link_order=0" LD_PRELOAD="$PWD/unbound.so" "$DANEPROBE"
	# shellcheck disable=SC2086
	run 3 used "$@" check $R -t 2 -o nagios www.bomb.example
	[ "$(grep -c '^DANE UNKNOWN - ' out)" -eq 1 ] || fail "$(cat out)"
	has out 'stopped: the check did not end within 3 s'
	within 5000
	spent 3

	# Of a list its worker is ended, and the host tried once more, alone.
	{
		echo www.bomb.example
		seq 1 50 | sed 's/.*/p&.crowd.example/'
	} >list
	# shellcheck disable=SC2086
	run 3 used "$@" check $R -t 5 -f list -o ndjson --workers 2
	[ "$(jq -r 'select(.target | test("crowd")) | .code' out | sort | uniq -c | tr -s ' ')" = ' 50 match' ] ||
		fail "$(jq -r '"\(.target) \(.code) \(.summary)"' out)"
	[ "$(jq -r 'select(.target == "www.bomb.example") | .code' out)" = stopped ] ||
		fail "$(grep bomb out)"
	spent 10
}

# Nothing is verified by such a key.
part_key_of_a_zone()
{
	is_bounded || skip 'no nettle, whose keys would be bounded'
	large dns 127.53.9.2
	"$python" "$src/large_keys.py" ds >record
	has "$lab_src/zones.txt" "bomb DS $(cat record)"
	# shellcheck disable=SC2086
	run 2 used "$DANEPROBE" check $R -t 2 -o nagios www.bomb.example
	[ "$(grep -c '^DANE CRITICAL - ' out)" -eq 1 ] || fail "$(cat out)"
	has out 'a key with a public exponent of 440000 bits verifies nothing: 64 are the most'
	within 1500
	spent 1
	# shellcheck disable=SC2086
	run 2 "$DANEPROBE" check $R www.bomb.example
	tr '\n' ' ' <out | tr -s ' ' >line
	has line 'one of RSA with the public exponent 65537'
	hasnt line 'sign the zone again'
	# signatures that are only wrong are told as before
	check 2 bogus.cname.example
	hasnt out 'verifies nothing'

	# Twenty of them hold up no list.
	{
		seq 1 20 | sed 's/.*/n&.bomb.example/'
		seq 1 200 | sed 's/.*/p&.crowd.example/'
	} | sort -R --random-source="$src/hostile-keys.sh" >list
	# shellcheck disable=SC2086
	run 2 used "$DANEPROBE" check $R -t 5 -f list -o ndjson --per-host 100 --per-net 0
	[ "$(jq -r 'select(.target | test("crowd")) | .code' out | sort | uniq -c | tr -s ' ')" = ' 200 match' ] ||
		fail "$(jq -r '"\(.target) \(.code) \(.summary)"' out | head -c 2000)"
	[ "$(jq -r 'select(.target | test("bomb")) | .code' out | sort | uniq -c | tr -s ' ')" = ' 20 bogus' ] ||
		fail "$(grep bomb out | head -c 2000)"
	hasnt err stuck
	spent 4
	without_bounds
}

part_files()
{
	"$python" -c 'import cryptography' 2>/dev/null || skip 'no python3-cryptography'
	"$python" "$src/large_keys.py" file 2000000 >large.pem
	run 2 used "$DANEPROBE" verify --chain large.pem --host p1.crowd.example \
		--tlsa "2 1 1 $(openssl x509 -in large.pem -pubkey -noout 2>openssl.err |
			openssl pkey -pubin -outform DER 2>>openssl.err | sha256sum | cut -c 1-64)"
	has out 'public exponent of'
	spent 2
}

parts_main "$@"
