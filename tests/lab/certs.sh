#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make the keys and certificates of certs.tsv: DIR/certs/NAME.{key,crt}, DIR/ca.pem and
# DIR/private-ca.pem. certs.sh --data NAME prints the TLSA data of one certificate.
set -euf
certs=$dir/certs

make_key()
{
	case $1 in
	rsa) set -- "$2" --key-type rsa --bits 2048 ;;
	p256) set -- "$2" --key-type ecdsa --curve secp256r1 ;;
	p384) set -- "$2" --key-type ecdsa --curve secp384r1 ;;
	p521) set -- "$2" --key-type ecdsa --curve secp521r1 ;;
	*) set -- "$2" --key-type "$1" ;;
	esac
	name=$1
	shift
	certtool --generate-privkey "$@" --outfile "$certs/$name.key" 2>"$certs/$name.log"
}

# Column 6 and 7 hold days from today; a date is made, never a clock moved.
template()
{
	[ "$cn" = - ] || echo "cn = \"$cn\""
	if [ "$san" != - ]; then
		for dns in $san; do
			echo "dns_name = \"$dns\""
		done
	fi
	echo "activation_date = \"$(date -u -d "$from days" '+%Y-%m-%d %H:%M:%S UTC')\""
	echo "expiration_date = \"$(date -u -d "$to days" '+%Y-%m-%d %H:%M:%S UTC')\""
	case $options in
	*exim*) echo 'organization = "Exim Developers"' ;;
	esac
	case $options in
	*ca*) printf 'ca\ncert_signing_key\n' ;;
	*badusage*) printf 'email_protection_key\nencryption_key\n' ;;
	*) printf 'signing_key\ntls_www_server\n' ;;
	esac
}

make_cert()
{
	template >"$certs/$name.tmpl"
	if [ "$issuer" = self ]; then
		set -- --generate-self-signed
	else
		set -- --generate-certificate --load-ca-certificate "$certs/$issuer.crt" \
			--load-ca-privkey "$certs/$issuer.key"
	fi
	case $options in
	*sha1*) set -- "$@" --hash SHA1 ;;
	esac
	certtool "$@" --load-privkey "$certs/$name.key" \
		--template "$certs/$name.tmpl" --outfile "$certs/$name.crt" \
		2>>"$certs/$name.log" || {
		cat "$certs/$name.log" >&2
		echo "certs.sh: $name failed" >&2
		exit 1
	}
	case $options in
	*odd=*) change_octets "${options#*odd=}" ;;
	esac
}

# change_octets OLD:NEW, in hexadecimal and of one length: the certificate with these in place of
# those.
change_octets()
{
	openssl x509 -in "$certs/$name.crt" -outform DER | hex | sed "s/${1%:*}/${1#*:}/" |
		perl -ne 'print pack("H*", $_)' >"$certs/$name.der"
	{
		echo '-----BEGIN CERTIFICATE-----'
		openssl base64 -in "$certs/$name.der"
		echo '-----END CERTIFICATE-----'
	} >"$certs/$name.crt"
}

# deep000 signs deep001 signs ... deep099: a chain of a hundred certificates.
make_deep_chain()
{
	issuer=self cn=deep000 san=- from=-1 to=90 options=ca
	n=0
	while [ "$n" -lt 100 ]; do
		name=$(printf 'deep%03d' "$n")
		make_key p256 "$name"
		[ "$n" -lt 99 ] || { options=leaf; san='*.chain.example'; }
		cn=$name
		make_cert
		issuer=$name
		n=$((n + 1))
	done
	n=99
	while [ "$n" -ge 0 ]; do
		cat "$certs/$(printf 'deep%03d.crt' "$n")"
		n=$((n - 1))
	done >"$certs/deep-chain.pem"
}

hex()
{
	od -An -v -tx1 | tr -d ' \n'
}

# Lines "NAME S M HEX" for the six selections of one certificate.
print_data()
{
	openssl x509 -in "$certs/$1.crt" -outform DER -out "$certs/$1.0.der"
	openssl x509 -in "$certs/$1.crt" -noout -pubkey |
		openssl pkey -pubin -outform DER -out "$certs/$1.1.der"
	for s in 0 1; do
		echo "$1 $s 0 $(hex <"$certs/$1.$s.der")"
		echo "$1 $s 1 $(sha256sum <"$certs/$1.$s.der" | cut -d' ' -f1)"
		echo "$1 $s 2 $(sha512sum <"$certs/$1.$s.der" | cut -d' ' -f1)"
	done
}

if [ "${1:-}" = --data ]; then
	print_data "$2"
	exit 0
fi
if [ "${1:-}" = --deep ]; then
	make_deep_chain
	exit 0
fi

mkdir -p "$certs"
"$0" --deep &
deep=$!
rows()
{
	grep -v -e '^#' -e '^$' "$labsrc/certs.tsv"
}
tab=$(printf '\t')
# shellcheck disable=SC2034
rows | while IFS=$tab read -r name key rest; do
	case $key in
	=*) ln -sf "${key#=}.key" "$certs/$name.key" ;;
	rsa) make_key rsa "$name" & wait ;;
	*) make_key "$key" "$name" ;;
	esac
done
rows | while IFS=$tab read -r name key issuer cn san from to options; do
	make_cert
done
wait "$deep"
cat "$certs/pub-root.crt" "$certs/pub2-root.crt" >"$dir/ca.pem"
cat "$certs/ta-root.crt" >"$dir/private-ca.pem"
rows | cut -f1 | { cat; printf 'deep000\ndeep099\n'; } |
	xargs -n1 -P2 "$0" --data >"$certs/data"
