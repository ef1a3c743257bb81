#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# renew asks the CA when it wants the certificate renewed; what it says
# counts before our own idea, but not in the last tenth of life; a CA that says nothing, or rubbish,
# holds up none.
. "$(dirname "$0")/common.sh"

here=$(cd "$OLDPWD" && cd "$(dirname "$0")" && pwd)
export DANEPROBE_DIR="$PWD/lineages"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=ca \
	-addext 'subjectAltName=IP:127.0.0.1' -keyout ca.key -out ca.crt 2>/dev/null
cat ca.key ca.crt >server.pem
: >asked
printf '60\n{}' >answer
python3 "$here/ari.py" server.pem >port 2>python.log &
python=$!
trap 'kill $python 2>/dev/null || :; rm -rf "$work"' EXIT
tries=0
until [ -s port ] || [ $tries -eq 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
port=$(cat port)

printf 'subjectAltName=DNS:www.example.com\nauthorityKeyIdentifier=keyid\n' >ext
"$DANEPROBE" new www --even-if-insecure -q -d www.example.com --service https://www.example.com \
	--set "acme = exec openssl x509 -req -in {csr} -CA $PWD/ca.crt -CAkey $PWD/ca.key -days 90 \
-extfile $PWD/ext -out {fullchain} 2>/dev/null" \
	--set "acme_directory = https://127.0.0.1:$port/dir" --resolver 127.0.0.1@1 -t 0.2 >/dev/null 2>&1
L=$DANEPROBE_DIR/www

# renew NAME CERTIFICATES [OPTIONS]: it succeeds, and so many certificates are there afterwards
renew()
{
	what=$1 certificates=$2
	shift 2
	status "$what" 0 "$DANEPROBE" renew www --no-install -t 2 "$@"
	cp err warnings
	same "$what: certificates" "$certificates" "$(find "$L/keys/0001" -name cert.pem | grep -c certs/0)"
}

# ask NAME CERTIFICATES RETRY BODY: the CA is asked anew, and says this
ask()
{
	printf '%s\n%s' "$3" "$4" >answer
	sed -i 's/"ari_again_at": "[^"]*"/"ari_again_at": null/' "$L/state"
	renew "$1" "$2" --ca-file ca.crt
}

field()
{
	sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\).*/\1/p" "$L/state"
}

window='{"suggestedWindow": {"start": "%s", "end": "%s"}}'
# shellcheck disable=SC2059 # the format is ours
later=$(printf "$window" 2090-01-01T00:00:00Z 2090-01-02T00:00:00Z)
# shellcheck disable=SC2059
past=$(printf "$window" 2020-01-01T00:00:00Z 2020-01-02T00:00:00Z)

renew "the first certificate" 1 --ca-file ca.crt
same "it is asked about at once" 1 "$(grep -c /info/ asked)"
ask "a window far away" 1 7200 "$later"
same "the window is kept" 2090-01-01T00:00:00Z "$(field ari_start)"
serial=$(openssl x509 -in "$L/keys/0001/ecdsa-p256/certs/0001/cert.pem" -noout -serial | cut -d= -f2)
aki=$(openssl x509 -in "$L/keys/0001/ecdsa-p256/certs/0001/cert.pem" -noout -ext authorityKeyIdentifier |
	sed -n 's/^ *\(keyid:\)\{0,1\}\([0-9A-F:]*\)$/\2/p' | tr -d :)
same "the certificate is asked for by its name" "/info/$(python3 -c '
import base64, sys
aki, serial = (bytes.fromhex(x) for x in sys.argv[1:])
serial = b"\0" * (serial[0] >> 7) + serial
print(".".join(base64.urlsafe_b64encode(x).decode().rstrip("=") for x in (aki, serial)))' "$aki" "$serial")" \
	"$(tail -n 1 asked)"
asked=$(grep -c . asked)
renew "a run before Retry-After has passed" 1 --ca-file ca.crt
same "it asks nothing" "$asked" "$(grep -c . asked)"
same "its moment is in the window" 2090-01-01 "$(field ari_at | cut -c 1-10)"
moment=$(field ari_at)
ask "the same window" 1 7200 "$later"
same "has the same moment" "$moment" "$(field ari_at)"
same "the last tenth of its life overrules" 81 "$((($(date -d "$("$DANEPROBE" status -o json |
	jq -r '.lineages[0].renew_at')" +%s) - $(date +%s) + 43200) / 86400))"
explained=$(printf '%s' "$later" | sed 's,^{,{"explanationURL": "https://ca.example/why"\, ,')
ask "with an explanation" 1 7200 "$explained"
same "it is shown" https://ca.example/why \
	"$("$DANEPROBE" status -o json | jq -r '.lineages[0].renew_explanation')"
# shellcheck disable=SC2059
soon=$(printf "$window" 2091-01-01T00:00:00Z 2091-01-02T00:00:00Z)
printf '60\n%s' "$soon" >answer.next
ask "a window that has passed" 2 60 "$past"
same "what is said of the new certificate counts" 2091-01-01T00:00:00Z "$(field ari_start)"
same "and not why the former was to be renewed" null "$(field ari_explanation)"
ask "rubbish" 2 60 '<html>'
says "rubbish is told" 'names no window' warnings
ask "an error" 2 404 '{}'
says "the error is told" 'status 404' warnings
ask "too much" 2 60 "$(head -c 2000000 /dev/zero | tr '\0' ' ')"
says "too much is told" 'too large' warnings
sed -i 's/"ari_again_at": "[^"]*"/"ari_again_at": null/' "$L/state"
printf '60\n%s' "$past" >answer
sed -i "s,/dir$,/empty," "$L/lineage.conf"
ask "an empty URL" 2 60 ''
says "it is told" 'offers no renewalInfo' warnings
sed -i "s,/empty$,/dir," "$L/lineage.conf"
sed -i 's/"ari_again_at": "[^"]*"/"ari_again_at": null/' "$L/state"
renew "a CA that isn't trusted" 2
says "that is told" 'could not be asked' warnings
# shellcheck disable=SC2059
printf '60\n%s' "$soon" >answer.next
ask "the same, trusted" 3 60 "$past"
kill "$python"
wait "$python" 2>/dev/null || :
ask "nobody answers" 3 60 ''
says "nobody is told" 'could not be asked' warnings
asked=$(field ari_again_at)
renew "once more" 3 --ca-file ca.crt
same "it waits before it asks again" "$asked" "$(field ari_again_at)"
renew "a renewal all the same" 4 --ca-file ca.crt --force
sed -i "s,^acme_directory = .*,acme_directory = http://127.0.0.1:$port/dir," "$L/lineage.conf"
ask "a directory without TLS" 4 60 ''
says "it isn't asked" 'no https URL' warnings
finish
