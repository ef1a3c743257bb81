#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A survey in two stages, side by side with GNU parallel: DNS by domain, then each host once. What
# only a check of the domain itself can tell is checked so at the end.
#   stages.sh LIST PARTS      LIST: mx://DOMAIN or srv://_service._tcp.DOMAIN, one a line
# Leaves lookups, hosts, probes, again and results (a line a domain). On several machines with
#   MACHINES='--sshlogin a.example,b.example --transferfile {1} -j 1'
# OPTIONS='--dns-rate 100' and the like are for each of the runs.
set -eu
: "${MACHINES:=}" "${OPTIONS:=}"
here=$(cd "$(dirname "$0")" && pwd)
list=$1
parts=$2

# stage LIST MORE-OPTIONS...: all its parts, to standard output in whole lines. The exit status
# tells the worst result; that each target has one is what --summary and the count below are for.
stage()
{
	from=$1
	shift
	# shellcheck disable=SC2086
	parallel $MACHINES daneprobe check -f '{1}' -o ndjson $OPTIONS "$@" --shard '{2}'/"$parts" \
		::: "$from" ::: $(seq "$parts") || :
}

count()
{
	grep -c '^[^#]' "$1" || :
}

# whole FILE LIST: there is a result for each target of the list
whole()
{
	[ "$(wc -l <"$1")" -eq "$(count "$2")" ] || { echo "stages.sh: $1 lacks results" >&2; exit 1; }
}

stage "$list" --lookup-only >lookups
whole lookups "$list"
jq -r -f "$here/hosts.jq" lookups | LC_ALL=C sort -u >hosts
: >probes
[ ! -s hosts ] || stage hosts --shard-by host >probes
whole probes hosts
jq -n -c -f "$here/map.jq" probes >map
jq -c --slurpfile map map -f "$here/join.jq" lookups >joined
jq -r 'select(.again) | .target' joined >again
jq -c 'select(.again | not)' joined >results
[ ! -s again ] || stage again >domains-again
[ ! -s again ] || { whole domains-again again; cat domains-again >>results; }
