#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A function's name is a verb and a noun at least, static ones too, and few files share one: so
# a search for it finds it.
. "$(dirname "$0")/lint.sh"

files_max=3

# Names of one word that may stay, with the file and the reason.
cat >"$tmp/one_word" <<'END_OF_WORDS'
main src/main.c the C language's
END_OF_WORDS

# functions TREE: "NAME FILE:LINE" of each function that is defined
functions()
{
	(cd "$1" && sources . | sed 's,^\./,,' |
		xargs ctags -f - -n --kinds-C=f --fields=n --languages=C 2>/dev/null |
		awk -F '\t' '!/^!/ { sub(/^line:/, "", $4); print $1, $2 ":" $4 }')
}

one_word()
{
	functions "$1" | awk -v allowed="$tmp/one_word" '
		BEGIN { while ((getline line < allowed) > 0) { split(line, part, " "); may[part[1], part[2]] = 1 } }
		{ file = $2; sub(/:.*/, "", file) }
		$1 !~ /[^_]_[^_]/ && !(($1, file) in may) { print $2 ": " $1 " is one word: say what it does to what" }'
}

# A function that is not static has its file's stem before its name: only static ones are shared.
shared()
{
	functions "$1" | LC_ALL=C sort | awk -v max=$files_max '
		function report() {
			if (count > max) print name " is a function of " count " files:" files
		}
		$1 != name { report(); name = $1; count = 0; files = "" }
		{ count++; files = files " " $2 }
		END { report() }'
}

# tree NAME FILES: sources that all have a static function of that name
tree()
{
	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree/src/dns"
	i=0
	while [ $i -lt "$2" ]; do
		printf 'static int %s(void)\n{\n\treturn 0;\n}\n' "$1" >"$tmp/tree/src/dns/f$i.c"
		i=$((i + 1))
	done
}

if ! have ctags || ! ctags --version | grep -q Universal; then
	skip "names" "universal-ctags is not installed"
else
	clean "each function's name has two words" one_word "$top_srcdir"
	clean "a static name stands in $files_max files at most" shared "$top_srcdir"
	tree take 1
	dirty "self-test: a name of one word" one_word "$tmp/tree"
	tree main 1
	dirty "self-test: main in another file than main.c" one_word "$tmp/tree"
	tree take_line 1
	clean "self-test: a name of two words" one_word "$tmp/tree"
	tree take_line $((files_max + 1))
	dirty "self-test: a name in one file too many" shared "$tmp/tree"
	tree take_line $files_max
	clean "self-test: a name in as many files as may have it" shared "$tmp/tree"
fi
finish
