#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Setup verbs with services whose hosts stand in DNS: srv:// and mx://.
#   setup-discovers.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
needs_root="what is above a lineage has to belong to root, and in a user namespace it belongs to nobody"

# dp WANTED-STATUS VERB ARGUMENTS..., with the lab's root
dp()
{
	wanted=$1 verb=$2
	shift 2
	# shellcheck disable=SC2086
	run "$wanted" "$DANEPROBE" "$verb" --dir "$PWD/etc" $R -t 2 "$@"
}

# A service that no scheme of ours is: its hosts are found all the same, as check finds them.
part_a_service_without_a_scheme()
{
	gopher=srv://_gopher._tcp.srv.example
	dp 0 new x -d one.srv.example --service $gopher
	has out '_4433._tcp.one.srv.example. '
	run 0 "$DANEPROBE" status --dir "$PWD/etc" x
	dp 0 publish x --dry-run
	dp 1 propagation x
	dp 2 rollover x
	dp 2 install x
	# shellcheck disable=SC2086
	check 0 $gopher
}

part_hosts_that_cannot_be()
{
	dp 2 new x -d srv.example --service srv://_sips._tcp.srv.example
	has err 'port 0'
	dp 2 new x -d srv.example --service srv://_submissions._tcp.srv.example
	has err '192.0.2.1'
}

parts_main "$@"
