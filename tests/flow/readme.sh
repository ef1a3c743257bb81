#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# README's commands ("    $ COMMAND") print in the lab what README says that they print, but
# for what must differ from one lab to the next: keys, dates, times, the order of records and
# addresses. A line that ends in \ or | goes on in the next one.
#   readme.sh            the test (TAP)
#   readme.sh --show     README as it would be with what is printed now
here=$(cd "$(dirname "$0")" && pwd)
readme=${top_srcdir:-$here/../..}/README
lab_sh=$here/../lab/lab.sh

# Runs every command of README, in one shell; prints README with what they printed.
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
	done <"$readme"
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

if [ "${1:-}" = --inside ]; then
	work=$2
	mkdir "$work/play"
	cd "$work/play" || exit 3
	flow=$here
	. "$here/site.sh" >"$work/site.log" 2>&1 || exit 3
	play >"$work/README"
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
LAB_SERVERS=scripts "$lab_sh" run "$work/lab" -- "$here/readme.sh" --inside "$work" 2>"$work/err" && status=0 || status=$?
if [ "${1:-}" = --show ]; then
	cat "$work/README"
	exit "$status"
fi
if [ "$status" -eq 77 ]; then
	skip "README's commands print what it says" "$(tail -n 1 "$work/err")"
	finish
	exit
fi
commands=$(grep -c '^    \$ ' "$readme")
same "all of README's commands were run" "$commands" "$(grep -c '^    \$ ' "$work/README")"
normal <"$readme" >"$work/want"
normal <"$work/README" >"$work/got"
if diff "$work/want" "$work/got" >"$work/diff"; then
	pass "README's $commands commands print what it says"
else
	fail "README's $commands commands print what it says" "$(head -n 40 "$work/diff" | sed 's/^/# /')"
fi
sed 's/presents the published key/presents another key/' "$readme" | normal >"$work/other"
if cmp -s "$work/other" "$work/got"; then
	fail "self-test: a README that says something else"
else
	pass "self-test: a README that says something else"
fi
finish
