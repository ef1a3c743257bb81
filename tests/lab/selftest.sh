#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The lab itself, seen by tools that aren't ours: what should validate does and what shouldn't
# doesn't (unbound's answers, by drill), and openssl agrees on some chains. TAP.
set -eu

src=$(cd "$(dirname "$0")" && pwd)
resolver=127.53.0.53

# What unbound says: secure, insecure, bogus (SERVFAIL) or failed, then the rcode.
dns_state()
{
	drill -D @"$resolver" "$1" "$2" | awk '
	/rcode:/ { sub(/.*rcode: /, ""); sub(/,.*/, ""); rcode = $0 }
	/^;; flags:/ { ad = / ad / }
	/EDE: / { ede = 1 }
	END {
		if (rcode == "SERVFAIL") print (ede ? "bogus" : "failed")
		else print (ad ? "secure" : "insecure") "-" rcode
	}'
}

# NAME TYPE WANTED: the same; asked again after that minute where unbound happened on the server that lies
# each time it tried, and gave up.
dns_state_at_last()
{
	got=$(dns_state "$1" "$2")
	case $3/$got in
	secure-NOERROR/bogus)
		sleep 61
		got=$(dns_state "$1" "$2")
		;;
	esac
	echo "$got"
}

# NAME TYPE WANTED. Of two name servers one is stale or strips: a resolver that happens on that one
# each time it tries again gives up, and keeps that for a minute.
dns_table()
{
	cat <<-EOF
	ee.match.example A secure-NOERROR
	_443._tcp.ee.match.example TLSA secure-NOERROR
	_443._tcp.none.match.example TLSA secure-NXDOMAIN
	_443._tcp.nodata.match.example TLSA secure-NOERROR
	_443._tcp.many.policy.example TLSA secure-NOERROR
	_443._tcp.www.rsasha256.example TLSA secure-NOERROR
	_443._tcp.www.ed25519.example TLSA secure-NOERROR
	_443._tcp.www.nsec3.example TLSA secure-NOERROR
	_443._tcp.none.nsec3.example TLSA secure-NXDOMAIN
	_443._tcp.www.optout.example TLSA secure-NOERROR
	_443._tcp.none.optout.example TLSA insecure-NXDOMAIN
	www.sub.optout.example A insecure-NOERROR
	www.insecure.example A insecure-NOERROR
	www.plain A insecure-NOERROR
	www.unknownds.example A insecure-NOERROR
	lured.insecure.example A insecure-NOERROR
	insec.cname.example A insecure-NOERROR
	insec.cname.example CNAME secure-NOERROR
	exp.cname.example A secure-NOERROR
	host.sub.dname.example A secure-NOERROR
	www.isub.dname.example A insecure-NOERROR
	_443._tcp.www.wild.example TLSA secure-NOERROR
	_443._tcp.any-host.wild.example TLSA secure-NOERROR
	_443._tcp.wild.owner.example TLSA secure-NOERROR
	_443._tcp.insec.owner.example TLSA insecure-NOERROR
	_443._tcp.nowhere.owner.example TLSA secure-NXDOMAIN
	_443._tcp.bogus.owner.example TLSA bogus
	www.expired.example A bogus
	www.notyet.example A bogus
	www.tlsa-expired.example A secure-NOERROR
	_443._tcp.www.tlsa-expired.example TLSA bogus
	www.tlsa-corrupt.example A secure-NOERROR
	_443._tcp.www.tlsa-corrupt.example TLSA bogus
	www.addr-corrupt.example A bogus
	www.key-corrupt.example A bogus
	_443._tcp.www.tlsa-nosig.example TLSA bogus
	www.addr-nosig.example A bogus
	www.wrongds.example A bogus
	www.unsigned-ds.example A bogus
	_443._tcp.www.nonsec.example TLSA secure-NOERROR
	_443._tcp.none.nonsec.example TLSA bogus
	_443._tcp.none.nonsec3.example TLSA bogus
	www.rrsig3.example A secure-NOERROR
	_443._tcp.www.lie.example TLSA bogus
	www.lieaddr.example A bogus
	www.strip.example A bogus
	_443._tcp.www.lie1.example TLSA secure-NOERROR
	_443._tcp.www.refuse1.example TLSA secure-NOERROR
	_443._tcp.www.servfail1.example TLSA secure-NOERROR
	_443._tcp.www.stale.example TLSA secure-NOERROR|bogus
	_443._tcp.www.strip1.example TLSA secure-NOERROR|bogus
	_443._tcp.www.tc.example TLSA secure-NOERROR
	_443._tcp.www.refuseall.example TLSA failed
	EOF
}

# NAME ADDRESS WANTED: yes or no by openssl, from the records that the zone really has
tls_table()
{
	cat <<-EOF
	ee.match.example 127.44.1.1 yes
	wrong.match.example 127.44.1.2 no
	www.ta.example 127.44.2.10 yes
	wrong.ta.example 127.44.2.14 no
	expired.ta.example 127.44.2.17 no
	notsent.ta.example 127.44.2.11 no
	dns200.ta.example 127.44.2.11 yes
	evil201.ta.example 127.44.2.22 no
	twin.ta.example 127.44.2.24 no
	u111.usage.example 127.44.2.1 yes
	u012.usage.example 127.44.2.1 yes
	u300.usage.example 127.44.1.1 yes
	private1.pkix.example 127.44.2.10 no
	wrong1.pkix.example 127.44.2.3 no
	appended.pkix.example 127.44.2.6 no
	agility.policy.example 127.44.1.1 no
	stale.policy.example 127.44.1.1 yes
	expired.kinds.example 127.44.1.9 yes
	nameless.kinds.example 127.44.1.11 yes
	ed448.kinds.example 127.44.1.8 yes
	EOF
}

