#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The commands of README and of what stands beside it ("    $ COMMAND") print in the lab what these
# say that they print, but for what must differ from one lab to the next: keys, dates, times, the
# order of records and addresses. A line that ends in \ or | goes on in the next one.
#   readme.sh            the test (TAP)
#   readme.sh --show     each as it would be with what is printed now
#   readme.sh --shell    a shell where they can be typed
here=$(cd "$(dirname "$0")" && pwd)
source_tree=${top_srcdir:-$here/../..}
documents='README doc/CHECKING doc/LISTS doc/SURVEYS doc/MONITORING doc/GUIDE'
longest_readme=200 # lines
lab_sh=$here/../lab/lab.sh

# play DOCUMENT: runs every command of it, in one shell; prints it with what they printed
play()
{
	status=0
	command=
	skipping=
	while IFS= read -r line; do
		case $command,$line in
		[!,]*,*)
			command="$command
$line"
			;;
		,'    $ '*) command=${line#??????} ;;
		,'    '*) [ -n "$skipping" ] || printf '%s\n' "$line" ;;
		*)
			skipping=
			printf '%s\n' "$line"
			;;
		esac
		case $command in
		'' | *\\ | *\|) continue ;;
		esac
		printf '    $ %s\n' "$command"
		(exit "$status")
		eval "$command" >"$work/printed" 2>&1 </dev/null && status=0 || status=$?
		sed 's/^/    /' "$work/printed"
		command=
		skipping=yes
	done <"$source_tree/$1"
}

# What may differ goes; the words of a line and the lines of a block in one order.
normal()
{
	sed -E -e 's/[0-9a-f]{16}\.\.\.[0-9a-f]{8}/DIGEST/g' -e 's/[0-9a-f]{8}\.\.\.[0-9a-f]{8}/DIGEST/g' \
		-e 's/[0-9a-f]{64}/DIGEST/g' -e 's/[0-9a-f]{8}\.\.\./DIGEST/g' \
		-e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}/DATE/g' -e 's/\([0-9]+ d\)/(N d)/g' \
		-e 's/[0-9]+ ms/N ms/g' -e 's/( and 127[0-9.]+)+//' -e 's/(time|cert_days|rrsig_hours)=[0-9.]+/\1=N/g' \
		-e 's/;[0-9.]+:;[0-9.]+:;0/;N:;N:;0/g' -e "s,$work/play/site/etc,/etc/daneprobe," \
		-e 's/safe in [0-9]+ seconds?/safe in N seconds/' \
		-e 's/ [0-9]{2}:[0-9]{2}$/ TIME/' -e 's/T[0-9]{2}:[0-9]{2}:[0-9]{2}Z/T-TIME/' -e 's/Pebble Intermediate CA [0-9a-f]+ +/Pebble CA /' -e 's/ [0-9]+ (days|hours|minutes) old/ N old/g' |
		tr -d ',' |
		awk '
		function flush(  i, j, swap) {
			for (i = 2; i <= n; i++)
				for (j = i; j > 1 && held[j] < held[j - 1]; j--) {
					swap = held[j]; held[j] = held[j - 1]; held[j - 1] = swap
				}
			for (i = 1; i <= n; i++) print held[i]
			n = 0
		}
		/^    \$ / || !/^    / { flush(); label = ""; print; next }
		{
			if ($0 ~ /^      [a-z]/) label = $1
			else if ($0 ~ /^             /) $0 = label " " $0
			count = split($0, word, " ")
			for (i = 2; i <= count; i++)
				for (j = i; j > 1 && word[j] < word[j - 1]; j--) {
					swap = word[j]; word[j] = word[j - 1]; word[j - 1] = swap
				}
			line = word[1]
			for (i = 2; i <= count; i++) line = line " " word[i]
			held[++n] = line
		}
		END { flush() }'
}

# Where in the work folder a document with what was printed now is
played()
{
	echo "$work/$(basename "$1").played"
}

if [ "${1:-}" = --inside ]; then
	work=$2
	mkdir "$work/play"
	cd "$work/play" || exit 3
	flow=$here
	DOC=$source_tree/doc
	export DOC
	. "$here/site.sh" >"$work/site.log" 2>&1 || exit 3
	if [ "${3:-}" = --shell ]; then
		"${SHELL:-/bin/sh}" -i
	else
		for document in $documents; do
			play "$document" >"$(played "$document")"
		done
	fi
	site_end
	exit 0
fi

. "$here/common.sh"
PATH=$(dirname "$DANEPROBE"):$PATH
export PATH
chmod 711 "$work"
if [ "$(id -u)" -ne 0 ]; then
	skip "README's commands print what it says" "its lineage needs root, not a user namespace"
	finish
	exit
fi
for tool in knotd keymgr nginx certbot pebble curl; do
	command -v "$tool" >/dev/null && continue
	skip "README's commands print what it says" "$tool is not installed"
	finish
	exit
done
if [ "${1:-}" = --shell ]; then
	"$lab_sh" run "$work/lab" -- "$here/readme.sh" --inside "$work" --shell
	exit
fi
LAB_SERVERS=scripts "$lab_sh" run "$work/lab" -- "$here/readme.sh" --inside "$work" 2>"$work/err" && status=0 || status=$?
if [ "${1:-}" = --show ]; then
	for document in $documents; do
		printf '=== %s\n' "$document"
		cat "$(played "$document")"
	done
	exit "$status"
fi
if [ "$status" -eq 77 ]; then
	skip "README's commands print what it says" "$(tail -n 1 "$work/err")"
	finish
	exit
fi

# says_what_is_printed DOCUMENT
says_what_is_printed()
{
	commands=$(grep -c '^    \$ ' "$source_tree/$1")
	same "all of $1's commands were run" "$commands" "$(grep -c '^    \$ ' "$(played "$1")")"
	normal <"$source_tree/$1" >"$work/want"
	normal <"$(played "$1")" >"$work/got"
	if diff "$work/want" "$work/got" >"$work/diff"; then
		pass "$1's $commands commands print what it says"
	else
		fail "$1's $commands commands print what it says" "$(head -n 40 "$work/diff" | sed 's/^/# /')"
	fi
}

for document in $documents; do
	says_what_is_printed "$document"
done
sed 's/presents the published key/presents another key/' "$source_tree/doc/GUIDE" | normal >"$work/other"
if cmp -s "$work/other" "$work/got"; then
	fail "self-test: a guide that says something else"
else
	pass "self-test: a guide that says something else"
fi
check "README has $longest_readme lines at most" test "$(wc -l <"$source_tree/README")" -le "$longest_readme"
finish
