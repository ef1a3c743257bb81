#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# new, status and publish --dry-run: files, rights, refusals, adoption, and what they print.
. "$(dirname "$0")/common.sh"

export DANEPROBE_DIR="$PWD/lineages"

# matches NAME REGEX FILE: a line of the file is like that
matches()
{
	if grep -q -- "$2" "$3"; then pass "$1"; else fail "$1" "no '$2' in: $(cat "$3")"; fi
}

# A new lineage, without asking the internet: nobody answers there
new()
{
	"$DANEPROBE" new --resolver 127.0.0.1@1 -t 0.2 "$@"
}

status "an unsigned zone is refused" 2 new www -d example.com --service https://example.com
same "and leaves nothing" "" "$(ls "$DANEPROBE_DIR" 2>/dev/null)"
status "--even-if-insecure goes on" 0 new www --even-if-insecure -q -d www.example.com \
	-d example.com --service https://www.example.com --service https://www.other.example \
	--set 'deploy = true'
L=$DANEPROBE_DIR/www
same "the folder is its owner's" 700 "$(stat -c %a "$L")"
for file in keys/0001/ecdsa-p256/privkey.pem keys/0002/ecdsa-p256/privkey.pem state journal; do
	same "$file is its owner's" 600 "$(stat -c %a "$L/$file")"
done
same "current" keys/0001 "$(readlink "$L/current")"
same "next" keys/0002 "$(readlink "$L/next")"
check "the request verifies" openssl req -verify -noout -in "$L/current/ecdsa-p256/request.csr"
same "the request names all domains" 'DNS:www.example.com, DNS:example.com' \
	"$(openssl req -in "$L/next/ecdsa-p256/request.csr" -noout -text | sed -n 's/^ *\(DNS:.*\)/\1/p')"
"$DANEPROBE" record --key "$L/keys/0001/ecdsa-p256/privkey.pem" https://www.example.com >want
"$DANEPROBE" record --key "$L/keys/0002/ecdsa-p256/privkey.pem" https://www.example.com >>want
new again --even-if-insecure -q -d www.example.com --service https://www.example.com >out 2>/dev/null
same "two records, a line each" 2 "$(grep -c '^_443._tcp.www.example.com. 3600 IN TLSA 3 1 1 ' out)"
matches "lineage.conf has what was set" '^deploy = true$' "$L/lineage.conf"
matches "and comments for the rest" '^#key_group = ' "$L/lineage.conf"
matches "the journal tells of the key" \
	"new      created   generation=0001 type=ecdsa-p256 spki=$(cut -d' ' -f8 want | head -n1)\$" \
	"$L/journal"

# A server can be configured before there is a certificate: by one of the key itself.
same "live is there at once" views/self-signed "$(readlink "$L/live")"
for folder in "$L/live" "$L/live/ecdsa-p256"; do
	same "$folder: the certificate is for the current key" \
		"$(openssl pkey -in "$L/keys/0001/ecdsa-p256/privkey.pem" -pubout)" \
		"$(openssl x509 -in "$folder/fullchain.pem" -noout -pubkey)"
	check "$folder: it signs itself" openssl verify -CAfile "$folder/chain.pem" "$folder/cert.pem"
	same "$folder: the key is that key" "$(cat "$L/keys/0001/ecdsa-p256/privkey.pem")" "$(cat "$folder/privkey.pem")"
done
same "it names all domains" 'DNS:www.example.com, DNS:example.com' \
	"$(openssl x509 -in "$L/live/cert.pem" -noout -ext subjectAltName | sed -n 's/^ *\(DNS:.*\)/\1/p')"
"$DANEPROBE" status www >out
matches "and isn't taken for the lineage's" '^www  *staged  *0001  *-  *get a certificate for key 0001' out

# A client that makes its account by a question: the command is told before the first order.
status "an account that isn't there is no reason to make nothing" 0 new account --even-if-insecure -q \
	-d www.example.com --service https://www.example.com --set "acme = uacme -c $PWD/none -h /hook"
matches "new says what makes it" "uacme has no account ($PWD/none/private/key.pem isn't there): \`uacme -y -c $PWD/none -h /hook new\`" err
rm -r "$DANEPROBE_DIR/account"

