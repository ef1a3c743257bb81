#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Files that others could change, or put in the place of ours; names that hide what they are; and a
# system that has nothing left. TAP.
. "$(dirname "$0")/common.sh"

esc=$(printf '\033')
base=$work/base
"$DANEPROBE" new one --dir "$base" -d example.com --service https://example.com \
	--set 'acme = exec touch ran' --even-if-insecure --resolver 127.0.0.1@9 >/dev/null 2>err || { echo "Bail out! $(cat err)"; exit 1; }
one=$base/one

# refused NAME TEXT COMMAND...: exit status 3, within two seconds, and that is said
refused()
{
	name=$1 text=$2
	shift 2
	status "$name" 3 timeout 2 "$@"
	says "$name: why" "$text" err
}

status "a lineage of one's own" 0 "$DANEPROBE" status one --dir "$base"
chmod o+w "$one/lineage.conf"
refused "lineage.conf that others may write" "chmod o-w $one/lineage.conf" \
	"$DANEPROBE" renew one --dir "$base"
chmod o-w "$one/lineage.conf"
chmod o+w "$base"
refused "a folder above that others may write" "others may write to $base (mode" \
	"$DANEPROBE" renew one --dir "$base"
chmod o-w "$base"
type=$(find "$one/keys" -name privkey.pem -exec dirname {} + | head -n 1)
chmod o+w "$type"
refused "a folder of keys that others may write" "chmod o-w $type" "$DANEPROBE" renew one --dir "$base"
chmod o-w "$type"
chmod g+w "$type/request.csr"
chgrp 65534 "$type/request.csr" 2>/dev/null || chmod o+w "$type/request.csr"
refused "a request that others may write" "-w $type/request.csr" "$DANEPROBE" renew one --dir "$base"
chmod go-w "$type/request.csr"
chgrp "$(id -g)" "$type/request.csr"
mv "$type/privkey.pem" "$work/kept"
ln -s "$work/kept" "$type/privkey.pem"
refused "a link in the place of a key" "$type/privkey.pem is a link" "$DANEPROBE" renew one --dir "$base"
rm "$type/privkey.pem"
mv "$work/kept" "$type/privkey.pem"
if [ "$(id -u)" -eq 0 ]; then
	chown nobody "$one/lineage.conf"
	refused "somebody else's lineage.conf" "$one/lineage.conf belongs to nobody" \
		"$DANEPROBE" renew one --dir "$base"
	chown root "$one/lineage.conf"
else
	skip "somebody else's lineage.conf" "not root"
fi
check "its command did not run" test ! -e ran

# One's own file at the end of one's own link: still, whoever could make that link chose the file.
for file in state state.1 journal keys; do
	mv "$one/$file" "$work/kept" 2>/dev/null || : >"$work/kept"
	[ -d "$work/kept" ] || cp "$work/kept" before
	ln -s "$work/kept" "$one/$file"
	refused "a link in the place of $file" "$one/$file is a link" "$DANEPROBE" renew one --dir "$base"
	[ -d "$work/kept" ] || check "nothing was written through it" cmp before "$work/kept"
	rm "$one/$file"
	mv "$work/kept" "$one/$file"
done
mv "$one/lineage.conf" "$work/kept.conf"
ln -s "$work/kept.conf" "$one/lineage.conf"
status "a lineage.conf that is a link to one's own" 0 "$DANEPROBE" status one --dir "$base"
chmod o+w "$work/kept.conf"
refused "a link to one that others may write" "chmod o-w $work/kept.conf" \
	"$DANEPROBE" renew one --dir "$base"
rm "$one/lineage.conf"
mv "$work/kept.conf" "$one/lineage.conf"
chmod o-w "$one/lineage.conf"

for file in lineage.conf state; do
	mv "$one/$file" "$work/kept"
	mkfifo -m 600 "$one/$file"
	status "a pipe as $file" 3 timeout 2 "$DANEPROBE" renew one --dir "$base"
	says "a pipe as $file: why" "$one/$file is a pipe, socket or device, not a plain file" err
	rm "$one/$file"
	mv "$work/kept" "$one/$file"
done
mkfifo pipe
refused "a pipe as a certificate" "pipe is a pipe, socket or device, not a plain file" \
	"$DANEPROBE" record --cert pipe https://example.com
