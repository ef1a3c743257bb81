#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What an ACME command leaves is checked before it counts: a certificate that doesn't fit is told
# and left alone, and the one of before stays.
. "$(dirname "$0")/common.sh"

export DANEPROBE_DIR="$PWD/lineages"

# ca NAME: a CA's key and certificate
ca()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1" \
		-addext basicConstraints=critical,CA:TRUE -keyout "$1.key" -out "$1.crt" 2>/dev/null
}

# sign NAME CSR SAN [OPTIONS]: NAME.crt by ca.crt
sign()
{
	name=$1 request=$2
	printf 'subjectAltName=%s\n' "$3" >ext
	shift 3
	openssl x509 -req -in "$request" -CA ca.crt -CAkey ca.key -extfile ext -out "$name.crt" "$@" 2>/dev/null
}

# sign_dated NAME CSR FROM TO: one with these dates, which openssl doesn't make everywhere
sign_dated()
{
	cat >dated.tmpl <<-END
		dns_name = "www.example.com"
		dns_name = "*.example.com"
		activation_date = "$(date -u -d "$3" '+%Y-%m-%d %H:%M:%S UTC')"
		expiration_date = "$(date -u -d "$4" '+%Y-%m-%d %H:%M:%S UTC')"
	END
	certtool --generate-certificate --load-request "$2" --load-ca-certificate ca.crt \
		--load-ca-privkey ca.key --template dated.tmpl --outfile "$1.crt" 2>/dev/null
}

"$DANEPROBE" new www --even-if-insecure -q -d www.example.com -d '*.example.com' \
	--service https://www.example.com --resolver 127.0.0.1@1 -t 0.2 >/dev/null 2>&1
L=$DANEPROBE_DIR/www
csr=$L/keys/0001/ecdsa-p256/request.csr
certs=$L/keys/0001/ecdsa-p256/certs
both='DNS:www.example.com,DNS:*.example.com'

ca ca
ca other
sign good "$csr" "$both" -days 30
sign next "$L/keys/0002/ecdsa-p256/request.csr" "$both" -days 30
sign short "$csr" DNS:www.example.com -days 30
sign apex "$csr" DNS:www.example.com,DNS:example.com -days 30
sign_dated past "$csr" '-9 days' '-1 days'
sign_dated future "$csr" '+1 days' '+30 days'
sign_dated year "$csr" '+365 days' '+455 days'

# acme COMMAND: what lineage.conf says
acme()
{
	sed -i '/^acme = /d' "$L/lineage.conf"
	[ -z "$1" ] || printf 'acme = %s\n' "$1" >>"$L/lineage.conf"
}

# renew: a certificate now, and nobody's server is looked at
renew()
{
	"$DANEPROBE" renew www --force --no-install
}

# refused NAME TEXT COMMAND [STATUS]: the order fails with TEXT, and nothing is kept of it
refused()
{
	acme "$3"
	before=$(ls "$certs" 2>/dev/null)
	status "$1" "${4:-2}" renew
	says "$1: the reason" "$2" err
	same "$1: nothing is kept" "$before" "$(ls "$certs" 2>/dev/null)"
}

# taken NAME NUMBER COMMAND: the order's certificate becomes NUMBER
taken()
{
	acme "$3"
	status "$1" 0 renew
	check "$1: it is there" test -s "$certs/$2/fullchain.pem"
}

refused "another key's certificate" 'for another key' "exec cat $PWD/next.crt $PWD/ca.crt >{fullchain}"
taken "leaf and CA" 0001 "exec cat $PWD/good.crt $PWD/ca.crt >{fullchain}"
same "the leaf alone" 1 "$(grep -c BEGIN "$certs/0001/cert.pem")"
same "the rest" 1 "$(grep -c BEGIN "$certs/0001/chain.pem")"
check "the parts make the whole" sh -c "cat '$certs'/0001/cert.pem '$certs'/0001/chain.pem |
	cmp - '$certs/0001/fullchain.pem'"
refused "the one that is there" 'is there already' "exec cat $PWD/good.crt $PWD/ca.crt >{fullchain}"
sign two "$csr" "$both" -days 30
taken "in two files" 0002 "exec cp $PWD/two.crt {cert} && cp $PWD/ca.crt {chain}"
check "they make the whole" sh -c "cat '$PWD/two.crt' '$PWD/ca.crt' | cmp - '$certs/0002/fullchain.pem'"
refused "a name is missing" "doesn't name *.example.com" "exec cat $PWD/short.crt $PWD/ca.crt >{fullchain}"
refused "the domain instead of its wildcard" "doesn't name *.example.com" \
	"exec cat $PWD/apex.crt $PWD/ca.crt >{fullchain}"
