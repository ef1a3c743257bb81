#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# autogen.sh as a guest on somebody's machine: said before it is done, nothing of theirs removed,
# nothing started or left enabled, and undone again. The machine is made up: a package manager whose
# packages enable services as Debian's do.
. "$(dirname "$0")/common.sh"
: "${top_srcdir:=$(cd "$OLDPWD/$(dirname "$0")/../.." && pwd)}"

# A tree in which the builds succeed at once.
mkdir -p tree/tests/lab bin machine/etc/systemd/system/multi-user.target.wants machine/etc/rc2.d \
	machine/usr/sbin machine/run/systemd/system
cp "$top_srcdir/autogen.sh" "$top_srcdir/packages.sh" tree/
printf '#!/bin/sh\n: >config.status\n' >tree/configure
printf '#!/bin/sh\necho the demo\n' >tree/tests/lab/demo.sh
chmod +x tree/configure tree/tests/lab/demo.sh
PACKAGES_ROOT=$PWD/machine
export PACKAGES_ROOT
unset BUILD # of the run that this is a part of

# As if it was Debian. REMOVES, FAILS, NEEDED: what goes wrong.
tool()
{
	{ echo '#!/bin/sh'; cat; } >"bin/$1"
	chmod +x "bin/$1"
}
tool sudo <<'END'
exec "$@"
END
tool make <<'END'
echo "make $*" >>"$PACKAGES_ROOT/calls"
END
tool systemctl <<'END'
echo "systemctl $*" >>"$PACKAGES_ROOT/calls"
END
tool dpkg-query <<'END'
for name; do :; done
case $name in
*Status*) sed 's/^/installed /' "$PACKAGES_ROOT/installed" ;;
*) grep -qx -e "$name" "$PACKAGES_ROOT/installed" && echo installed ;;
esac
END
tool apt-get <<'END'
echo "apt-get $*" >>"$PACKAGES_ROOT/calls"
dry= verb=
for word; do
	shift
	case $word in
	-s) dry=yes ;;
	-*) ;;
	*) if [ -z "$verb" ]; then verb=$word; else set -- "$@" "$word"; fi ;;
	esac
done
case $verb in
install)
	if [ -n "$dry" ]; then
		printf 'Inst %s (1 Debian [amd64])\n' "$@" dependency
		echo 'Inst old [1] (2 Debian [amd64])'
		[ -z "${REMOVES:-}" ] || echo "Remv $REMOVES [1]"
		exit
	fi
	"$PACKAGES_ROOT/usr/sbin/policy-rc.d" nsd start
	echo "a start is answered with $?" >>"$PACKAGES_ROOT/calls"
	printf '%s\n' "$@" dependency >>"$PACKAGES_ROOT/installed"
	[ -z "${REMOVES:-}" ] || sed -i "/^$REMOVES$/d" "$PACKAGES_ROOT/installed"
	cd "$PACKAGES_ROOT/etc"
	ln -s /lib/systemd/system/nsd.service systemd/system/multi-user.target.wants/
	ln -s /lib/systemd/system/named.service systemd/system/bind9.service
	ln -s /dev/null systemd/system/masked.service
	ln -s ../init.d/nsd rc2.d/S01nsd
	[ -z "${FAILS:-}" ] || exit 100
	;;
remove)
	if [ -n "$dry" ]; then
		printf 'Remv %s [1]\n' "$@" ${NEEDED:-}
		exit
	fi
	: >"$PACKAGES_ROOT/installed"
	;;
esac
END
tool nginx </dev/null
PATH=$PWD/bin:$PATH
export PATH

