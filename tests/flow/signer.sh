#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A real signer, knotd with its default policy, through a fortnight and more of its clock: while it
# signs no look at its zone is an alarm; once it has stopped one is, before anything fails. The zone
# is a root of its own. knotd and daneprobe share a clock, by libfaketime.
[ -n "${SIGNER_NAMESPACE:-}" ] || {
	for tool in knotd knotc keymgr faketime openssl jq; do
		command -v "$tool" >/dev/null && continue
		echo "1..0 # SKIP $tool is not installed"
		exit 0
	done
	unshare -nm true 2>/dev/null || {
		echo "1..0 # SKIP needs a namespace of its own, which only root may have here"
		exit 0
	}
	SIGNER_NAMESPACE=yes exec unshare -nm sh "$0" "$@"
}
. "$(dirname "$0")/common.sh"

# libfaketime and the sanitizers wait for each other; the plain build is looked at.
if grep -q __asan_init "$DANEPROBE"; then
	pass 'a build with sanitizers has no clock that can be set'
	finish
	exit
fi
ip link set lo up
pids=
trap 'kill $pids 2>/dev/null || :; wait; rm -rf "$work"' EXIT

# The library that faketime puts in front of libc, in its form for threads.
library=$(faketime -m now printenv LD_PRELOAD)
export FAKETIME_TIMESTAMP_FILE="$PWD/clock" FAKETIME_NO_CACHE=1

# later COMMAND...: by the clock
later()
{
	LD_PRELOAD=$library "$@"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj / \
	-addext subjectAltName=DNS:www.test -keyout key.pem -out cert.pem 2>/dev/null
openssl s_server -accept 127.0.0.1:443 -cert cert.pem -key key.pem -quiet >s_server.log 2>&1 &
pids=$!
mkdir -p keys db run
cat >conf <<END
server:
  rundir: "$PWD/run"
  listen: 127.0.0.1@53
log:
  - target: stderr
    any: info
database:
  storage: "$PWD/db"
zone:
  - domain: .
    file: "$PWD/zone"
    zonefile-sync: -1
    journal-content: all
    zonefile-load: difference
    dnssec-signing: on
    dnssec-policy: default
  - domain: wake
    file: "$PWD/wake"
END
cat >zone <<END
. 3600 SOA ns. admin. 1 7200 3600 1209600 3600
. 3600 NS ns.
ns. 3600 A 127.0.0.1
www.test. 3600 A 127.0.0.1
_443._tcp.www.test. 3600 $("$DANEPROBE" record --cert cert.pem https://www.test | sed 's/.* TLSA/TLSA/')
END
echo 'big.test. 3600 A 127.0.0.1' >>zone
seq 100 140 | while read -r n; do
	echo "_443._tcp.big.test. 3600 TLSA 3 1 1 $(echo "$n" | sha256sum | cut -d' ' -f1)"
done >>zone
printf '@ 3600 SOA ns. admin. 1 7200 3600 1209600 3600\n@ 3600 NS ns.\n' >wake
echo '. 3600000 NS ns.
ns. 3600000 A 127.0.0.1' >hints

echo +0s >clock
later knotd -c conf >knotd.log 2>&1 &
pids="$pids $!"
tries=0
until knotc -c conf zone-status . 2>/dev/null | grep -q 'serial: [1-9]' &&
	[ "$(keymgr -c conf . ds >anchor 2>/dev/null; wc -l <anchor)" -gt 0 ]; do
	tries=$((tries + 1))
	[ "$tries" -lt 100 ] || { echo "Bail out! knotd does not start"; cat knotd.log; exit 99; }
	sleep 0.1
done

# look SECONDS: the clock says that much later, knotd sees it and has time for what is due then.
# One line: minutes that the signature over the TLSA record has left, state, code, the finding.
look()
{
	echo "+${1}s" >clock
	knotc -c conf zone-reload wake >/dev/null
	sleep 0.05
	# in a sandbox libfaketime couldn't read the clock's file
	later "$DANEPROBE" check --no-sandbox --root-hints hints --trust-anchor anchor -o json https://www.test \
		>json 2>err </dev/null || :
	later date +%s >now
	jq -r --rawfile now now '.[0] | [
		(((.endpoints[0].tlsa.rrsig_expires // "1970-01-01T00:00:00Z" | fromdate) - ($now | tonumber)) / 60 | floor),
		.state, .code, ([.findings[] | select(.id == "rrsig-expiring").severity][0] // "none")] | join(" ")' json
}

# pass_days N FILE: that many days, every four hours, and every seven minutes where little is left
seconds=0
pass_days()
{
	end=$((seconds + $1 * 86400))
	: >"$2"
	while [ "$seconds" -lt "$end" ]; do
		look "$seconds" >line
		cat line >>"$2"
		read -r left state code severity <line
		[ "$code" != bogus ] || break
		if [ "$left" -lt 400 ]; then
			seconds=$((seconds + 420))
		else
			seconds=$((seconds + 14400))
		fi
	done
}

# A firewall that lets DNS over UDP through, and not by TCP: a large answer can't come.
if ip rule add pref 10 ipproto tcp dport 53 prohibit 2>/dev/null &&
	ip rule add pref 100 lookup local && ip rule del pref 0; then
	"$DANEPROBE" check -t 8 --root-hints hints --trust-anchor anchor https://big.test >out 2>&1 </dev/null || :
	ip rule del pref 10
	tr -s '\n ' ' ' <out >flat
	says 'where TCP is shut the firewall is named' 'not even the root' flat
	says 'and what to do about it' 'allow TCP port 53 out' flat
else
	skip 'where TCP is shut the firewall is named' 'no routing rules by port here'
fi

pass_days 15 signing
same 'while the signer works no look is an alarm' '' "$(grep -v ' OK match ' signing || :)"
check 'and it signed anew' awk '$1 > last && last { anew = 1 } { last = $1 } END { exit !anew }' signing
check 'little was left before that, which is a note' grep -q ' OK match info$' signing

# As a signer whose keys are out of reach, or whose timer is off: the zone stays, signed as it is.
knotc -c conf zone-freeze . >/dev/null
pass_days 16 stopped
check 'once it has stopped there is a warning first' awk '$2 != "OK" { exit !($2 " " $3 == "WARNING match" && $1 > 90) }' stopped
check 'it is critical before validation fails' grep -q '^[1-4][0-9] CRITICAL match critical$' stopped
check 'and bogus behind the end' grep -q ' CRITICAL bogus ' stopped
[ "$failed" -eq 0 ] || {
	sed 's/^/# signing: /' signing
	sed 's/^/# stopped: /' stopped
	tail -n 20 knotd.log | sed 's/^/# /'
}
finish
