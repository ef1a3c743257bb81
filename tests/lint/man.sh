#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The options that --help shows (it prints the table that parses them) and those of the man page
# are the same, verb by verb; every code and finding is there; the keys of lineage.conf are those
# of its page; and mandoc has nothing to say against any page.
. "$(dirname "$0")/lint.sh"

: "${DANEPROBE:=$top_builddir/src/daneprobe}"
page=$top_srcdir/doc/daneprobe.1
plugin_page=$top_srcdir/doc/check_dane.1
conf_page=$top_srcdir/doc/lineage.conf.5

verbs()
{
	"$DANEPROBE" --help | awk '/^Verbs:/ { on = 1; next } on && NF { print $1 }'
}

# "VERB OPTION", one a line, from each verb's --help
helped()
{
	for verb in $(verbs); do
		"$DANEPROBE" "$verb" --help | awk -v verb="$verb" '
			/^  *-/ {
				for (i = 1; i <= NF && $i ~ /^-/; i++) {
					sub(/,$|\[=.*/, "", $i); print verb, $i
				}
			}'
	done | grep -v -e ' -h$' -e ' --help$' | LC_ALL=C sort -u
}

# The same from the page: items of flags (".It Fl f , Fl -file Ar FILE") below ".Ss VERB", or
# below ".Ss VERB VERB..." for each of them. --help itself is every verb's.
documented()
{
	awk '
		/^\.S[hs] / {
			n = 0
			for (i = 2; i <= NF; i++) { word = $i; gsub(/[",]/, "", word); title[++n] = word }
		}
		/^\.It Fl / {
			for (i = 2; i <= NF; i++)
				if ($i == "Fl")
					for (j = 1; j <= n; j++) if (title[j] ~ /^[a-z]+$/) print title[j], "-" $(i + 1)
		}' "$1" | LC_ALL=C sort -u
}

# differences PAGE: only what one of the two has
differences()
{
	helped >"$tmp/helped"
	documented "$1" | awk -v verbs="$(verbs | tr '\n' ' ')" 'index(" " verbs, " " $1 " ")' >"$tmp/documented"
	LC_ALL=C comm -23 "$tmp/helped" "$tmp/documented" | sed 's/$/: not in the man page/'
	LC_ALL=C comm -13 "$tmp/helped" "$tmp/documented" | sed 's/$/: not in --help/'
}

# options COMMAND...: those of one --help
options()
{
	"$@" --help | awk '/^  *-/ {
		for (i = 1; i <= NF && $i ~ /^-/; i++) { sub(/,$|\[=.*/, "", $i); print $i }
	}' | grep -v -e '^-h$' -e '^--help$' | LC_ALL=C sort -u
}

# own PAGE: the plugin has the options of its page and those of check, and no other
own()
{
	options "$(dirname "$DANEPROBE")/check_dane" >"$tmp/helped"
	{
		options "$DANEPROBE" check
		awk '/^\.It Fl / { for (i = 2; i <= NF; i++) if ($i == "Fl") print "-" $(i + 1) }' "$1"
	} | LC_ALL=C sort -u >"$tmp/documented"
	LC_ALL=C comm -23 "$tmp/helped" "$tmp/documented" | sed 's/$/: not in the man page/'
	LC_ALL=C comm -13 "$tmp/helped" "$tmp/documented" | sed 's/$/: not in --help/'
}

# The names of the codes' and the findings' tables.
named()
{
	sed -n 's/^\t\[\(CODE\|FINDING\)_[A-Z0-9_]*\] = { "\([a-z0-9-]*\)",.*/\2/p' \
		"$top_srcdir/src/verdict/code.c" "$top_srcdir/src/verdict/finding.c"
}

# untold PAGE: codes without a row, findings without an item
untold()
{
	[ "$(named | grep -c .)" -ge 37 ] || echo "the tables of src/verdict can't be read"
	named | while read -r name; do
		grep -q -e "^\.It $name Ta " -e "^\.It Cm $name\$" "$1" ||
			echo "$name: not in the man page"
	done
}

# keys PAGE: of lineage.conf, only what one of the page's items and the table of the program has
keys()
{
	sed -n 's/^\t\[LINEAGE_CONF_[A-Z_]*\] = { "\([a-z_]*\)",.*/\1/p' \
		"$top_srcdir/src/setup/lineage/lineage_conf_rows.c" | LC_ALL=C sort -u >"$tmp/taken"
	[ "$(grep -c . "$tmp/taken")" -ge 13 ] || echo "the table of src/setup/lineage/lineage_conf_rows.c can't be read"
	sed -n 's/^\.It Cm \([a-z_]*\) No = .*/\1/p' "$1" | LC_ALL=C sort -u >"$tmp/documented"
	LC_ALL=C comm -23 "$tmp/taken" "$tmp/documented" | sed 's/$/: not in the man page/'
	LC_ALL=C comm -13 "$tmp/taken" "$tmp/documented" | sed 's/$/: no key of lineage.conf/'
}

unclear()
{
	mandoc -T lint -W warning "$1" 2>&1 | grep -v 'referenced manual not found' || :
}

if [ ! -e "$page" ]; then
	skip "options of the man page" "doc/daneprobe.1 is not there"
else
	clean "--help and the man page name the same options" differences "$page"
	grep -v '^\.It Fl .*-timeout' "$page" >"$tmp/less.1"
	dirty "self-test: an option that the man page lacks" differences "$tmp/less.1"
	{ cat "$page" && printf '.Ss check\n.It Fl -no-such-option\n'; } >"$tmp/more.1"
	dirty "self-test: an option that the program lacks" differences "$tmp/more.1"
	clean "check_dane --help and its man page name the same options" own "$plugin_page"
	grep -v '^\.It Fl H' "$plugin_page" >"$tmp/less.1"
	dirty "self-test: an option that the plugin's page lacks" own "$tmp/less.1"
	clean "the man page tells every code and finding" untold "$page"
	grep -v '^\.It bogus ' "$page" >"$tmp/codeless.1"
	dirty "self-test: a code that the man page lacks" untold "$tmp/codeless.1"
	clean "lineage.conf(5) has the keys that the program takes" keys "$conf_page"
	grep -v '^\.It Cm ns_policy ' "$conf_page" >"$tmp/keyless.5"
	dirty "self-test: a key that the man page lacks" keys "$tmp/keyless.5"
	{ cat "$conf_page" && echo '.It Cm no_such_key No = Ar value'; } >"$tmp/keyed.5"
	dirty "self-test: a key that the program lacks" keys "$tmp/keyed.5"
	if have mandoc; then
		clean "mandoc finds nothing in the man page" unclear "$page"
		clean "mandoc finds nothing in the plugin's" unclear "$plugin_page"
		clean "mandoc finds nothing in that of lineage.conf" unclear "$conf_page"
		printf '.Dd\n.Bl -no\n' >"$tmp/bad.1"
		dirty "self-test: a page that is wrong" unclear "$tmp/bad.1"
	else
		skip "the man page's form" "mandoc is not installed"
	fi
fi
finish
