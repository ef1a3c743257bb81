#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Where configure found no cmocka: the unit tests that were not built, each skipped by its name.
here=$(cd "$(dirname "$0")" && pwd)
"$here/../list.sh" | awk '$1 == "unit" && $2 !~ /[.]sh$/ {
	print "ok " ++n " - " $2 " # SKIP cmocka was missing when this was configured" \
		" (Debian: libcmocka-dev, Fedora: libcmocka-devel, Alpine: cmocka-dev)"
}
END { print "1.." n }'