new lines --even-if-insecure -d www.example.com --service https://www.example.com >out 2>/dev/null
real=$(realpath "$DANEPROBE_DIR")/lines/live
for line in "nginx       ssl_certificate     $real/fullchain.pem;" "ssl_certificate_key $real/privkey.pem;" \
	"Apache      SSLCertificateFile    $real/fullchain.pem" "SSLCertificateKeyFile $real/privkey.pem" \
	"Dovecot 2.3 ssl_cert = <$real/fullchain.pem" "ssl_key = <$real/privkey.pem" \
	"Dovecot 2.4 ssl_server_cert_file = $real/fullchain.pem" "ssl_server_key_file = $real/privkey.pem" \
	"                $real/privkey.pem," "                $real/fullchain.pem"; do
	says "new prints the line $line" "$line" out
done
rm -r "$DANEPROBE_DIR/lines"

status "services outside the domains are refused" 3 new outside --even-if-insecure -d www.example.com \
	--service https://www.example.net
says "and why" "no service is within the domains (www.example.com)" err
check "nothing is left behind" test ! -e "$DANEPROBE_DIR/outside"

new deaf --even-if-insecure -q -d www.example.com --service https://www.example.com >/dev/null 2>err
matches "no deploy command is told" "no deploy command.*$DANEPROBE_DIR/deaf/lineage.conf" err
new hears --even-if-insecure -q -d www.example.com --service https://www.example.com \
	--set 'deploy = true' >/dev/null 2>err
same "and one isn't" 0 "$(grep -c 'no deploy command' err)"
rm -r "$DANEPROBE_DIR/deaf" "$DANEPROBE_DIR/hears"

key_before=$(openssl dgst -sha256 <"$L/keys/0001/ecdsa-p256/privkey.pem")
status "a lineage is not overwritten" 3 new www --even-if-insecure -d example.com \
	--service https://example.com
same "its key is the same" "$key_before" "$(openssl dgst -sha256 <"$L/keys/0001/ecdsa-p256/privkey.pem")"
rm "$L/state"
# The configuration is its owner's from then on: new completes what it says, and nothing else.
cp "$L/lineage.conf" conf_before
status "one without its state isn't completed by other options" 3 new www --even-if-insecure -q \
	-d www.example.com --service https://www.example.com
says "and it is told why" "lineage.conf is there and says something else than these options" err
status "one without its state is completed" 0 new www --even-if-insecure -q -d www.example.com \
	-d example.com --service https://www.example.com --service https://www.other.example \
	--set 'deploy = true'
check "and keeps its configuration" cmp conf_before "$L/lineage.conf"
same "and keeps its key" "$key_before" "$(openssl dgst -sha256 <"$L/keys/0001/ecdsa-p256/privkey.pem")"

for bad in '../x' '-x' '.x' 'a/b' ''; do
	status "a name that is none: '$bad'" 3 new -d example.com --service https://example.com -- "$bad"
done
status "no domain" 3 new x --service https://example.com
status "no service" 3 new x -d example.com
status "an unknown key type" 3 new x -d example.com --service https://example.com --key-type dsa
status "an unknown key of lineage.conf" 3 new x -d example.com --service https://example.com \
	--set 'domian = x'

status "two types of keys" 0 new two --even-if-insecure -q -d mail.example.com \
	--service smtps://mail.example.com --key-type ecdsa-p256 --key-type rsa-2048
check "the second type's key" openssl pkey -noout -in "$DANEPROBE_DIR/two/next/rsa-2048/privkey.pem"

# as_record FORMAT LINEAGE GENERATION...: what record says of these keys, as one answer
as_record()
{
	as=$1 keys=$DANEPROBE_DIR/$2/keys
	shift 2
	for generation in "$@"; do
		[ "$as" != form ] || [ "$generation" = "$1" ] || echo
		"$DANEPROBE" record --key "$keys/$generation/ecdsa-p256/privkey.pem" --format "$as" \
			--zone example.com https://www.example.com
	done >each
	case $as in
	nsupdate) echo "zone example.com." && sed '/^zone /d; /^send$/d' each && echo send ;;
	json) jq -cs add each ;;
	*) cat each ;;
	esac
}

for format in zone form generic nsupdate json; do
	status "new --format $format" 0 new "as-$format" --even-if-insecure -q --format $format --zone example.com \
		-d www.example.com --service https://www.example.com
	cp out got
	same "it prints what record does" "$(as_record $format "as-$format" 0001 0002)" "$(cat got)"
done