tls_state()
{
	set -- "$1" "$2" -dane_tlsa_domain "$1" -dane_ee_no_namechecks
	name=$1 address=$2
	shift 2
	drill -t -Q @"$resolver" "_443._tcp.$name" TLSA >"$work/records"
	while read -r u s m data; do
		# drill breaks long data with blanks
		set -- "$@" -dane_tlsa_rrdata "$u $s $m $(echo "$data" | tr -d ' ')"
	done <"$work/records"
	if openssl s_client -connect "$address:443" -verify_return_error -verify_quiet \
		-CAfile "$LAB/ca.pem" "$@" </dev/null >"$work/s_client" 2>&1 &&
		grep -q '^Verification: OK' "$work/s_client"; then
		echo yes
	else
		echo no
	fi
}

# PROTOCOL SERVER PORT CERT [OPTION...]: what openssl calls it, in services.tsv, and the key that
# the server must show
start_table()
{
	cat <<-EOF
	smtp mx1a 25 mx1
	smtp mx1a 587 mx1
	smtp mx1b 25 mx1
	smtp mx2a 25 mx2
	smtp mx2b 25 mx2
	smtp mxbad 25 mxbad
	smtp mxdual 25 mxdual -sigalgs ecdsa_secp256r1_sha256
	smtp mxdual 25 mxdual-rsa -sigalgs rsa_pss_rsae_sha256
	lmtp dovecot 24 service
	imap dovecot 143 service
	pop3 dovecot 110 service
	sieve dovecot 4190 service
	ftp ftp 21 service
	ldap ldap 389 service
	xmpp xmpp 5222 service -xmpphost xmpp.real.example
	xmpp-server xmpp 5269 service -xmpphost xmpp.real.example
	nntp news 119 service
	postgres postgres 5432 service
	mysql mysql 3306 service
	smtp st-good 25 ee
	smtp st-good 587 ee
	smtp st-banner 25 ee
	lmtp st-good 24 ee
	imap st-good 143 ee
	pop3 st-good 110 ee
	sieve st-good 4190 ee
	ftp st-good 21 ee
	ldap st-good 389 ee
	xmpp st-good 5222 ee
	xmpp-server st-good 5269 ee
	nntp st-good 119 ee
	postgres st-good 5432 ee
	mysql st-good 3306 ee
	EOF
}

# The wanted certificate where the server shows its key after STARTTLS.
start_state()
{
	protocol=$1 port=$3 wanted=$4
	address=$(awk -v name="$2" '$1 == name { print $2 }' "$src/services.tsv")
	shift 4
	digest=$(timeout 10 openssl s_client -starttls "$protocol" -connect "$address:$port" "$@" \
		</dev/null 2>"$work/s_client" | openssl x509 -noout -pubkey 2>/dev/null |
		openssl pkey -pubin -outform DER 2>/dev/null | sha256sum | cut -d' ' -f1)
	if grep -q "^$wanted 1 1 $digest" "$LAB/certs/data"; then
		echo "$wanted"
	else
		echo "$digest of $(tail -n 1 "$work/s_client")"
	fi
}

# check NAME SEEN WANTED: WANTED may be several, parted by "|"
check()
{
	count=$((count + 1))
	case "|$3|" in
	*"|$2|"*)
		echo "ok $count - $1"
		;;
	*)
		echo "not ok $count - $1: $2, not $3"
		failed=1
		;;
	esac
}

# What is checked, a line each
names()
{
	dns_table | sed 's/ [^ ]*$//'
	tls_table | sed 's/^\([^ ]*\).*/openssl at \1/'
	start_table | sed 's/^\([^ ]*\) \([^ ]*\) .*/STARTTLS \1 at \2/'
}

inside()
{
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	count=0
	failed=0
	echo "1..$(($(dns_table | wc -l) + $(tls_table | wc -l) + $(start_table | wc -l)))"
	dns_table >"$work/dns"
	tls_table >"$work/tls"
	start_table >"$work/start"
	while read -r name type wanted; do
		check "$name $type" "$(dns_state_at_last "$name" "$type" "$wanted")" "$wanted"
	done <"$work/dns"
	while read -r name address wanted; do
		check "openssl at $name" "$(tls_state "$name" "$address")" "$wanted"
	done <"$work/tls"
	while read -r protocol name port wanted options; do
		if why=$(grep "^$name " "$LAB/missing"); then
			count=$((count + 1))
			echo "ok $count - STARTTLS $protocol at $name # SKIP $why"
			continue
		fi
		# shellcheck disable=SC2086
		check "STARTTLS $protocol at $name:$port, $wanted" \
			"$(start_state "$protocol" "$name" "$port" "$wanted" $options)" "$wanted"
	done <"$work/start"
	exit "$failed"
}

if [ "${1:-}" = --inside ] || [ -n "${LAB:-}" ]; then
	inside
fi
. "$src/possible.sh"
lab_or_skip "$src/lab.sh" names
lab=$(mktemp -d)
trap 'rm -rf "$lab"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
"$src/lab.sh" run "$lab" -- "$0" --inside
