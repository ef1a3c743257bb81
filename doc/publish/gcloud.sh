#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# publish = exec /etc/daneprobe/gcloud.sh MANAGED-ZONE [--project=PROJECT]
# `publish = google` needs no gcloud; this is for who has it set up already.
set -eu
managed=$1
shift
input=$(mktemp)
trap 'rm -f "$input"' EXIT
cat >"$input"
[ "$(jq '.want == null' "$input")" = false ] || { echo "nobody knows what else is there" >&2; exit 1; }
jq -r '[.add[], .remove[]] | map(.name) | unique[]' "$input" | while read -r name; do
	values=$(jq -r --arg name "$name" '[.want[] | select(.name == $name) |
		"\(.usage) \(.selector) \(.mtype) \(.data)"] | join(",")' "$input")
	ttl=$(jq -r --arg name "$name" '[.add[], .remove[]] | map(select(.name == $name))[0].ttl' "$input")
	there=$(gcloud dns record-sets list --zone="$managed" "$@" --name="$name" --type=TLSA --format='value(name)' </dev/null)
	if [ -z "$values" ]; then
		[ -z "$there" ] || gcloud dns record-sets delete "$name" --type=TLSA --zone="$managed" "$@" </dev/null
	elif [ -n "$there" ]; then
		gcloud dns record-sets update "$name" --type=TLSA --ttl="$ttl" --zone="$managed" "$@" --rrdatas="$values" </dev/null
	else
		gcloud dns record-sets create "$name" --type=TLSA --ttl="$ttl" --zone="$managed" "$@" --rrdatas="$values" </dev/null
	fi
done