# A machine with a service of its own, and a policy of its own.
fresh()
{
	rm -rf machine/etc/systemd/system/* machine/etc/rc2.d/* tree/_build
	mkdir machine/etc/systemd/system/multi-user.target.wants
	ln -s /lib/systemd/system/theirs.service machine/etc/systemd/system/multi-user.target.wants/
	ln -s ../init.d/theirs machine/etc/rc2.d/S01theirs
	echo '# theirs' >machine/usr/sbin/policy-rc.d
	rm -f machine/usr/sbin/policy-rc.d.*
	echo theirs >machine/installed
	: >machine/calls
	enabled >enabled.before
}

# what systemctl list-unit-files --state=enabled and init would find
enabled()
{
	(cd machine/etc && find systemd rc2.d -type l ! -lname /dev/null ! -name 'K*' | sort)
}

# run WANTED-STATUS OPTION...
guest()
{
	want=$1 got=0
	shift
	(cd tree && sh ./autogen.sh "$@" </dev/null) >out 2>&1 || got=$?
	[ "$got" -eq "$want" ] || echo "exit status $got, not $want"
}

fresh
same "the demo is shown" '' "$(guest 0 --demo)"
says "what will be installed is said" "packages will be installed:" out
says "with what comes along" "dependency" out
says "what will be upgraded is said" "1 packages will be upgraded:" out
says "and that nothing will be removed" "nothing will be removed" out
same "all of it before it happens" "nothing,came" \
	"$(grep -o -e '^autogen.sh: nothing' -e 'these came' out | sed 's/.* //' | paste -sd ,)"
same "apt-get is told to remove nothing" 1 "$(grep -c -e '-y --no-remove .*install' machine/calls)"
says "no start is allowed meanwhile" "a start is answered with 101" machine/calls
same "the policy of before is back" "# theirs" "$(cat machine/usr/sbin/policy-rc.d)"
same "nothing else is enabled than before" "$(cat enabled.before)" "$(enabled)"
says "what came enabled is named" "bind9.service nsd" out
check "what is kept from starting stays so" test -L machine/etc/systemd/system/masked.service
says "systemd is told" "systemctl daemon-reload" machine/calls
same "who has nginx gets no other" 0 "$(grep -c nginx-light machine/calls)"
says "what came is noted, with what came along" dependency tree/_build/packages.brought
same "what was there before is not" 0 "$(grep -c theirs tree/_build/packages.brought)"

same "--undo alone removes nothing" '' "$(guest 1 --undo)"
says "but names it" "dependency" out
says "and how it goes" "./autogen.sh --undo --yes" out
NEEDED=cherished
export NEEDED
same "nor what others have come to need" '' "$(guest 1 --undo --yes)"
says "which are named" cherished out
same "for neither was anything removed" 0 "$(grep -c 'apt-get.*-y remove' machine/calls)"
unset NEEDED
same "--undo --yes removes it" '' "$(guest 0 --undo --yes)"
same "and only what came" 0 "$(grep 'apt-get -q -y remove' machine/calls | grep -c theirs)"
guest 0 --undo >/dev/null
says "a second time there is nothing" "nothing to undo" out

fresh
same "the program alone is installed with less" '' "$(guest 0 --install)"
says "by make install" "make -C _build install" machine/calls
same "without what only the lab needs" 0 "$(grep -c -e nsd -e lab-programs tree/_build/packages.brought)"

fresh
REMOVES=exim4
export REMOVES
echo exim4 >>machine/installed
same "who would lose a package is not served" '' "$(guest 1 --demo)"
says "the package is named" exim4 out
says "as what will be removed" "1 packages will be REMOVED" out
same "nothing was installed" "exim4 theirs" "$(sort machine/installed | paste -sd " ")"
same "it is with --yes" '' "$(guest 0 --demo --yes)"
same "and apt-get may" 1 "$(grep -c -e 'apt-get -q -y --no-install-recommends install' machine/calls)"
unset REMOVES
guest 1 --undo >/dev/null
says "--undo names what was removed then" "not brought back by --undo: exim4" out

fresh
FAILS=yes
export FAILS
same "apt-get that fails in the middle ends it" '' "$(guest 100 --demo)"
same "nothing is enabled by that either" "$(cat enabled.before)" "$(enabled)"
same "the policy is back all the same" "# theirs" "$(cat machine/usr/sbin/policy-rc.d)"
says "and what came is noted" dependency tree/_build/packages.brought
unset FAILS

fresh
echo libcurl4-openssl-dev >>machine/installed
same "who has another libcurl keeps it" '' "$(guest 0 --demo)"
same "and isn't asked for one" 0 "$(grep -c libcurl4-gnutls-dev machine/calls)"
finish
