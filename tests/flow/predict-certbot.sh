#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# status --predict reads certbot's renewal files as certbot does, with its own parser as the peer.
here=$(cd "$(dirname "$0")" && pwd)
. "$(dirname "$0")/common.sh"

predict()
{
	"$DANEPROBE" status --no-dns --predict "$@"
}

python=
for python in python3 /usr/bin/python3; do
	"$python" -c 'import configobj' 2>/dev/null && break
	python=
done
if [ -n "$python" ]; then
	"$python" "$here/configobj_peer.py" peer 1000 >want
	predict peer -o json | jq -r '.certificates[] | "\(.name) \(.key)"' >got
	check 'the same is read as by ConfigObj' diff want got
	for key in same new none; do
		check "there are some of each kind: $key" grep -q " $key\$" want
	done
else
	skip 'the same is read as by ConfigObj' 'no configobj'
fi

mkdir -p certbot/renewal certbot/live/orphan certbot/live/good
touch certbot/live/orphan/fullchain.pem certbot/live/good/fullchain.pem certbot/renewal/empty.conf
for name in cert privkey chain fullchain; do
	echo "$name = $PWD/certbot/live/good/$name.pem"
done >certbot/renewal/cut.conf
printf '[renewalparams]\nauthenticator = webroot\nreuse_key = True # keep it\n' |
	cat certbot/renewal/cut.conf - >certbot/renewal/good.conf
sed "s/\$/$(printf '\r')/" certbot/renewal/good.conf >certbot/renewal/windows.conf
iconv -f UTF-8 -t UTF-16 certbot/renewal/good.conf >certbot/renewal/wide.conf
grep -v '^chain' certbot/renewal/good.conf >certbot/renewal/nochain.conf
status 'what certbot would not renew is told' 1 predict certbot
says 'a comment behind True' 'good     certbot  same key' out
says 'a file of Windows' 'windows  certbot  same key' out
says 'an empty file' "empty    certbot  certbot can't renew this" out
says 'with its reason' 'empty.conf: it is empty' out
says 'one that is cut' 'cut.conf: [renewalparams] is missing' out
says 'one without a file' 'nochain.conf: chain is missing' out
says 'one in UTF-16' 'is written in UTF-16' out
says 'one that is not there' "orphan.conf: it isn't there" out
same 'all seven are in JSON' 7 "$(predict certbot -o json | jq '.certificates | length')"
same 'with the reason' 'it is empty' \
	"$(predict certbot -o json | jq -r '.certificates[] | select(.name == "empty").fault')"
status 'and an alarm' 1 predict certbot -o nagios
says 'names them' 'no certificate at the next renewal: cut, empty, nochain, orphan, wide' out
rm -r certbot/renewal/[cenw]*.conf certbot/live/orphan
status 'without them all is well' 0 predict certbot
finish
