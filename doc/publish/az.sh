#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# publish = exec /etc/daneprobe/az.sh RESOURCE-GROUP
# Azure calls these commands experimental. It adds before it removes, record by record.
set -eu
group=$1
input=$(mktemp)
trap 'rm -f "$input"' EXIT
cat >"$input"
zone=$(jq -r .zone "$input")

# each add|remove add-record|remove-record
each()
{
	jq -r --arg zone "$zone" ".$1"'[] | (.name | rtrimstr(".") | rtrimstr("." + $zone)) as $name |
		"\($name) \(.usage) \(.selector) \(.mtype) \(.data)"' "$input" |
		while read -r name usage selector mtype data; do
			az network dns record-set tlsa "$2" --resource-group "$group" --zone-name "$zone" \
				--record-set-name "$name" --certificate-usage "$usage" --selector "$selector" \
				--matching-type "$mtype" --certificate-data "$data" </dev/null
		done
}

each add add-record
each remove remove-record
