#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Ends a deployment: waits until every address presents the published key and the page answers,
# and writes a JUnit report.
#   smoke-test.sh URL [OPTION OF daneprobe check]...
set -eu
: "${REPORT:=dane.xml}" "${WAIT:=10m}"
url=$1
shift
status=0
daneprobe check --wait "$WAIT" -t 10 -o junit "$@" "$url" >"$REPORT" || status=$?
case $status in
0) echo "$url: every address presents the published key" ;;
*) echo "$url: failed; $REPORT tells why" >&2 ;;
esac
exit "$status"
