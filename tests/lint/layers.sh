#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Who may include whom: the table of CONTRIBUTING, enforced.
. "$(dirname "$0")/lint.sh"

# A folder, then the folders and single headers that it may include beside itself.
cat >"$tmp/layers" <<'END'
base
target   base
dane     base
verdict  base dane
dns      base target dane/tlsa.h verdict/facts.h verdict/security.h
net      base target verdict/facts.h verdict/security.h
probe    base target dane verdict dns net
render   base dane verdict
setup    base target dane verdict dns net
cmd      base target dane verdict dns net probe render setup config.h
main.c   cmd/dispatch.h config.h
END

# A room of setup/, then the rooms that it may include beside itself.
cat >"$tmp/rooms" <<'END'
setup/world
setup/key
setup/lineage  setup/world setup/key
setup/predict  setup/key
setup/provider setup/world
setup/publish  setup/world setup/key setup/lineage setup/provider
setup/cert     setup/world setup/key setup/lineage setup/predict
setup/agree    setup/world setup/key setup/lineage setup/publish setup/cert
setup/install  setup/world setup/key setup/lineage setup/publish setup/cert
setup/life     setup/world setup/key setup/lineage setup/publish setup/cert setup/agree setup/install
END

# A library's headers, then the folders and files that may include them.
cat >"$tmp/libraries" <<'END'
unbound  dns/resolver.c dns/ub_context.c cmd/version.c
curl/    net/curl_load.h cmd/version.c
event2/  base/loop.c
gnutls/  dane net/handshake.c net/handshake.h base/why.c setup/key/key.c setup/key/key.h setup/key/csr.c setup/key/csr.h setup/key/self_signed.c setup/key/self_signed.h setup/provider/api_signature.c cmd/resume.c cmd/version.c
nettle   dns/nettle_rsa.c
gmp      dns/nettle_rsa.c
ldns/    dns/ldns_load.c dns/ldns_load.h setup
seccomp  base/filter_seccomp.c
jansson  render setup cmd/version.c
END

# shellcheck disable=SC2016 # the $ are awk's
layers()
{
	(cd "$1/src" && find . -name '*.[ch]' | sed 's,^\./,,' | LC_ALL=C sort |
		xargs awk -v layers="$tmp/layers" -v rooms="$tmp/rooms" -v libraries="$tmp/libraries" '
		function allow(file, may,	n, part, line, i) {
			while ((getline line < file) > 0) {
				n = split(line, part, " ")
				for (i = 2; i <= n; i++) may[part[1], part[i]] = 1
				known[file, ++number[file]] = part[1]
				if (file == rooms) is_room[part[1]] = 1
			}
		}
		function offence(text) { printf "src/%s:%d: %s\n", FILENAME, FNR, text }
		# setup/life of setup/life/next.c
		function room_of(path,	part) {
			return split(path, part, "/") > 2 ? part[1] "/" part[2] : part[1]
		}
		BEGIN { allow(layers, may); allow(rooms, may); allow(libraries, uses) }
		FNR == 1 {
			folder = FILENAME; sub(/\/.*/, "", folder)
			room = room_of(FILENAME)
			if (folder == "setup" && !(room in is_room))
				offence("setup has no room " room)
			own = FILENAME; sub(/\.c$/, ".h", own)
			first = 1
		}
		/^#[ \t]*include[ \t]*"/ {
			split($0, q, "\""); to = q[2]
			if (to == "config.h" && folder ~ /^(cmd|main\.c)$/) next
			if (first && own != FILENAME && to != own && !system("test -e " own))
				offence("its own header comes first, not " to)
			first = 0
			head = to; sub(/\/.*/, "", head)
			if (head != folder && !((folder, head) in may) && !((folder, to) in may))
				offence(folder " may not include " to)
			to_room = room_of(to)
			if (folder == "setup" && head == folder && to_room != room && !((room, to_room) in may))
				offence(room " may not include " to)
		}
		/^#[ \t]*include[ \t]*</ {
			split($0, q, /[<>]/); to = q[2]
			if (first && own != FILENAME && !system("test -e " own))
				offence("its own header comes first, not " to)
			first = 0
			for (i = 1; i <= number[libraries]; i++) {
				lib = known[libraries, i]
				if (index(to, lib) == 1 && !((lib, folder) in uses) && !((lib, FILENAME) in uses))
					offence(to " does not belong into " FILENAME)
			}
		}
		/gnutls_(init|handshake|record_(send|recv)|bye|transport_set|session_t)/ {
			if (FILENAME != "net/handshake.c")
				offence("TLS sessions live in net/handshake.c")
		}')
}

# bad NAME PATH LINE: a tree with one source of one line must offend
bad()
{
	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree/src/base" "$(dirname "$tmp/tree/src/$2")"
	: >"$tmp/tree/src/base/mem.h"
	printf '%s\n' "$3" >"$tmp/tree/src/$2"
	dirty "self-test: $1" layers "$tmp/tree"
}

clean "includes follow the table" layers "$top_srcdir"
bad "base includes dns" base/x.c '#include "dns/answer.h"'
bad "dns includes net" dns/x.h '#include "net/conn.h"'
bad "setup includes probe" setup/life/x.c '#include "probe/run.h"'
bad "a lower room of setup includes a higher one" setup/lineage/x.c '#include "setup/life/rollover.h"'
bad "a room of setup that is not in the table" setup/attic/x.c '#include "base/mem.h"'
bad "a folder that is not in the table" util/x.c '#include "base/mem.h"'
bad "libcurl beside curl_load.h" net/x.c '#include <curl/curl.h>'
bad "a TLS session in dane" dane/x.c 'gnutls_handshake(s);'
bad "own header not first" base/mem.c '#include <stdio.h>'
finish
