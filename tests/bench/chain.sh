#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Chains as public CAs make them, over one key of a server: chain.sh DIR writes key.pem, and
#   none.pem                     self-signed, one name: the least that a server can send
#   p256-N.pem p384-N.pem rsa-N.pem   a leaf with N names (2 and 50) and the intermediate that
#                                signed it, with a key of that kind; its root isn't sent
set -eu

cd "$1"
exec 2>chain.log

new_key()
{
	case $1 in
	p256) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2" ;;
	p384) openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$2" ;;
	rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$2" ;;
	esac
}

# leaf KIND NAMES
leaf()
{
	{
		echo "basicConstraints = critical, CA:FALSE"
		echo "keyUsage = critical, digitalSignature"
		echo "extendedKeyUsage = serverAuth"
		echo "authorityKeyIdentifier = keyid"
		printf 'subjectAltName = DNS:bench.example'
		awk -v n="$2" 'BEGIN { for (i = 1; i < n; i++) printf ",DNS:name-%d.bench.example", i }'
		echo
	} >leaf.ext
	openssl x509 -req -in leaf.csr -CA "$1.ca.pem" -CAkey "$1.key" -days 90 -extfile leaf.ext -out leaf.pem
	cat leaf.pem "$1.ca.pem" >"$1-$2.pem"
}

new_key p256 key.pem
openssl req -x509 -key key.pem -days 90 -subj / -addext subjectAltName=DNS:bench.example -out none.pem
openssl req -new -key key.pem -subj / -out leaf.csr
for kind in p256 p384 rsa; do
	new_key $kind root.key
	openssl req -x509 -key root.key -days 365 -subj "/O=Bench/CN=root $kind" -out root.pem
	new_key $kind $kind.key
	openssl req -new -key $kind.key -subj "/O=Bench/CN=intermediate $kind" -out ca.csr
	printf '%s\n' 'basicConstraints = critical, CA:TRUE, pathlen:0' \
		'keyUsage = critical, keyCertSign, cRLSign' 'subjectKeyIdentifier = hash' \
		'authorityKeyIdentifier = keyid' >ca.ext
	openssl x509 -req -in ca.csr -CA root.pem -CAkey root.key -days 365 -extfile ca.ext -out $kind.ca.pem
	leaf $kind 2
	leaf $kind 50
done
