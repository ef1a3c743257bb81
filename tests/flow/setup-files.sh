#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# keygen, csr, record: files, rights, refusals, and what other programs say of them.
. "$(dirname "$0")/common.sh"

# The data of the 3 1 1 record that openssl makes of a public key on stdin
digest()
{
	openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1
}

one_type()
{
	type=$1 key=$1.pem csr=$1.csr
	status "keygen $type" 0 "$DANEPROBE" keygen -t "$type" -o "$key"
	same "$type: only its owner reads the key" 600 "$(stat -c %a "$key")"
	says "$type: PKCS#8" '-----BEGIN PRIVATE KEY-----' "$key"
	check "$type: openssl reads the key" openssl pkey -in "$key" -noout
	check "$type: certtool reads the key" certtool -k --infile "$key"
	status "$type: csr" 0 "$DANEPROBE" csr --key "$key" -o "$csr" example.com '*.example.com' \
		"$(printf 'm\303\274nchen.example')" Example.COM.
	check "$type: openssl req -verify" openssl req -verify -noout -in "$csr"
	check "$type: certtool --crq-info" certtool --crq-info --infile "$csr"
	same "$type: all names, each once" \
		'DNS:example.com, DNS:*.example.com, DNS:xn--mnchen-3ya.example' \
		"$(openssl req -in "$csr" -noout -text | sed -n 's/^ *\(DNS:.*\)/\1/p')"
	same "$type: an empty subject" 'subject=' "$(openssl req -in "$csr" -noout -subject)"
	openssl req -x509 -key "$key" -subj /CN=x -days 9 -out "$type.crt" 2>/dev/null
	want="_443._tcp.example.com. 3600 IN TLSA 3 1 1 $(openssl pkey -in "$key" -pubout | digest)"
	for from in key:$key csr:$csr cert:$type.crt; do
		same "$type: record --${from%%:*}" "$want" \
			"$("$DANEPROBE" record "--${from%%:*}" "${from#*:}" example.com)"
	done
}

for type in ecdsa-p256 ecdsa-p384 rsa-2048 rsa-3072 rsa-4096 ed25519; do
	one_type $type
done

status 'an Ed25519 key warns' 0 "$DANEPROBE" keygen -t ed25519 -o warned.pem
says 'that no public CA takes it' 'no public CA' err

# keys of other programs
openssl genrsa -traditional -out pkcs1.pem 2048 2>/dev/null
openssl ecparam -name prime256v1 -genkey -out sec1.pem
openssl pkey -in ecdsa-p256.pem -outform DER -out key.der
for key in pkcs1.pem sec1.pem key.der; do
	same "a key of openssl: $key" \
		"_443._tcp.h.example. 3600 IN TLSA 3 1 1 $(openssl pkey -in $key -pubout | digest)" \
		"$("$DANEPROBE" record --key $key h.example)"
done
openssl pkey -in ecdsa-p256.pem -aes256 -passout pass:x -out encrypted.pem
status 'an encrypted key' 3 "$DANEPROBE" record --key encrypted.pem h.example
says 'is told to be one' 'encrypted.pem is encrypted' err
status 'a certificate for a key' 3 "$DANEPROBE" record --key ecdsa-p256.crt h.example
says 'is told to be one' 'is a certificate, not a private key' err

# files of other kinds, and what is said to make of them; the words of OpenSSL's own are its
openssl pkcs12 -export -inkey ecdsa-p256.pem -in ecdsa-p256.crt -passout pass:x -out both.p12
openssl crl2pkcs7 -nocrl -certfile ecdsa-p256.crt -out chain.p7b
openssl crl2pkcs7 -nocrl -certfile ecdsa-p256.crt -outform DER -out der.p7b
openssl x509 -in ecdsa-p256.crt -trustout -out trusted.pem
ssh-keygen -q -t ed25519 -N '' -f openssh 2>/dev/null || echo '-----BEGIN OPENSSH PRIVATE KEY-----' >openssh
status 'PKCS#12 for a key' 3 "$DANEPROBE" record --key both.p12 h.example
says 'is told, with the way out of it' \
	'both.p12 is PKCS#12 (.p12, .pfx), not a private key: openssl pkcs12 -in both.p12' err
status 'PKCS#12 for a certificate' 3 "$DANEPROBE" record --cert both.p12 h.example
says 'is told too' 'PKCS#12 (.p12, .pfx), not a certificate' err
status 'PKCS#12 for a request' 3 "$DANEPROBE" record --csr both.p12 h.example
says 'is told too' 'PKCS#12 (.p12, .pfx), not a certificate signing request' err
status 'a key of OpenSSH' 3 "$DANEPROBE" record --key openssh h.example
says 'is told' 'a private key of OpenSSH, not a private key: ssh-keygen -p' err
right=$("$DANEPROBE" record --cert ecdsa-p256.crt h.example)
for file in chain.p7b der.p7b trusted.pem; do
	status "$file for a certificate" 3 "$DANEPROBE" record --cert $file h.example
	command=$(sed -n "s/.*not a certificate: \(openssl .*\)/\1/; s/FILE/$file/p" err)
	check "the command that is told for $file" sh -c "$command"
	same "makes a certificate of it" "$right" "$("$DANEPROBE" record --cert "${command##* }" h.example)"
	rm -f chain.pem cert.pem
done

# nothing is overwritten, nothing is left half done
cp ecdsa-p256.pem before.pem
status 'keygen onto a key' 3 "$DANEPROBE" keygen -o ecdsa-p256.pem
says 'names the file' 'ecdsa-p256.pem' err
check 'and leaves it alone' cmp before.pem ecdsa-p256.pem
status 'csr --newkey onto a key' 3 "$DANEPROBE" csr --newkey ecdsa-p256 --key ecdsa-p256.pem \
	-o new.csr example.com
check 'leaves it alone' cmp before.pem ecdsa-p256.pem
check 'and makes no request' [ ! -e new.csr ]
cp ecdsa-p256.csr before.csr
status 'csr onto a request' 3 "$DANEPROBE" csr --newkey ecdsa-p256 --key new.pem \
	-o ecdsa-p256.csr example.com
says 'names the file' 'ecdsa-p256.csr' err
check 'leaves it alone' cmp before.csr ecdsa-p256.csr
check 'and makes no key' [ ! -e new.pem ]
status 'csr into a folder that is not there' 3 "$DANEPROBE" csr --newkey ecdsa-p256 \
	--key new.pem -o nowhere/new.csr example.com
check 'leaves no key behind' [ ! -e new.pem ]
status 'a name that is none' 3 "$DANEPROBE" csr --newkey ecdsa-p256 --key new.pem -o new.csr \
	example.com 192.0.2.1
check 'makes no key' [ ! -e new.pem ]
same 'no temporary file is left' '' "$(find . -name '*.??????' -newer before.csr)"

# the whole first step of a persistent-key setup
status 'key and request in one step' 0 "$DANEPROBE" csr --newkey rsa-4096 --key privkey.pem \
	--der -o request.csr example.com www.example.com
check 'openssl verifies the DER' openssl req -inform DER -verify -noout -in request.csr
same 'the key is private' 600 "$(stat -c %a privkey.pem)"
status 'must-staple' 0 "$DANEPROBE" csr --key privkey.pem --must-staple -o staple.csr example.com
openssl req -in staple.csr -noout -text >text
says 'is the TLS feature extension' 'status_request' text

# the reading half of certbot certonly --csr, which needs no server
cat >take-csr.py <<'END'
import sys
from certbot._internal import cli
from certbot._internal.plugins import disco
config = cli.prepare_and_parse_args(disco.PluginsRegistry.find_all(), [
    "certonly", "--csr", sys.argv[1], "--config-dir", "cb", "--work-dir", "cb", "--logs-dir", "cb"])
print(" ".join(config.domains))
END
if /usr/bin/python3 -c 'import certbot' 2>/dev/null; then
	for csr in request.csr ecdsa-p256.csr; do
		check "certbot certonly --csr takes $csr" /usr/bin/python3 take-csr.py $csr
	done
	same 'with the names' 'example.com www.example.com' "$(/usr/bin/python3 take-csr.py request.csr)"
else
	skip 'certbot certonly --csr' 'no certbot'
fi
finish