refused "a pipe as a list of records" "pipe is a pipe, socket or device, not a plain file" \
	"$DANEPROBE" verify --chain /dev/null --tlsa-file pipe --host example.com

key=$(find "$one/keys" -name privkey.pem | head -n 1)
chmod o+r "$key"
status "a private key that others may read" 1 "$DANEPROBE" status one --dir "$base" -o nagios
says "a private key that others may read: which" "everybody may read the private key" out
chmod o-r "$key"

# "a.x", NUL, ".evil.example"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout nul.key -out nul.crt \
	-subj /CN=nul -days 9 -addext 'subjectAltName=DER:30138211612e78002e6576696c2e6578616d706c65' \
	>openssl.log 2>&1
status "a NUL in a name" 2 "$DANEPROBE" verify --chain nul.crt --host a.x -o json --tlsa \
	"3 1 1 $(printf '%064d' 0)"
says "a NUL in a name is shown" 'a.x\\x00.evil.example' out

"$DANEPROBE" status "${esc}[31mred" --dir "$base" >shown 2>&1 || :
check "an escape in one's own argument is escaped" \
	sh -c "! grep -q '$esc' shown && grep -q 'x1b' shown"

# Too few descriptors, or too little memory, are this host's fault: UNKNOWN, and nothing on the
# screen that no sentence explains.
for files in 4 6 8 10; do
	got=0
	# Without those of make's: the program's own libraries need one to be loaded.
	# shellcheck disable=SC3045
	(exec 3>&- 4>&- 5>&- && ulimit -n $files && exec "$DANEPROBE" check -t 2 -o nagios --resolver 127.0.0.1@9 \
		www.example.org) >out 2>err || got=$?
	same "$files files: exit status" 3 $got
	same "$files files: status lines" 1 "$(grep -c '^DANE UNKNOWN - ' out)"
	check "$files files: no library speaks" sh -c "! grep -q -e 'libunbound\[' -e 'evutil' err"
done

# A build with sanitizers needs more addresses than any limit leaves, and has a malloc() of its own.
if ! grep -q __asan_init "$DANEPROBE"; then
	for room in 13000 14000 15000 16000; do
		got=0
		# shellcheck disable=SC3045
		(ulimit -v $room && exec "$DANEPROBE" check -t 2 -o nagios --resolver 127.0.0.1@9 www.example.org) \
			>out 2>err || got=$?
		# less than the libraries themselves take: the loader says so
		[ $got -ne 127 ] || continue
		same "$room kB: exit status" 3 $got
		same "$room kB: status lines" 1 "$(grep -c '^DANE UNKNOWN - .*memory.*(ulimit -v)' out)"
	done

	# Whichever wish isn't granted while a certificate is read and judged: it matches, or that is told,
	# and never is it the certificate's fault.
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem \
		-subj /CN=www.example.org -addext subjectAltName=DNS:www.example.org 2>/dev/null
	record=$("$DANEPROBE" record --cert cert.pem https://www.example.org | sed 's/.*TLSA//')
	check "a library that grants no memory" \
		sh -c "${CC:-cc} -shared -fPIC -o short.so \"\$1\"" sh \
		"${top_srcdir:-$top_builddir}/tests/flow/short_memory.c"
	refused=0 wrong=''
	# by the file's reader, and by what judges it in the sandbox
	for inside in '' 1; do
		wishes=0 granted=0
		while [ $granted -lt 20 ] && [ $wishes -lt 2000 ]; do
			wishes=$((wishes + 1))
			got=0
			env FAIL_AT=$wishes ${inside:+FAIL_INSIDE=1} LD_PRELOAD="$PWD/short.so" "$DANEPROBE" verify \
				--chain cert.pem --host www.example.org --tlsa "$record" >out 2>err || got=$?
			case $got in
			0) granted=$((granted + 1)) ;;
			3) granted=0 refused=$((refused + 1)) ;;
			*) wrong="$wrong $wishes:$got" ;;
			esac
		done
	done
	same "no memory for a certificate is told" '' "$wrong"
	check "several hundred wishes were not granted" [ $refused -gt 200 ]
fi

finish