# A lineage in the middle of a rollover, whose old record is to go
L=$DANEPROBE_DIR/as-zone
cp -r "$DANEPROBE_DIR/as-json/keys/0001" "$L/keys/0003"
jq '.current = 2 | .goal = 2 | .next = 3 | .last = 3 | .retire = 1 | .stage = "retiring"' "$L/state" >changed
cat changed >"$L/state"
for way in print 'exec false'; do
	sed -i "/^publish = /d; \$ a publish = $way" "$L/lineage.conf"
	cp "$L/state" "$L/journal" .
	for format in zone form generic nsupdate json; do
		status "publish = $way: a dry run as $format" 0 "$DANEPROBE" publish --dry-run -q \
			--resolver 127.0.0.1@1 -t 0.2 --format $format --zone example.com as-zone
		grep -v '^; remove: ' out >got
		same "what is wanted, as record says it" "$(as_record $format as-zone 0002 0003)" "$(cat got)"
		same "what is to go" "; remove: $(as_record zone as-zone 0001)" "$(grep '^; ' out)"
	done
	check "no state of it" cmp state "$L/state"
	check "and nothing in the journal" cmp journal "$L/journal"
done

# read_by GROUP FILE: somebody who is in that group alone reads it
read_by()
{
	setpriv --reuid nobody --regid "$1" --clear-groups cat "$2" 2>/dev/null
}

if [ "$(id -u)" -eq 0 ]; then
	chmod 711 "$work"
	status "key_group" 0 new shared --even-if-insecure -q -d www.example.com \
		--service https://www.example.com --set 'key_group = mail'
	for file in keys/0001/ecdsa-p256/privkey.pem keys/0002/ecdsa-p256/privkey.pem; do
		same "$file is the group's too" "640 mail" "$(stat -c '%a %G' "$DANEPROBE_DIR/shared/$file")"
		check "which reads it" test -n "$(read_by mail "$DANEPROBE_DIR/shared/$file")"
		same "others don't" "" "$(read_by nogroup "$DANEPROBE_DIR/shared/$file")"
	done
	same "nobody else reads the state" "" "$(read_by mail "$DANEPROBE_DIR/shared/state")"
	status "a group that isn't there" 3 new none --even-if-insecure -q -d www.example.com \
		--service https://www.example.com --set 'key_group = no-such-group'
else
	skip "key_group" "only root gives files to a group"
fi
rm -rf "$DANEPROBE_DIR"/as-* "$DANEPROBE_DIR/shared" "$DANEPROBE_DIR/none"
L=$DANEPROBE_DIR/www

mkdir certbot
openssl ecparam -name secp384r1 -genkey -noout -out certbot/privkey.pem
openssl req -x509 -new -key certbot/privkey.pem -subj /CN=x -days 30 \
	-addext 'subjectAltName=DNS:www.example.com' -out certbot/fullchain.pem
status "adopt" 0 new taken --even-if-insecure -q -d www.example.com \
	--service https://www.example.com --adopt certbot
same "the key is the adopted one" "$(openssl pkey -in certbot/privkey.pem -pubout)" \
	"$(openssl pkey -in "$DANEPROBE_DIR/taken/current/ecdsa-p384/privkey.pem" -pubout)"
same "the next is another, of its type" 1 \
	"$(openssl pkey -in "$DANEPROBE_DIR/taken/next/ecdsa-p384/privkey.pem" -noout -text |
		grep -c secp384r1)"
same "its certificate is taken over" \
	"$(openssl x509 -in certbot/fullchain.pem -outform DER | openssl dgst -sha256)" \
	"$(openssl x509 -in "$DANEPROBE_DIR/taken/current/ecdsa-p384/certs/0001/cert.pem" -outform DER |
		openssl dgst -sha256)"
status "adopt what isn't there" 3 new none -d www.example.com --service https://www.example.com \
	--adopt nowhere

mkdir none
for dir in none nowhere; do
	status "$dir: text" 0 "$DANEPROBE" status --dir "$PWD/$dir"
	says "$dir: it is told" "there is no lineage in $PWD/$dir" err
	status "$dir: nothing to watch is no good news" 3 "$DANEPROBE" status --dir "$PWD/$dir" -o nagios
	says "$dir: where, and how to change that" \
		"DANE LINEAGE UNKNOWN - there is no lineage in $PWD/$dir: daneprobe new makes one, --dir " out
done
status "a folder that is none" 3 "$DANEPROBE" status --dir "$PWD/want" -o nagios
says "is told to the monitoring system" "DANE LINEAGE UNKNOWN - can't read the folder" out

