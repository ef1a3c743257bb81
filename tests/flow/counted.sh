#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# No test goes missing without a word: what ./autogen.sh --check counts, on a tree made for that; and that it
# configures anew where something has come or gone.
source_tree=$(cd "$(dirname "$0")/../.." && pwd)
. "$source_tree/tests/flow/common.sh"

#
# The census
#
tree=$work/tree build=$work/build
mkdir -p "$tree/tests/unit" "$tree/tests/fuzz" "$tree/tests/lint" "$tree/tests/flow" "$tree/tests/lab" "$build"
cat >"$tree/tests/tests.am" <<'END'
unit_tests = \
	tests/unit/test_a \
	$(NULL)
fuzz_targets = \
	tests/fuzz/fuzz_a \
	$(NULL)
lint_tests = \
	tests/lint/a.sh \
	$(NULL)
flow_tests = \
	tests/flow/a.sh \
	$(NULL)
lab_tests = \
	tests/flow/monitors.sh \
	tests/lab/rows.sh \
	$(NULL)
END
# script FILE LINE...: a test that prints these lines of TAP; --list as those with rows have it
script()
{
	file=$tree/$1
	shift
	{
		echo '#!/bin/sh'
		printf '[ "$1" != --list ] || { echo one; echo two; exit; }\n'
		printf "echo '%s'\n" "$@"
	} >"$file"
	chmod 755 "$file"
}

everything_runs()
{
	for file in tests/unit/test_a tests/fuzz/fuzz_a tests/lint/a.sh tests/flow/a.sh; do
		script $file 1..2 'ok 1 - here' 'ok 2 - there'
	done
	script tests/flow/monitors.sh 1..2 'ok 1 - one' 'ok 2 - two'
	script tests/lab/rows.sh 1..2 'ok 1 - two' 'ok 2 - one'
}

# make_check [WITHOUT]: as make does it, but for one test that isn't run
make_check()
{
	rm -rf "$build"
	for file in tests/unit/test_a tests/fuzz/fuzz_a tests/lint/a.sh tests/flow/a.sh tests/flow/monitors.sh \
		tests/lab/rows.sh; do
		[ "$file" != "${1:-}" ] || continue
		stem=$build/${file%.sh}
		mkdir -p "$(dirname "$stem")"
		AM_TAP_AWK="awk" sh "$source_tree/build-aux/tap-driver.sh" --test-name "$file" --log-file "$stem.log" \
			--trs-file "$stem.trs" --color-tests no --enable-hard-errors yes --expect-failure no \
			-- "$tree/$file" >/dev/null
	done
}

