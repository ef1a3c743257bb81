#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Which file may call which library: layers.sh sees what a file includes, but a header of ours
# can bring a library's with it. This looks at the symbols that each object needs.
. "$(dirname "$0")/lint.sh"

# How a library's functions begin (ERE), then the stems of the files that call them. libcurl and
# ldns are loaded while the program runs: there it is who asks for them.
cat >"$tmp/callers" <<'END_OF_TABLE'
event_|evutil_|evthread_  loop
ub_                       resolver ub_context
curl_(easy|multi|global|slist|url|version|load$)  http web
ldns_(load$|pkt|rr|rdf|resolver|key|dnssec|tsig)  update version
json(_|ansson_)           json result record ari lineage_state powerdns predict publish_exec status json_read provider desec cloudflare gandi ovh google aws_keys api_signature
gnutls_free$              chain examine key csr name story record certificate certbot lineage_make key_report verb_csr verb_verify api_signature
gnutls_strerror$          why key csr
gnutls_hash_fast$         chain csr rdn story tlsa resume api_signature
gnutls_check_version$     version
gnutls_                   chain name path policy rules story examine handshake key csr self_signed api_signature
END_OF_TABLE

# The first row that fits a symbol decides. A symbol that one of ours defines is no library's
# (json_renderer is render/json.c's).
calls()
{
	nm -A "$1" 2>/dev/null | awk -v table="$tmp/callers" '
		BEGIN {
			while ((getline line < table) > 0) {
				n = split(line, part, " ")
				prefix[++rows] = "^(" part[1] ")"
				for (i = 2; i <= n; i++) may[rows, part[i]] = 1
			}
		}
		{ kind = $(NF - 1); symbol = $NF }
		kind != "U" { if (kind ~ /^[A-Z]$/) ours[symbol] = 1; next }
		{
			split($1, part, ":"); stem = part[2]; sub(/\.l?o$/, "", stem)
			needs[++count] = stem " " symbol
		}
		END {
			for (k = 1; k <= count; k++) {
				split(needs[k], part, " "); stem = part[1]; symbol = part[2]
				if (symbol in ours && symbol !~ /_load$/) continue
				for (row = 1; row <= rows; row++)
					if (symbol ~ prefix[row]) {
						if (!((row, stem) in may))
							print stem ".c: calls " symbol ", which is for others"
						break
					}
			}
		}'
}

# A row that nobody needs any more would let the next one in unseen.
unused()
{
	nm -A "$1" 2>/dev/null >"$tmp/symbols" || :
	while read -r prefix stems; do
		for stem in $stems; do
			grep -q -E ":$stem\.l?o: +U ($prefix)" "$tmp/symbols" ||
				echo "$stem.c calls nothing of $prefix: take it from the table"
		done
	done <"$tmp/callers"
}

archive=$top_builddir/libdp.a
if [ ! -e "$archive" ]; then
	echo "Bail out! $archive is not built"
	exit 1
fi
clean "libraries are called from the files named for them" calls "$archive"
clean "no file is named for a library that it doesn't call" unused "$archive"

# object FILE CALL: bad.a with one object, which calls that
object()
{
	# shellcheck disable=SC2086 # CC may hold options
	(cd "$tmp" && rm -f bad.a &&
		printf 'int %s(void);\nint use(void);\nint use(void)\n{\n\treturn %s();\n}\n' "$2" "$2" >"$1.c" &&
		${CC:-cc} -c "$1.c" && ar rc bad.a "$1.o")
}

# bad FILE LIBRARY CALL
bad()
{
	object "$1" "$3"
	dirty "self-test: $2 in $1.c" calls "$tmp/bad.a"
}

bad certbot GnuTLS gnutls_x509_crt_get_serial
bad tlsa "a handshake of GnuTLS" gnutls_handshake
bad zone libunbound ub_resolve
bad upstream ldns ldns_load
bad world_live libcurl curl_load
bad text jansson json_object
bad gate libevent event_new
object handshake gnutls_handshake
clean "self-test: GnuTLS in handshake.c" calls "$tmp/bad.a"
dirty "self-test: a file named for what it doesn't call" unused "$tmp/bad.a"
finish
