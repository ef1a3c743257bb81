#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# clang-format decides how C looks, and every C file says its licence.
. "$(dirname "$0")/lint.sh"

c_files()
{
	find "$1/src" "$1/tests" -name '*.[ch]' | LC_ALL=C sort
}

unformatted()
{
	c_files "$1" | (cd "$1" && xargs clang-format --dry-run -Werror 2>&1) | grep error: || :
}

without_licence()
{
	c_files "$1" | xargs grep -L '^/\* SPDX-License-Identifier: BSD-2-Clause \*/$' || :
}

mkdir -p "$tmp/tree/src" "$tmp/tree/tests"
printf 'int f( void ) { return 0; }\n' >"$tmp/tree/src/f.c"
cp "$top_srcdir/.clang-format" "$tmp/tree/"
# Each version lays some things out in another way.
version=14
found=$(clang-format --version 2>/dev/null | sed 's/.*version \([0-9]*\).*/\1/')
if [ "${found:-none}" = $version ]; then
	clean "clang-format leaves the tree as it is" unformatted "$top_srcdir"
	dirty "self-test: a file that is not formatted" unformatted "$tmp/tree"
else
	skip "clang-format leaves the tree as it is" "clang-format $version is wanted, and ${found:-none} is installed"
fi
clean "every file says its licence" without_licence "$top_srcdir"
dirty "self-test: a file without its licence" without_licence "$tmp/tree"
finish
