#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Certificates from a real ACME server by real clients, run by daneprobe renew, for a key that stays.
# In a namespace of its own: pebble looks at port 80, and the CA that its clients trust is put over
# the system's.
[ -n "${LINEAGE_NAMESPACE:-}" ] || {
	for tool in pebble pebble-challtestsrv certbot uacme lego dehydrated python3; do
		command -v "$tool" >/dev/null && continue
		echo "1..0 # SKIP $tool is not installed"
		exit 0
	done
	unshare -nm true 2>/dev/null || {
		echo "1..0 # SKIP needs a namespace of its own, which only root may have here"
		exit 0
	}
	LINEAGE_NAMESPACE=yes exec unshare -nm sh "$0" "$@"
}
. "$(dirname "$0")/common.sh"

ip link set lo up
export DANEPROBE_DIR="$PWD/lineages"
acme=https://127.0.0.1:14000
dir=$acme/dir
challenges=$PWD/www/.well-known/acme-challenge
pids=
pebble_pid=
trap 'kill $pids $pebble_pid 2>/dev/null || :; wait; rm -rf "$work"' EXIT

# until_up NAME COMMAND...: for at most ten seconds
until_up()
{
	name=$1 tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || { echo "Bail out! $name does not start"; cat ./*.log; exit 99; }
		sleep 0.1
	done
}

# pebble REJECT: starts it anew, so many percent of the nonces refused; it forgets all accounts.
# An authorization that was valid once would let a challenge that is refused pass, by chance.
pebble()
{
	rm -rf certbot
	[ -z "$pebble_pid" ] || { kill "$pebble_pid"; wait "$pebble_pid" || :; } 2>/dev/null
	PEBBLE_VA_NOSLEEP=1 PEBBLE_AUTHZREUSE=0 PEBBLE_WFE_NONCEREJECT=$1 command pebble -config pebble.json \
		-dnsserver 127.0.0.1:8053 >pebble.log 2>&1 &
	pebble_pid=$!
	until_up pebble curl -s --cacert server.crt "$dir"
	until_up pebble curl -s --cacert server.crt -o root.pem https://127.0.0.1:15000/roots/0
}

openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=acme -addext 'subjectAltName=IP:127.0.0.1' \
	-addext basicConstraints=critical,CA:TRUE -keyout server.key -out server.crt 2>/dev/null
cat >pebble.json <<END
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
 "certificate": "$PWD/server.crt", "privateKey": "$PWD/server.key", "httpPort": 80, "tlsPort": 443}}
END
mount --bind server.crt /etc/ssl/certs/ca-certificates.crt
echo nameserver 127.0.0.1 >resolv.conf
mount --bind resolv.conf /etc/resolv.conf
export REQUESTS_CA_BUNDLE="$PWD/server.crt" LEGO_CA_CERTIFICATES="$PWD/server.crt" LEGO_PATH="$PWD/lego"
pebble-challtestsrv -dns01 127.0.0.1:8053 -http01 '' -https01 '' -tlsalpn01 '' \
	-management 127.0.0.1:8055 -defaultIPv4 127.0.0.1 -defaultIPv6 '' >challenges.log 2>&1 &
pids=$!
pebble 0

# lineage NAME ACME [DOMAIN]: a new one, its certificates got in that way
lineage()
{
	check "$1: a lineage" "$DANEPROBE" new "$1" --even-if-insecure -q -d "$1.example.com" -d "${3:-www.$1.example.com}" \
		--service "https://$1.example.com" --set "acme = $2" --resolver 127.0.0.1@1 -t 1
}

# renew NAME: a certificate now, and nobody's server is looked at
renew()
{
	"$DANEPROBE" renew "$1" --force --no-install
}

# fits NAME NUMBER: the lineage's certificate is good: key, CA, names
fits()
{
	keys=$DANEPROBE_DIR/$1/keys/0001/ecdsa-p256
	cert=$keys/certs/$2
	same "$1 $2: it certifies the lineage's key" "$(openssl pkey -in "$keys/privkey.pem" -pubout)" \
		"$(openssl x509 -in "$cert/cert.pem" -noout -pubkey 2>&1)"
	check "$1 $2: it leads to the CA" openssl verify -CAfile root.pem -untrusted "$cert/chain.pem" \
		-verify_hostname "www.$1.example.com" "$cert/cert.pem"
}

# client NAME ACME [DOMAIN]: two orders, the second as if no client had been there before
client()
{
	lineage "$@"
	status "$1: an order" 0 renew "$1"
	says "$1: it is told" "$1  staged: the certificate is renewed" out
	fits "$1" 0001
	status "$1: and the next" 0 renew "$1"
	fits "$1" 0002
	check "$1: it is another certificate" test "$(openssl x509 -noout -serial -in "$cert/cert.pem")" != \
		"$(openssl x509 -noout -serial -in "$cert/../0001/cert.pem")"
}

certbot="certbot --server $dir --agree-tos --register-unsafely-without-email --config-dir $PWD/certbot
 --work-dir $PWD/certbot --logs-dir $PWD/certbot"
certbot=$(echo "$certbot" | tr -d '\n')
client standalone "$certbot --standalone"

# By records in DNS, which a hook of certbot's puts there: the only way to a wildcard
cat >dns-hook <<END
#!/bin/sh
# dns-hook set|clear: for \$CERTBOT_DOMAIN, and \$CERTBOT_VALIDATION of it
echo "\$1 \$CERTBOT_DOMAIN" >>'$PWD/dns-hooked'
[ "\$1" = set ] || CERTBOT_VALIDATION=
printf '{"host": "_acme-challenge.%s.", "value": "%s"}' "\$CERTBOT_DOMAIN" "\$CERTBOT_VALIDATION" |
	curl -sS --fail -d @- "http://127.0.0.1:8055/\$1-txt"
END
chmod 755 dns-hook
by_dns="$certbot --manual --preferred-challenges dns --manual-auth-hook"
client dns "$by_dns '$PWD/dns-hook set' --manual-cleanup-hook '$PWD/dns-hook clear'" '*.dns.example.com'
check "dns: the wildcard is in it" sh -c "openssl x509 -in '$cert/cert.pem' -noout -ext subjectAltName |
	grep -q 'DNS:[*][.]dns[.]example[.]com'"
same "dns: a record was there for each name, and is no longer" 'clear dns.example.com set dns.example.com' \
	"$(sort -u dns-hooked | tr '\n' ' ' | sed 's/ $//')"
lineage unproven "$by_dns 'true' --manual-cleanup-hook '$PWD/dns-hook clear'" '*.unproven.example.com'
status "a record that isn't there" 2 renew unproven
says "it is told with the client's status" 'exit status 1' err
check "the CA has looked for the record" grep -q 'No TXT records found' certbot/letsencrypt.log
check "no certificate of it" test ! -e "$DANEPROBE_DIR/unproven/keys/0001/ecdsa-p256/certs/0001"

mkdir -p "$challenges" dehydrated
cat >hook <<END
#!/bin/sh
# uacme's hook: begin|done|failed http-01 NAME TOKEN AUTH
[ "\$2" = http-01 ] || exit 1
case \$1 in
begin) printf %s "\$5" >'$challenges/'"\$4" ;;
*) rm -f '$challenges/'"\$4" ;;
esac
END
chmod 755 hook
cat >dehydrated/config <<END
CA=$dir
BASEDIR=$PWD/dehydrated
WELLKNOWN=$challenges
CURL_OPTS="--cacert $PWD/server.crt"
END
python3 -m http.server --bind 127.0.0.1 --directory www 80 >www.log 2>&1 &
pids="$pids $!"
until_up "the web server" curl -s http://127.0.0.1/

client webroot "$certbot --webroot -w $PWD/www"
check "uacme's account" uacme -y -a "$dir" -c "$PWD/uacme" new
client uacme "uacme -a $dir -c $PWD/uacme -h $PWD/hook"
client lego "lego --server $dir --accept-tos -m a@example.com --http --http.webroot $PWD/www"
check "dehydrated's account" dehydrated -f dehydrated/config --register --accept-terms
client dehydrated "dehydrated -f $PWD/dehydrated/config"

# predicts NAME STATUS TEXT FOLDER: what status says of the clients' own renewals
predicts()
{
	status "$1" "$2" "$DANEPROBE" status --no-dns --predict "$4"
	if grep -qE "$3" out; then pass "$1: $3"; else fail "$1: $3" "$(cat out)"; fi
}

own="$certbot certonly --webroot -w $PWD/www --cert-name own -d own.example.com -n -q"
check "certbot's own order" sh -c "$own"
predicts "certbot by default" 1 '^own +certbot +new key$' certbot
says "the remedy is told" "certbot/renewal/own.conf: reuse_key = True" out
check "certbot told to keep its key" sh -c "$own --reuse-key --force-renewal"
predicts "certbot that keeps its key" 0 '^own +certbot +same key$' certbot
check "certbot renews" sh -c "$certbot renew --force-renewal --no-random-sleep-on-renew -n -q"
same "and keeps its key, as predicted" \
	"$(openssl pkey -in certbot/archive/own/privkey2.pem -pubout)" \
	"$(openssl x509 -noout -pubkey -in certbot/live/own/cert.pem)"
check "lego's own order" lego --path "$PWD/lego-own" --server "$dir" --accept-tos -m a@example.com \
	-d own.example.com --http --http.webroot "$PWD/www" run
predicts "lego" 1 '^own.example.com +lego +new key unless called with --reuse-key$' lego-own
check "uacme's own order" uacme -a "$dir" -c "$PWD/uacme" -h "$PWD/hook" issue own.example.com
predicts "uacme" 0 '^own.example.com +uacme +same key$' uacme
before=$(openssl pkey -in uacme/private/own.example.com/key.pem -pubout)
check "uacme renews" uacme -a "$dir" -c "$PWD/uacme" -h "$PWD/hook" -f issue own.example.com
same "and keeps its key, as predicted" "$before" \
	"$(openssl x509 -noout -pubkey -in uacme/own.example.com/cert.pem)"
mkdir -p acme.sh/own.example.com_ecc
printf "Le_Domain='own.example.com'\nLe_Keylength='ec-256'\n" >acme.sh/own.example.com_ecc/own.example.com.conf
predicts "acme.sh" 0 '^own.example.com_ecc +acme.sh +same key$' acme.sh
echo "Le_ForceNewDomainKey='1'" >>acme.sh/own.example.com_ecc/own.example.com.conf
predicts "acme.sh told otherwise" 1 '^own.example.com_ecc +acme.sh +new key$' acme.sh
same "in JSON" new "$("$DANEPROBE" status --no-dns --predict acme.sh -o json | jq -r '.certificates[0].key')"
same "for Nagios" 'DANE KEYS WARNING - a new key at the next renewal: own.example.com_ecc' \
	"$("$DANEPROBE" status --no-dns --predict acme.sh -o nagios)"
status "a folder of nobody's" 3 "$DANEPROBE" status --no-dns --predict www
status "a folder that isn't there" 3 "$DANEPROBE" status --no-dns --predict nowhere

keys=$DANEPROBE_DIR/webroot/keys/0001/ecdsa-p256
sed -i "s,^acme = .*,acme = $certbot --webroot -w $PWD/nowhere," "$DANEPROBE_DIR/webroot/lineage.conf"
status "a proof that fails" 2 renew webroot
says "it is told with the client's status" 'exit status 1' err
same "the certificates are as before" '0001 0002' "$(ls "$keys/certs" | tr '\n' ' ' | sed 's/ $//')"

# fails NAME LINE WORDS...: an order by that acme line, told with what the client said of it
fails()
{
	what=$1 client=${2%% *}
	sed -i "s|^acme = .*|acme = $2|" "$DANEPROBE_DIR/webroot/lineage.conf"
	shift 2
	status "$what" 2 renew webroot
	says "$what: the client and its exit status" "$client failed with exit status" err
	for words in "$@"; do
		says "$what: $words" "$words" err
	done
	says "$what: where the rest is" "all that it said is in $keys/order/log" err
	check "$what: and it is there" test -s "$keys/order/log"
	same "$what: the log is for its owner" 600 "$(stat -c %a "$keys/order/log")"
	check "$what: none of our own shell" sh -c '! grep -qE "rm -rf|mkdir|request.csr" err'
}

nowhere="$PWD/nowhere"
wrong=$acme/none
(umask 077 && mkdir -p certbot && touch certbot/.certbot.lock)
python3 -c 'import fcntl, sys, time; f = open(sys.argv[1], "w"); fcntl.lockf(f, fcntl.LOCK_EX); print("held", flush=True); time.sleep(600)' \
	certbot/.certbot.lock >held &
holder=$!
pids="$pids $holder"
until_up "the lock" grep -q held held
fails "certbot, its lock held" "$certbot --webroot -w $PWD/www" 'Another instance of Certbot is already running'
kill "$holder"
wait "$holder" 2>/dev/null || :
fails "certbot, a folder that isn't there" "$certbot --webroot -w $nowhere" "$nowhere does not exist"
mkdir -p "$nowhere"
fails "certbot, a challenge refused" "$certbot --webroot -w $nowhere" 'Detail: '
fails "certbot, a wrong directory" "$(echo "$certbot" | sed "s,$dir,$wrong,") --webroot -w $PWD/www" '404'
echo 1 >dehydrated/lock
fails "dehydrated, its lock held" "dehydrated -f $PWD/dehydrated/config" 'Lock file'
rm dehydrated/lock
sed "s,$challenges,$nowhere," dehydrated/config >dehydrated/refused
fails "dehydrated, a challenge refused" "dehydrated -f $PWD/dehydrated/refused" 'ERROR: '
sed "s,$dir,$wrong," dehydrated/config >dehydrated/wrong
fails "dehydrated, a wrong directory" "dehydrated -f $PWD/dehydrated/wrong" 'ERROR: '
fails "lego, a challenge refused" "lego --server $dir --accept-tos -m a@example.com --http --http.webroot $nowhere" \
	'acme: error: 403'
fails "lego, a wrong directory" "lego --server $wrong --accept-tos -m a@example.com --http --http.webroot $PWD/www" '404'
fails "lego, an account folder that isn't one" \
	"lego --path $PWD/hook --server $dir --accept-tos -m a@example.com --http --http.webroot $PWD/www" 'not a directory'
printf '#!/bin/sh\nexit 0\n' >idle-hook
chmod 755 idle-hook
fails "uacme, a challenge refused" "uacme -a $dir -c $PWD/uacme -h $PWD/idle-hook" 'challenge'
fails "uacme, a wrong directory" "uacme -a $wrong -c $PWD/uacme -h $PWD/hook" 'failed to fetch directory'
same "no certificate of all that" '0001 0002' "$(ls "$keys/certs" | tr '\n' ' ' | sed 's/ $//')"
# What makes the account is told before anything is ordered, and that is what makes it.
line="uacme -a $dir -c $PWD/no-uacme -h $PWD/hook"
sed -i "s|^acme = .*|acme = $line|" "$DANEPROBE_DIR/uacme/lineage.conf"
status "uacme, an account that isn't there" 2 renew uacme
advised="uacme -y${line#uacme} new"
says "it says how to make it" "uacme has no account ($PWD/no-uacme/private/key.pem isn't there): \`$advised\` makes one" err
check "the terms are left to a person" test ! -e no-uacme
check "what it says makes the account" sh -c "$advised"
status "and the order goes" 0 renew uacme

# CAs may refuse a nonce at any time, and not every client asks once more.
pebble 20
sed -i "s,^acme = .*,acme = $certbot --webroot -w $PWD/www," "$DANEPROBE_DIR/webroot/lineage.conf"
tries=0
until renew webroot >out 2>err || [ $tries -eq 10 ]; do
	tries=$((tries + 1))
done
fits webroot 0003
pebble 100
status "every nonce refused" 2 renew webroot
same "no certificate of it" '0001 0002 0003' "$(ls "$keys/certs" | tr '\n' ' ' | sed 's/ $//')"
kill "$pebble_pid" 2>/dev/null
wait "$pebble_pid" 2>/dev/null || :
pebble_pid=
status "a CA that is down" 2 renew webroot
same "no certificate of that" '0001 0002 0003' "$(ls "$keys/certs" | tr '\n' ' ' | sed 's/ $//')"
finish