# counts NAME WANTED [LINE]: the census ends with WANTED, and has LINE
counts()
{
	top_srcdir=$tree DANEPROBE='' sh "$source_tree/tests/census.sh" "$build" >census 2>&1 || echo "status $?" >>census
	same "$1" "$2" "$(tail -n 1 census)"
	[ $# -lt 3 ] || says "$1: by name" "$3" census
}

everything_runs
make_check
counts "all ran" "12 passed, 0 failed, 0 skipped"
same "each kind with its count" "unit: 1 of 1 ran fuzz: 1 of 1 ran lint: 1 of 1 ran flow: 1 of 1 ran monitor: 2 of 2 ran row: 2 of 2 ran" \
	"$(grep ' ran$' census | paste -sd ' ')"
while read -r gone kind left; do
	make_check "$gone"
	counts "$kind that did not run" "10 passed, 0 failed, ${left:-1} skipped" "SKIP: $gone "
done <<END
tests/unit/test_a unit
tests/fuzz/fuzz_a fuzz
tests/lint/a.sh lint
tests/flow/a.sh flow
tests/flow/monitors.sh monitor 2
tests/lab/rows.sh row 2
END
says "the kind is short" "row: 0 of 2 ran" census
script tests/lab/rows.sh 1..1 'ok 1 - one'
make_check
counts "a row left out" "11 passed, 0 failed, 1 skipped" "SKIP: tests/lab/rows.sh two # did not run"
script tests/lab/rows.sh 1..2 'ok 1 - one' 'ok 2 - two # SKIP no server'
make_check
counts "a row that says so" "11 passed, 0 failed, 1 skipped" "SKIP: tests/lab/rows.sh two # SKIP no server"
says "it did not run" "row: 1 of 2 ran" census
script tests/flow/a.sh 1..0' # SKIP no tool'
make_check
counts "a script that is skipped" "9 passed, 0 failed, 2 skipped" "flow: 0 of 1 ran"
everything_runs
make_check
counts "all again" "12 passed, 0 failed, 0 skipped"
whole()
{
	top_srcdir=$tree sh "$source_tree/tests/census.sh" --whole census
}
same "a whole census" '' "$(whole)"
cp "$tree/tests/tests.am" tests.am
printf 'fuzz_targets = \\\n\ttests/fuzz/fuzz_b \\\n\t$(NULL)\n' >>"$tree/tests/tests.am"
same "a test that the tree has and the run didn't" \
	"fuzz: the tree has 2, and the run had: 1 of 1 ran" "$(whole)"
sed -i '/^fuzz: /d' census
same "a kind that the run didn't have" "fuzz: the tree has 2, and the run had: none" "$(whole)"
cp tests.am "$tree/tests/tests.am"

script tests/flow/a.sh 1..2 'ok 1 - here'
echo 'exit 1' >>"$tree/tests/flow/a.sh"
make_check
same "a script that died before its end" failed "$(top_srcdir=$tree DANEPROBE='' sh "$source_tree/tests/census.sh" "$build" |
	sed -n 's/^11 passed, [1-9][0-9]* \(failed\), 0 skipped$/\1/p')"

#
# autogen.sh --check
#
mkdir -p fresh bin
cd fresh
cp "$source_tree/autogen.sh" "$source_tree/configure.ac" .
for tool in sh cat chmod cksum dirname find grep id make mkdir mv nproc rm sed unshare; do
	if have "$tool"; then ln -sf "$(command -v "$tool")" ../bin/; fi
done
cat >../bin/pkg-config <<END
#!/bin/sh
# pkg-config --modversion NAME
exec sed -n "s/^\$2 //p" $work/libraries
END
cat >configure <<'END'
#!/bin/sh
cat >Makefile <<'MAKE'
all lab-programs check:
	@:
census:
	@echo "1 passed, 0 failed, 0 skipped"
MAKE
../autogen.sh --found >found
printf '#!/bin/sh\necho "configured anew $*"\n../autogen.sh --found >found\n' >config.status
chmod 755 config.status
mkdir -p tests
echo configured
END
chmod 755 ../bin/pkg-config configure
printf '%s 1.0\n' gnutls libunbound ldns >../libraries

# autogen NAME WANTED TEXT: --check, without a system's package manager, and what it does about configure
autogen()
{
	env -u MAKEFLAGS -u MAKELEVEL -u CI PATH="$work/bin" BUILD=_build ./autogen.sh --check >log 2>&1 ||
		echo "ended with $?" >>log
	same "$1" "$2" "$(grep -E '^(configured|ended)' log | tail -n 1)"
	same "$1: the counts come last" "1 passed, 0 failed, 0 skipped" "$(tail -n 1 log)"
}

autogen "a fresh tree is configured" configured
autogen "once" ''
echo 'cmocka 1.1.7' >>../libraries
autogen "cmocka has come" 'configured anew '
autogen "and stays" ''
sed -i 's/gnutls 1.0/gnutls 2.0/' ../libraries
autogen "another version of a library" 'configured anew '
echo '# changed' >>configure
autogen "another configure" 'configured anew '
rm _build/found
autogen "configured by an older one" 'configured anew '
autogen "and no more" ''
cd ..

#
# The lab, where the user's path has no servers
#
possible()
{
	PATH=$1 "$source_tree/tests/lab/lab.sh" possible 2>&1
	echo "ended with $?"
}
same "an ordinary user's path is enough for the lab" \
	"$(possible /usr/sbin:/sbin:/usr/bin:/bin)" "$(possible /usr/bin:/bin)"
finish
