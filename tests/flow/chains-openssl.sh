#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Hundreds of chains, each judged by OpenSSL's library and by verify: where the answers differ,
# chains_openssl.py says which sentence ours rests on.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

PYTHON=${PYTHON:-/usr/bin/python3}
if ! "$PYTHON" -c 'import cryptography' 2>/dev/null; then
	skip 'chains beside OpenSSL' 'no python3-cryptography'
	finish
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$here/chains_openssl.py" "$DANEPROBE"
