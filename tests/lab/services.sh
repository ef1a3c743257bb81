#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Start the servers of services.tsv, all at once. The names of those that can't be started, or don't
# come up, are in DIR/missing, a line each with the reason: none of them stops the lab.
# With LAB_SERVERS=scripts only the scripts of hostile_starttls are started.
# services.sh --wait waits until the others accept; --early does what needs no certificates.
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
	if [ "${LAB_SERVERS:-all}" = scripts ]; then
		echo "left out of this lab"
	elif [ "${LAB_NAMESPACE:-}" = user ]; then
		echo "needs root, not a user namespace"
	else
		for tool in $("tools_of_$1"); do
			command -v "$tool" >/dev/null || echo "$tool is not installed"
		done
	fi
}

# is_missing KIND REASON, told for each of its rows
is_missing()
{
	rows_of "$1" | while IFS=$tab read -r name rest; do
		echo "$name" $2
	done >>"$dir/missing"
}

# The addresses and ports of a kind of server, or of all scripts.
ports_of()
{
	awk -F '\t' -v kind="$1" '!/^#/ && (kind == "script" ? $4 ~ /^script:/ : $4 == kind) {
		n = split($3, ports, " ")
		for (i = 1; i <= n; i++)
			if (ports[i] != "-") print $2 ":" ports[i]
	}' "$labsrc/services.tsv"
}

has_ended()
{
	for file in "$dir/run/$1"*.pid; do
		[ -e "$file" ] && read -r pid start <"$file" && kill -0 "$pid" 2>/dev/null && return 1
	done
	return 0
}

# Until a kind of server accepts at all its ports; if it ends, or takes too long, it is missing.
await_kind()
{
	end=$(($(date +%s) + 30))
	# shellcheck disable=SC2046
	until timeout 1 "$dir/bin/hostile" --wait $(ports_of "$1"); do
		! has_ended "$1" && [ "$(date +%s)" -lt $end ] && continue
		for log in "$dir/log/$1"*; do :; done
		is_missing "$1" "$1 does not start: $(tail -n 1 "$log" 2>/dev/null | cut -c1-200)"
		for file in "$dir/run/$1"*.pid; do
			[ ! -e "$file" ] || { read -r pid start <"$file"; kill "$pid" 2>/dev/null || :; rm "$file"; }
		done
		return 0
	done
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
	: >"$dir/missing"
	for kind in $(kinds); do
		why=$(why_not "$kind")
		[ -z "$why" ] || is_missing "$kind" "$why"
	done
	# where that fails the server doesn't start, and says so
	[ -n "$(why_not postgres)" ] || make_database || :
	;;
--wait)
	for kind in $(kinds); do
		[ -n "$(why_not "$kind")" ] || await_kind "$kind" &
	done
	wait
	# shellcheck disable=SC2046
	timeout 20 "$dir/bin/hostile" --wait $(ports_of script) ||
		{ echo "services.sh: hostile_starttls does not listen" >&2; exit 1; }
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
