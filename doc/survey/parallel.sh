#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A list in parts, side by side with GNU parallel: on this machine, or on several with
#   MACHINES='--sshlogin a.example,b.example --transferfile hosts -j 1' sh parallel.sh hosts 8
# Results go to standard output, in whole lines.
#   parallel.sh LIST PARTS
set -eu
: "${MACHINES:=}"
# shellcheck disable=SC2086
seq "$2" | parallel $MACHINES daneprobe check -f "$1" -o ndjson --shard '{#}'/"$2"