"$DANEPROBE" status >out
same "status: a line each, and a head" 5 "$(grep -c . out)"
matches "status: what comes next" '^taken   *staged  *0001  *\(29\|30\) d  publish the records  *now$' out
"$DANEPROBE" status -o nagios www >out
matches "status for Nagios" '^DANE LINEAGE OK - www staged: next ' out
"$DANEPROBE" status -o json | python3 -m json.tool >out
matches "status in JSON" '"current": "0001"' out
# undumpable VERB...: it is before it opens anything of the lineage
undumpable()
{
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace -e trace=prctl,openat "$DANEPROBE" "$@" \
		--resolver 127.0.0.1@1 -t 0.2 >out 2>&1 || :
	awk '/PR_SET_DUMPABLE, (0|SUID_DUMP_DISABLE)/ { safe = 1 }
		/openat.*\/lineages\// { opened = 1; if (!safe) bad = 1 }
		END { exit !opened || bad }' trace
}

# what is undumpable shows its strings to nobody but root
if [ "$(id -u)" -eq 0 ] && have strace && strace -qq true 2>/dev/null; then
	for verb in 'hook certbot --pre' install publish renew rollover; do
		# shellcheck disable=SC2086
		check "$verb: no core file has the keys" undumpable $verb taken
	done
else
	skip 'no core file has the keys' 'needs root, and strace that may trace here'
fi

# Half a year later nobody has gone on with it. The problem is too long for its line.
cp "$L/state" state
sed -i 's/"since": "[^"]*"/"since": "2026-01-02T03:04:05Z"/' "$L/state"
status "nobody goes on" 1 "$DANEPROBE" status www
matches "what is next" '^www    staged     0001     -  get a certificate for key 0001  *now$' out
matches "what is wrong, below it" \
	'^  nothing has moved since 2026-01-02: does a timer run daneprobe rollover --all?$' out
same "no line is longer than 80" "" "$(grep '.\{81\}' out)"
status "nobody goes on: an alarm" 1 "$DANEPROBE" status -o nagios www
matches "nobody goes on: Nagios" '^DANE LINEAGE WARNING - www nothing has moved since 2026-01-02' out
status "nobody goes on: a program" 1 "$DANEPROBE" status -o json www
matches "nobody goes on: JSON" '"level":"WARNING","problem":"nothing has moved since 2026-01-02' out
mv state "$L/state"

# A monitoring system's user may not look in; key_group doesn't change that.
as_nobody()
{
	setpriv --reuid nobody --regid "${group:-nogroup}" --clear-groups "$DANEPROBE" "$@"
}
cannot_look()
{
	status "$1: it is not OK" 3 as_nobody status -o nagios --dir "$2"
	matches "$1: who may, and how" \
		'^DANE LINEAGE UNKNOWN - www only root may read it, .* as root, by sudo ' out
	status "$1: text" 3 as_nobody status --dir "$2"
	matches "$1: text has a row" '^www    unreadable -        -  see below$' out
	same "$1: no line is longer than 80" "" "$(grep '.\{81\}' out)"
	status "$1: by its name" 3 as_nobody status --dir "$2" www
	status "$1: renew doesn't say that all is done" 2 as_nobody renew --dir "$2" --all
}
if [ "$(id -u)" -ne 0 ] || ! have setpriv || ! as_nobody --version >/dev/null 2>&1; then
	skip "what others may see" "needs root, setpriv, and a program that nobody may run"
else
	seen=$(mktemp -d /tmp/daneprobe-seen.XXXXXX)
	chmod 755 "$seen"
	cp -a "$L" "$seen/www"
	cannot_look "0700" "$seen"
	chgrp -R mail "$seen/www"
	chmod -R g+rX "$seen/www"
	chmod 600 "$seen/www/state" "$seen/www/lineage.conf"
	group=mail
	cannot_look "key_group" "$seen"
	rm -r "$seen"
fi

since=--assume-published-since
status "a word without a reason is none" 3 "$DANEPROBE" rollover $since 2026-01-01T00:00:00Z www
status "nor is a reason for nothing" 3 "$DANEPROBE" rollover --why me www
status "a word is about one lineage" 3 "$DANEPROBE" rollover $since 2026-01-01T00:00:00Z --why me --all
status "not about two" 3 "$DANEPROBE" rollover $since 2026-01-01T00:00:00Z --why me www other
status "its time has to be one" 3 "$DANEPROBE" rollover $since yesterday --why me www
says "and how is told" "like 2026-" err

printf '{"version":9}' >"$L/state"
status "a state from the future" 3 "$DANEPROBE" status www
matches "it has a row" '^www  *unreadable ' out
says "it is told" "state is of version 9" out
status "all others are shown too" 3 "$DANEPROBE" status
finish
