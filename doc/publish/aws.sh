#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# publish = exec /etc/daneprobe/aws.sh HOSTED-ZONE-ID
# `publish = route53` needs no aws; this is for who has it set up already. What is deleted must be
# what is there: who changes the records at the same moment makes this fail, and a later run goes on.
set -eu
zone=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/input"
[ "$(jq '.want == null' "$work/input")" = false ] || { echo "nobody knows what else is there" >&2; exit 1; }
for name in $(jq -r '[.add[], .remove[]] | map(.name) | unique[]' "$work/input"); do
	aws route53 list-resource-record-sets --hosted-zone-id "$zone" --start-record-name "$name" \
		--start-record-type TLSA --max-items 1 --output json >"$work/there"
	jq --arg name "$name" --slurpfile there "$work/there" '
		([.want[] | select(.name == $name)]) as $want |
		([$there[0].ResourceRecordSets[] | select(.Name == $name and .Type == "TLSA")]) as $old |
		{Changes: ([$old[] | {Action: "DELETE", ResourceRecordSet: .}] +
			if $want == [] then [] else [{Action: "CREATE", ResourceRecordSet: {Name: $name, Type: "TLSA",
				TTL: ($old[0].TTL // $want[0].ttl), ResourceRecords:
				[$want[] | {Value: "\(.usage) \(.selector) \(.mtype) \(.data)"}]}}] end)}' \
		"$work/input" >"$work/batch"
	[ "$(jq '.Changes | length' "$work/batch")" -gt 0 ] || continue
	aws route53 change-resource-record-sets --hosted-zone-id "$zone" --change-batch "file://$work/batch" \
		--output json >"$work/change"
	aws route53 wait resource-record-sets-changed --id "$(jq -r .ChangeInfo.Id "$work/change")"
done
