#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# publish = exec /etc/daneprobe/dnscontrol.sh CREDS.JSON NAME        (NAME: of the provider in CREDS.JSON)
# For the providers of dnscontrol that take TLSA; with NO_PURGE it touches no other name. TransIP and
# Mythic Beasts are written as whole zones there: don't.
set -eu
creds=$1 provider=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/input"
[ "$(jq '.want == null' "$work/input")" = false ] || { echo "nobody knows what else is there" >&2; exit 1; }
gone=$(jq -r '[.want[].name] as $kept | [.remove[].name | select(. as $name | $kept | index($name) | not)] | unique | join(" ")' "$work/input")
[ -z "$gone" ] || { echo "dnscontrol leaves the last records of a name with NO_PURGE: take out TLSA of $gone by hand" >&2; exit 1; }
jq -r --arg provider "$provider" '
	def relative($zone): rtrimstr(".") | if . == $zone then "@" else rtrimstr("." + $zone) end;
	.zone as $zone |
	"var REG_NONE = NewRegistrar(\"none\");",
	"var DSP = NewDnsProvider(\($provider | tojson));",
	"D(\($zone | tojson), REG_NONE, DnsProvider(DSP, 0), NO_PURGE",
	(.want[] | ", TLSA(\(.name | relative($zone) | tojson), \(.usage), \(.selector), \(.mtype), \(.data | tojson), TTL(\(.ttl)))"),
	");"' "$work/input" >"$work/dnsconfig.js"
dnscontrol push --no-populate --domains "$(jq -r .zone "$work/input")" --creds "$creds" --config "$work/dnsconfig.js"
