# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by what starts TLS servers: certificate files of the lab in $dir.
certs=$dir/certs

# The chain file of "CERT CERT...", the certificates in that order.
chain_file()
{
	if [ "$1" = deep ]; then
		echo "$certs/deep-chain.pem"
		return
	fi
	chain=$certs/$(echo "$*" | tr ' ' '+').pem
	# A server may be reading one that is there already.
	[ -e "$chain" ] || {
		for cert in "$@"; do
			cat "$certs/$cert.crt"
		done >"$chain.new"
		mv "$chain.new" "$chain"
	}
	echo "$chain"
}

key_file()
{
	case $1 in
	deep) echo "$certs/deep099.key" ;;
	*) echo "$certs/$1.key" ;;
	esac
}
