#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a script makes of openssl: the records by drill, believed when the resolver says that they
# are authentic, then the connection. openssl.sh HOST
set -eu
answer=$(drill -D TLSA "_443._tcp.$1")
case $answer in
*' ad '* | *' ad;'*) ;;
*) exit 1 ;;
esac
# shellcheck disable=SC2046
set -- "$1" $(echo "$answer" | awk '$4 == "TLSA" { print $5, $6, $7, $8 }')
[ $# -eq 5 ]
exec openssl s_client -connect "$1:443" -servername "$1" -dane_tlsa_domain "$1" \
	-dane_ee_no_namechecks -dane_tlsa_rrdata "$2 $3 $4 $5" -verify_return_error -brief </dev/null
