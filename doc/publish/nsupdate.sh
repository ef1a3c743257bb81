#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# publish = exec /etc/daneprobe/nsupdate.sh -k /etc/daneprobe/tsig        (nsupdate's options)
# Where updates need what `publish = rfc2136` doesn't do, GSS-TSIG (-g) for instance.
set -eu
jq -r '
	"zone \(.zone).",
	(.add[] | "update add \(.name) \(.ttl) TLSA \(.usage) \(.selector) \(.mtype) \(.data)"),
	(.remove[] | "update delete \(.name) TLSA \(.usage) \(.selector) \(.mtype) \(.data)"),
	"send"' | nsupdate "$@"
