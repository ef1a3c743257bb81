#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# deb.sh TARBALL FOLDER: builds the Debian packages of a tarball of make dist in FOLDER.
set -eu
tarball=$(realpath "$1")
mkdir -p "$2"
cd "$2"
name=$(basename "$tarball" .tar.gz)
rm -rf "$name"
cp "$tarball" "$(echo "$name" | sed 's/-\([^-]*\)$/_\1/').orig.tar.gz"
tar -x -z -f "$tarball"
cp -R "$name/doc/packaging/debian" "$name/debian"
cd "$name"
dpkg-buildpackage -us -uc
