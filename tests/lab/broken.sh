#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A server that doesn't start stops nothing: the lab comes up, and the rows that need it are skipped with
# its last words. TAP.
src=$(cd "$(dirname "$0")" && pwd)
. "$src/possible.sh"

names()
{
	echo "the lab comes up with a Dovecot that dies"
	echo "its rows are skipped with the reason"
	echo "the other rows run"
}

lab_or_skip "$src/lab.sh" names
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work/bin" "$work/lab"
chmod 711 "$work"
cat >"$work/bin/dovecot" <<'END'
#!/bin/sh
echo "doveconf: Fatal: no such setting" >&2
exit 89
END
chmod 755 "$work/bin/dovecot"
status=0
PATH=$work/bin:$PATH "$src/lab.sh" run "$work/lab" -- "$src/rows.sh" --only real-imap --only ee-match \
	>"$work/out" 2>"$work/err" || status=$?

# told NAME COMMAND...
count=0 failed=0
told()
{
	name=$1
	count=$((count + 1))
	shift
	"$@" && { echo "ok $count - $name"; return; }
	echo "not ok $count - $name"
	sed 's/^/# /' "$work/out" "$work/err"
	failed=1
}

echo "1..$(names | wc -l)"
names >"$work/names"
reason='dovecot: dovecot does not start: doveconf: Fatal: no such setting'
[ "$(id -u)" -eq 0 ] || reason='dovecot: needs root'
told "$(sed -n 1p "$work/names")" test "$status" -eq 0
told "$(sed -n 2p "$work/names")" grep -q "^ok [12] - real-imap # SKIP $reason" "$work/out"
told "$(sed -n 3p "$work/names")" grep -q '^ok [12] - ee-match$' "$work/out"
exit $failed
