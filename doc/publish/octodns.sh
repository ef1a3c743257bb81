#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# publish = exec /etc/daneprobe/octodns.sh /etc/daneprobe/octodns.yaml FOLDER
# octodns.yaml: a YamlProvider `config` that reads FOLDER, the provider as target, and the processors
# TypeAllowlistFilter [TLSA] and NameAllowlistFilter with the owners; else octoDNS takes out all other
# records of the zone. Not for Gandi (a gap while it changes) and TransIP (writes the whole zone).
set -eu
config=$1 folder=$2
input=$(mktemp)
trap 'rm -f "$input"' EXIT
cat >"$input"
[ "$(jq '.want == null' "$input")" = false ] || { echo "nobody knows what else is there" >&2; exit 1; }
grep -q TypeAllowlistFilter "$config" && grep -q NameAllowlistFilter "$config" ||
	{ echo "$config lacks TypeAllowlistFilter or NameAllowlistFilter" >&2; exit 1; }
zone=$(jq -r .zone "$input")
# JSON is YAML.
jq '.zone as $zone | [.want[] | .name |= (rtrimstr(".") | if . == $zone then "" else rtrimstr("." + $zone) end)] |
	group_by(.name) | map({key: .[0].name, value: {type: "TLSA", ttl: .[0].ttl, values: map({
		certificate_usage: .usage, selector: .selector, matching_type: .mtype,
		certificate_association_data: .data})}}) | from_entries' "$input" >"$folder/$zone.yaml"
octodns-sync --config-file "$config" --doit "$zone."
