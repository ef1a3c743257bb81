#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# demo.sh BUILD_DIR: real checks against the lab, each command shown before its output.
set -eu

src=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" = --inside ]; then
	bin=$2
	show()
	{
		echo
		echo "# $1"
		echo "\$ daneprobe check \$R $2"
		# shellcheck disable=SC2086
		"$bin" check $R "$2" && status=0 || status=$?
		echo "(exit status $status)"
	}
	echo "\$R stands for: $R"
	show "A match." https://ee.match.example
	show "A rollover: the current key's record and the next one's." https://roll.match.example
	show "A mismatch, explained." https://wrong.match.example
	show "A zone whose signatures have expired, explained." https://www.expired.example
	exit 0
fi

build=${1:?usage: demo.sh BUILD_DIR}
build=$(cd "$build" && pwd)
top_builddir=$build
export top_builddir
lab=$(mktemp -d)
chmod 711 "$lab"
trap 'rm -rf "$lab"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
status=0
"$src/lab.sh" run "$lab" -- "$0" --inside "$build/src/daneprobe" || status=$?
[ "$status" -eq 0 ] || exit "$status"
cat <<EOF

To type such commands yourself while the lab is held up:
  top_builddir=$build PATH=$build/src:\$PATH $src/lab.sh shell
EOF
