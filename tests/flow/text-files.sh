#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Text files as other systems, editors and programs leave them.
#   text-files.sh [PART]...          in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

good=tls://one.srv.example:4433
mark='\357\273\277'

# with_marks FILE: in *.files, it with a mark, with CR LF, with NEL, and with all that Windows has
with_marks()
{
	{ printf "$mark" && cat "$1"; } >mark.files
	sed 's/$/\r/' "$1" >crlf.files
	sed "s/\$/$(printf '\302\205')/" "$1" | tr -d '\n' >nel.files
	{ printf "$mark" && sed 's/$/\r/' "$1"; } >windows.files
	iconv -f UTF-8 -t UTF-16 "$1" >utf16
}

part_lists_of_targets()
{
	printf '# my list\n\n%s\n%s\n' $good $good >list
	with_marks list
	for file in *.files; do
		check 0 -f $file -o ndjson
		lines out 2
	done
	check 3 -f utf16
	has out 'utf16 is written in UTF-16: save it as UTF-8'
	check 3 -f - <utf16
	has out 'UTF-16'
}

# anchors FILE...: the lab's root is validated by each
anchors()
{
	for file in "$@"; do
		run 0 "$DANEPROBE" check --recurse --root-hints "$LAB/root.hints" \
			--trust-anchor "$file" $good
	done
}

# Its DNSKEY record as one line of the four numbers and the key
root_key()
{
	drill @127.53.0.1 . DNSKEY | awk '$4 == "DNSKEY" && $5 == 257 {
		key = ""
		for (i = 8; i <= NF && $i !~ /^;/; i++)
			key = key $i
		print $5, $6, $7, key
		exit
	}'
}

part_anchors_as_bind_has_them()
{
	root_key >key
	read -r flags protocol algorithm data <key
	half=$(printf %s "$data" | cut -c 1-40) rest=$(printf %s "$data" | cut -c 41-)
	for clause in trust-anchors managed-keys; do
		printf '# ours // too\n%s {\n\t"." initial-key %s %s %s "%s\n %s";\n};\n' \
			$clause "$flags" "$protocol" "$algorithm" "$half" "$rest" >$clause
		named-checkconf $clause 2>/dev/null || named-checkconf $clause
	done
	anchors trust-anchors managed-keys
	# What BIND brings, all of it; it isn't the lab's.
	check 2 --trust-anchor /etc/bind/bind.keys $good
	has out 'bogus'
}

part_anchors_as_zone_files_have_them()
{
	with_marks "$LAB/root.key"
	anchors *.files
	root_key >key
	read -r flags protocol algorithm data <key
	half=$(printf %s "$data" | cut -c 1-40) rest=$(printf %s "$data" | cut -c 41-)
	printf '.\tIN DNSKEY %s %s %s (\n  %s\n  %s ) ; KSK\n' \
		"$flags" "$protocol" "$algorithm" "$half" "$rest" >multiline
	anchors multiline
	drill @127.53.0.1 . DNSKEY | grep -v '^;' >drill.out
	anchors drill.out
	check 3 --trust-anchor utf16 $good
	has err 'UTF-16'
}

part_anchors_as_unbound_keeps_them()
{
	cp "$LAB/root.key" auto.key
	cat >unbound.conf <<-END
		server:
		  directory: ""
		  chroot: ""
		  username: ""
		  pidfile: "$PWD/unbound.pid"
		  interface: 127.53.9.9
		  do-daemonize: no
		  use-syslog: no
		  do-not-query-localhost: no
		  root-hints: "$LAB/root.hints"
		  auto-trust-anchor-file: "$PWD/auto.key"
		remote-control:
		  control-enable: no
	END
	background unbound -c unbound.conf
	tries=0
	until grep -q 'state=2' auto.key; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || fail "unbound has not written its file"
		drill @127.53.9.9 one.srv.example A >/dev/null 2>&1 || :
		sleep 0.1
	done
	anchors auto.key
	sed 's/state=2/state=1/' auto.key >pending.key
	check 3 --trust-anchor pending.key $good
	has err "pending.key is unbound's file of trust anchors, not one with a DS or DNSKEY record"
}

