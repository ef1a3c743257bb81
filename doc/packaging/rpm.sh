#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# rpm.sh TARBALL FOLDER [OPTION OF rpmbuild]...: builds the RPM packages of a tarball of make dist in FOLDER.
# Where rpm isn't the system's own, as on Debian: --nodeps, and the folder of units as systemd has it.
set -eu
tarball=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
shift 2
rm -rf "$folder/rpmbuild"
mkdir -p "$folder/rpmbuild/SOURCES" "$folder/rpmbuild/SPECS"
cp "$tarball" "$folder/rpmbuild/SOURCES/"
tar -x -z -O -f "$tarball" "$(basename "$tarball" .tar.gz)/doc/packaging/rpm/daneprobe.spec" \
	>"$folder/rpmbuild/SPECS/daneprobe.spec"
rpm --eval '%{_unitdir}' | grep -q '^/' || set -- "$@" --define '_unitdir /usr/lib/systemd/system' \
	--define 'systemd_post :' --define 'systemd_preun :' --define 'systemd_postun :'
rpmbuild -ba --define "_topdir $folder/rpmbuild" "$@" "$folder/rpmbuild/SPECS/daneprobe.spec"
find "$folder/rpmbuild" -name '*.rpm' -exec mv {} "$folder" \;