refused "expired" 'expired at' "exec cat $PWD/past.crt $PWD/ca.crt >{fullchain}"
refused "not yet valid" "isn't valid before $(date -u -d '+1 days' +%Y-%m-%d)" \
	"exec cat $PWD/future.crt $PWD/ca.crt >{fullchain}"
refused "of next year" "isn't valid before $(date -u -d '+365 days' +%Y-%m-%d)" \
	"exec cat $PWD/year.crt $PWD/ca.crt >{fullchain}"
refused "the CA first" 'is number 2 of 2 in the chain, and has to come first' "exec cat $PWD/ca.crt $PWD/good.crt >{fullchain}"
refused "another CA behind it" "isn't signed by" "exec cat $PWD/good.crt $PWD/other.crt >{fullchain}"
refused "a stranger between" "isn't signed by" \
	"exec cat $PWD/good.crt $PWD/other.crt $PWD/ca.crt >{fullchain}"
refused "no certificate" 'certificate' "exec echo hello >{fullchain}"
refused "an empty file" 'certificate' "exec : >{fullchain}"
refused "a private key" 'certificate' "exec cat $PWD/ca.key >{fullchain}"
refused "no file" 'left neither' "exec true {fullchain}"
refused "a failure" 'exit status 7: no luck' "exec echo no luck >&2; exit 7"
refused "a file, but a failure" 'exit status 1' "exec cat $PWD/good.crt $PWD/ca.crt >{fullchain}; false"
refused "ended by a signal" 'signal 9' "exec kill -9 \$\$"
refused "an unknown preset" 'certbot, uacme, lego' "certbott --webroot" 3 # of lineage.conf
refused "a preset whose program is missing" 'acme.sh' "acme.sh -w /nowhere"
refused "no acme line" 'no acme line' ""

# acme.sh as it behaves: below --cert-home, in a folder named after a domain
mkdir bin
cat >bin/acme.sh <<'END'
#!/bin/sh
while [ $# -gt 0 ]; do
	case $1 in --cert-home) home=$2 ;; esac
	shift
done
mkdir "$home/www.example.com_ecc"
cat "$good" "$ca" >"$home/www.example.com_ecc/fullchain.cer"
END
chmod 755 bin/acme.sh
export PATH="$PWD/bin:$PATH" good="$PWD/good.crt" ca="$PWD/ca.crt"
taken "acme.sh" 0003 "acme.sh -w /var/www"
good=$PWD/two.crt
taken "acme.sh once more" 0004 "acme.sh -w /var/www"
same "the key is the same" "$(openssl req -in "$csr" -noout -pubkey)" \
	"$(openssl x509 -in "$certs/0004/cert.pem" -noout -pubkey)"

# An order that takes long: a second run keeps away, and after the first is killed the next one
# gets a certificate.
mkfifo held
acme "exec echo \$\$ >$PWD/ordering; read -r line <$PWD/held; exit 1"
"$DANEPROBE" renew --no-install --force www >first 2>&1 &
holder=$!
tries=0
until [ -s ordering ] || [ $tries -ge 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
cp "$L/state" "$L/lineage.conf" .
sha256sum "$L"/keys/*/*/privkey.pem >keys
for verb in renew rollover; do
	status "a second run: $verb" 2 "$DANEPROBE" $verb www
	says "it says so, and who" "daneprobe renew (process $holder) is at work on the lineage www" err
done
status "a timer's run leaves it to that one" 0 "$DANEPROBE" rollover --all -q
same "and says nothing" "" "$(cat out err)"
status "without -q it says so" 2 "$DANEPROBE" rollover --all
status "status needs no lock" 0 "$DANEPROBE" status www
kill -9 $holder "$(cat ordering)"
wait $holder 2>/dev/null || :
check "the state is as it was" cmp state "$L/state"
check "and lineage.conf" cmp lineage.conf "$L/lineage.conf"
acme "exec cat $PWD/good.crt $PWD/ca.crt >{fullchain}"
status "the next run has the lock" 0 "$DANEPROBE" renew --no-install --force www
check "it finishes" test -s "$certs/0005/fullchain.pem"
check "by the same keys" sha256sum -c keys

check "the journal tells" grep -q 'renew .* renewed .*certificate=0004' "$L/journal"
finish
