#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# record against danetool, ldns-dane and openssl: all 24 combinations.
. "$(dirname "$0")/common.sh"

host=www.example.com

# The association data by openssl alone: SELECTOR MTYPE CERT
pipeline()
{
	if [ "$1" = 0 ]; then
		openssl x509 -in "$3" -outform DER
	else
		openssl x509 -in "$3" -noout -pubkey | openssl pkey -pubin -outform DER
	fi >octets
	case $2 in
	0) od -An -v -tx1 octets | tr -d ' \n' ;;
	1) openssl dgst -sha256 -r octets | cut -d' ' -f1 ;;
	2) openssl dgst -sha512 -r octets | cut -d' ' -f1 ;;
	esac
}

# The last word without its brackets: CERT USAGE SELECTOR MTYPE
by_danetool()
{
	set -- "$@" ''
	case $2 in 0 | 2) set -- "$@" --ca ;; esac
	case $2 in 0 | 1) set -- "$@" --no-domain ;; esac
	[ "$3" != 0 ] || set -- "$@" --x509
	[ "$4" = 1 ] && hash=sha256 || hash=sha512
	cert=$1
	shift 5
	danetool --tlsa-rr --host=$host --load-certificate="$cert" --hash=$hash "$@" 2>/dev/null |
		sed 's/.*( 0\([0-9]\) 0\([0-9]\) 0\([0-9]\) \([0-9a-f]*\) ).*/\1 \2 \3 \4/'
}

by_ldns()
{
	ldns-dane -s -c "$1" create $host 443 "$2" "$3" "$4" 2>/dev/null | sed 's/.*TLSA[[:blank:]]*//'
}

# A zone of one record, printed by a reader of zone files.
by_reader()
{
	{
		echo 'example.com. 1 IN SOA a. b. 1 1 1 1 1'
		cat "$1"
	} >zone
	ldns-read-zone zone | sed -n 's/.*TLSA[[:blank:]]*//p'
}

openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -subj /CN=$host \
	-addext subjectAltName=DNS:$host -days 30 -out rsa.pem 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ec.key \
	-subj /CN=$host -addext subjectAltName=DNS:$host -days 30 -out ec.pem 2>/dev/null

# one LABEL CERT USAGE SELECTOR MTYPE
one()
{
	want="$3 $4 $5 $(pipeline "$4" "$5" "$2")"
	got=$("$DANEPROBE" record -u "$3" -s "$4" -m "$5" --cert "$2" $host 2>/dev/null)
	same "$1: openssl" "_443._tcp.$host. 3600 IN TLSA $want" "$got"
	"$DANEPROBE" record -u "$3" -s "$4" -m "$5" --cert "$2" --format generic $host \
		>generic 2>/dev/null
	if have ldns-read-zone; then
		same "$1: the generic form, read by ldns" "$want" "$(by_reader generic)"
	else
		skip "$1: the generic form, read by ldns" "no ldns-read-zone"
	fi
	if [ "$5" = 0 ]; then
		: # danetool makes digests only
	elif have danetool; then
		same "$1: danetool" "$want" "$(by_danetool "$2" "$3" "$4" "$5")"
	else
		skip "$1: danetool" "no danetool"
	fi
	if have ldns-dane; then
		same "$1: ldns-dane" "$want" "$(by_ldns "$2" "$3" "$4" "$5")"
	else
		skip "$1: ldns-dane" "no ldns-dane"
	fi
}

for cert in rsa ec; do
	for usage in 0 1 2 3; do
		for selector in 0 1; do
			for mtype in 0 1 2; do
				one "$cert $usage $selector $mtype" $cert.pem $usage $selector $mtype
			done
		done
	done
done
finish