# The command that is told makes a file of it, and leaves out what isn't valid any more.
part_anchors_as_iana_has_them()
{
	dnskey=$(drill @127.53.0.1 . DNSKEY | grep '	257 ' | head -n 1)
	echo "$dnskey" >k
	ldns-key2ds -n -2 k | sed 's/.*DS[[:blank:]]*//' >ds
	read -r tag algorithm type digest <ds
	cat >root-anchors.xml <<-END
		<?xml version="1.0" encoding="UTF-8"?>
		<TrustAnchor id="x" source="http://data.iana.org/root-anchors/root-anchors.xml">
		<Zone>.</Zone>
		<KeyDigest id="K1" validFrom="2010-07-15T00:00:00+00:00" validUntil="2019-01-11T00:00:00+00:00">
		<KeyTag>19036</KeyTag>
		<Algorithm>8</Algorithm>
		<DigestType>2</DigestType>
		<Digest>49AAC11D7B6F6446702E54A1607371607A1A41855200FD2CE1CDDE32F24E8FB5</Digest>
		</KeyDigest>
		<KeyDigest id="K2" validFrom="2017-02-02T00:00:00+00:00">
		<KeyTag>$tag</KeyTag>
		<Algorithm>$algorithm</Algorithm>
		<DigestType>$type</DigestType>
		<Digest>$digest</Digest>
		<PublicKey>x</PublicKey>
		<Flags>257</Flags>
		</KeyDigest>
		</TrustAnchor>
	END
	run 3 "$DANEPROBE" check --recurse --root-hints "$LAB/root.hints" \
		--trust-anchor root-anchors.xml $good
	sed -n 's/.*of the root: \(awk .*\)/\1/p' err >convert.sh
	has convert.sh 'root-anchors.xml >root.key'
	sh ./convert.sh
	lines root.key 1
	anchors root.key
}

part_root_hints()
{
	with_marks "$LAB/root.hints"
	run 0 "$DANEPROBE" check --recurse --root-hints crlf.files --trust-anchor "$LAB/root.key" $good
	for file in mark.files utf16; do
		run 3 "$DANEPROBE" check --recurse --root-hints $file \
			--trust-anchor "$LAB/root.key" $good
	done
	has err 'UTF-16'
}

part_records_to_verify_by()
{
	"$DANEPROBE" keygen -o key.pem
	openssl req -x509 -key key.pem -subj /CN=h.example -days 9 -out cert.pem 2>/dev/null
	{ echo '; ours'; "$DANEPROBE" record --key key.pem h.example; } >records
	with_marks records
	for file in *.files; do
		run 0 "$DANEPROBE" verify --chain cert.pem --host h.example --tlsa-file $file
	done
	run 3 "$DANEPROBE" verify --chain cert.pem --host h.example --tlsa-file utf16
	has err 'UTF-16'
}

# key_is_read FILE NAME: what else is wrong there is that nobody listens
key_is_read()
{
	chmod 600 "$1"
	rm -rf etc
	run 0 "$DANEPROBE" new --dir etc $R -t 2 x -q -d bare.mx.example --service tls://bare.mx.example:4433 \
		--set "publish = rfc2136 server=127.0.0.1@1 key=$PWD/$1" --even-if-insecure
	run 2 "$DANEPROBE" publish --dir etc $R -t 2 x
	has err '127.0.0.1'
	hasnt err 'TSIG'
}

part_keys_for_updates()
{
	tsig-keygen update >tsig-keygen.key
	key_is_read tsig-keygen.key
	ddns-confgen -a hmac-sha512 -k update -z srv.example >ddns-confgen.key
	key_is_read ddns-confgen.key
	ddns-confgen -q -k update >quiet.key
	key_is_read quiet.key
	keymgr -t update hmac-sha512 >keymgr.key
	key_is_read keymgr.key
	with_marks keymgr.key
	key_is_read windows.files
	key_is_read nel.files
	dnssec-keygen -q -a ECDSAP256SHA256 update >/dev/null
	mv Kupdate*.private other.key
	chmod 600 other.key
	sed -i "s,key=.*,key=$PWD/other.key," etc/x/lineage.conf
	run 2 "$DANEPROBE" publish --dir etc $R -t 2 x
	has err 'other.key is a private key for DNSSEC, not a TSIG key'
}

part_lineage_conf()
{
	run 0 "$DANEPROBE" new --dir etc --resolver 127.0.0.1@1 -t 0.2 x --even-if-insecure -q \
		-d h.example --service https://h.example --set 'rollover_every = 90d'
	cp etc/x/lineage.conf before
	with_marks before
	for file in *.files; do
		cp $file etc/x/lineage.conf
		run 0 "$DANEPROBE" status --dir etc x
	done
	cp utf16 etc/x/lineage.conf
	run 3 "$DANEPROBE" status --dir etc x
	has out 'lineage.conf is written in UTF-16'
}

parts_main "$@"
