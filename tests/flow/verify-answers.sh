#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# verify: yes, no and bad input; the forms of records; JSON.
. "$(dirname "$0")/common.sh"

host=www.example.com
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key \
	-subj /CN=CA -addext keyUsage=critical,keyCertSign -days 60 -out ca.pem 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem 2>/dev/null
echo "subjectAltName=DNS:$host" >extensions
openssl req -new -key key.pem -subj /CN=$host |
	openssl x509 -req -CA ca.pem -CAkey ca.key -extfile extensions -days 30 -out cert.pem 2>/dev/null
data=$("$DANEPROBE" record --key key.pem $host | sed 's/.* //')
wrong=$(printf '%064d' 7)

verify()
{
	"$DANEPROBE" verify --chain cert.pem --host $host "$@"
}

status 'the right record' 0 verify --tlsa "3 1 1 $data"
says 'says so' "OK  $host  match" out
status 'a wrong record' 2 verify --tlsa "3 1 1 $wrong"
says 'says so' "CRITICAL  $host  mismatch" out
says 'and what to publish' "3 1 1 $data" out
status 'one of two is enough' 0 verify --tlsa "3 1 1 $wrong" --tlsa "3 1 1 $data"
status 'a wrong name counts not with usage 3' 0 "$DANEPROBE" verify --chain cert.pem \
	--tlsa "3 1 1 $data" --host other.example
status 'unless it is asked for' 2 "$DANEPROBE" verify --chain cert.pem --tlsa "3 1 1 $data" \
	--host other.example --ee-name-check
says 'by its code' 'name-mismatch' out
status 'nor does expiry' 0 verify --tlsa "3 1 1 $data" --at 2099-01-01T00:00:00Z
status 'usage 1 with its CA' 0 verify --tlsa "1 1 1 $data" --ca-file ca.pem
status 'usage 1 without' 2 verify --tlsa "1 1 1 $data" --ca-file /dev/null
status 'usage 1 with its CA, expired' 2 verify --tlsa "1 1 1 $data" --ca-file ca.pem \
	--at 2099-01-01T00:00:00Z
status 'usage 1 for a mail server' 2 verify --tlsa "1 1 1 $data" --ca-file ca.pem --service smtp
says 'is unusable' 'unusable' out
status 'the digest of nothing' 2 verify --tlsa \
	"3 1 1 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"$DANEPROBE" csr --key key.pem -o request.csr --der $host >/dev/null
status 'a record of the request' 2 verify --csr request.csr \
	--tlsa "3 0 1 $(openssl dgst -sha256 -r request.csr | cut -d' ' -f1)"
says 'is recognised' 'signing request' out

# forms of records
"$DANEPROBE" record --key key.pem $host >zone.txt
"$DANEPROBE" record --key key.pem --format generic $host >generic.txt
printf '; answer\n$TTL 60\n%s. 60 IN CNAME x.example.\n_443._tcp.%s. IN TLSA ( 3 1 1 ; key\n  %s )\n' \
	$host $host "$data" >dig.txt
printf '# mine\n3 1 1 %s\n\nTLSA 3 1 1 %s\n' "$wrong" "$data" >bare.txt
for form in zone generic dig bare; do
	status "records in the form of $form.txt" 0 verify --tlsa-file $form.txt
done
printf '_25._tcp.%s. IN TLSA 3 1 1 %s\n' $host "$data" >>zone.txt
status 'records of two services' 3 verify --tlsa-file zone.txt
says 'are refused by line' 'line 2' err

# bad input
status 'no record' 3 verify
echo '; none' >none.txt
status 'an empty file of records' 3 verify --tlsa-file none.txt
status 'an odd number of digits' 3 verify --tlsa '3 1 1 0'
status 'junk' 3 verify --tlsa junk
status 'no chain' 3 "$DANEPROBE" verify --chain nowhere.pem --tlsa "3 1 1 $data" --host $host
status 'a key for a chain' 3 "$DANEPROBE" verify --chain key.pem --tlsa "3 1 1 $data" --host $host
status 'no host' 3 "$DANEPROBE" verify --chain cert.pem --tlsa "3 1 1 $data"
status 'a bad time' 3 verify --tlsa "3 1 1 $data" --at yesterday
status 'an unknown service' 3 verify --tlsa "3 1 1 $data" --service gopher

# other chains
openssl x509 -in cert.pem -outform DER -out cert.der
status 'a chain in DER' 0 "$DANEPROBE" verify --chain cert.der --tlsa "3 1 1 $data" --host $host
openssl pkey -in key.pem -pubout -out public.pem
status 'a raw public key' 0 "$DANEPROBE" verify --chain public.pem --tlsa "3 1 1 $data" --host $host

status 'JSON of a match' 0 verify --tlsa "3 1 1 $data" -o json
if have jq; then
	same 'is a peer' 'match 0 0' "$(jq -r '"\(.code) \(.matched.record) \(.matched.depth)"' out)"
	verify --tlsa "3 1 1 $wrong" -o json >out || :
	same 'JSON of a mismatch' 'mismatch null' "$(jq -r '"\(.code) \(.matched)"' out)"
else
	skip 'is a peer' 'no jq'
fi
finish
