#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Start the servers of services.tsv, all at once. The names of those that can't be started are
# in DIR/missing, a line each with the reason. services.sh --wait waits until the others accept;
# --early does what needs no certificates.
set -eu
tab=$(printf '\t')
. "$labsrc/chains.sh"
. "$labsrc/mail.sh"
. "$labsrc/daemons.sh"

# rows_of KIND: name, address, ports, chain and options
rows_of()
{
	awk -F '\t' -v kind="$1" '!/^#/ && $4 == kind { print $1 FS $2 FS $3 FS $5 FS $6 }' \
		"$labsrc/services.tsv"
}

kinds()
{
	awk -F '\t' '!/^#/ && NF && $4 !~ /^script:/ { print $4 }' "$labsrc/services.tsv" | sort -u
}

# Why a kind of server can't be started; nothing where it can.
why_not()
{
	if [ "${LAB_NAMESPACE:-}" = user ]; then
		echo "needs root, not a user namespace"
	else
		for tool in $("tools_of_$1"); do
			command -v "$tool" >/dev/null || echo "$tool is not installed"
		done
	fi
}

# The addresses and ports of what was started.
started()
{
	awk -F '\t' -v missing="$dir/missing" '
	BEGIN { while ((getline line <missing) > 0) { split(line, word, " "); gone[word[1]] } }
	!/^#/ && NF && !($1 in gone) {
		n = split($3, ports, " ")
		for (i = 1; i <= n; i++)
			if (ports[i] != "-") print $2 ":" ports[i]
	}' "$labsrc/services.tsv"
}

# The chain of a row's first certificate, a copy of it and its key for another user.
own_files()
{
	cp "$(chain_file $1)" "$2/chain.pem"
	cp "$(key_file "${1%% *}")" "$2/key.pem"
	chown -R "$3" "$2"
	chmod 600 "$2/key.pem"
}

start_scripts()
{
	# shellcheck disable=SC2046
	"$labsrc/start.sh" hostile_starttls "$dir/bin/hostile_starttls" "$certs/ee.crt" \
		"$certs/ee.key" $(awk -F '\t' '!/^#/ && sub(/^script:/, "", $4) { print $2 "=" $4 }' \
		"$labsrc/services.tsv")
}

case ${1:-} in
--early)
	for kind in $(kinds); do
		why=$(why_not "$kind")
		[ -z "$why" ] || rows_of "$kind" | while IFS=$tab read -r name rest; do
			echo "$name" $why
		done
	done >"$dir/missing"
	[ -n "$(why_not postgres)" ] || make_database
	;;
--wait)
	# shellcheck disable=SC2046
	timeout 20 "$dir/bin/hostile" --wait $(started) ||
		{ echo "services.sh: not all of its servers listen" >&2; exit 1; }
	;;
*)
	# Their chains first, so that no two make the same file.
	grep -v '^#' "$labsrc/services.tsv" | cut -f5 | tr '+' '\n' | while read -r chain; do
		# shellcheck disable=SC2086
		[ -z "$chain" ] || chain_file $chain >/dev/null
	done
	start_scripts
	for kind in $(kinds); do
		[ -n "$(why_not "$kind")" ] || "start_$kind" &
	done
	wait
	;;
esac
