#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# start.sh NAME CMD...: run CMD in the background as a server of the lab in $dir. Its log is
# DIR/log/NAME; its pid and start time are in DIR/run/NAME.pid.
set -eu
name=$1
shift
"$@" </dev/null >"$dir/log/$name" 2>&1 &
pid=$!
echo "$pid $(awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$pid/stat" 2>/dev/null || :)" >"$dir/run/$name.pid"
