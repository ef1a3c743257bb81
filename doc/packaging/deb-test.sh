#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# deb-test.sh FOLDER: installs the packages that deb.sh has built in FOLDER, upgrades, removes and
# purges them, looks whether a lineage and everything else stays as it was, and runs their
# autopkgtest; on a copy of this system that is thrown away. Root, Debian. TAP.
set -eu

[ "${1:-}" = --inside ] || {
	folder=$(realpath "$1")
	here=$(realpath "$0")
	layers=$(mktemp -d)
	trap 'rm -rf "$layers"' EXIT
	# shellcheck disable=SC2016 # the inner shell's
	unshare -m --propagation private sh -euc '
		mount -t tmpfs none "$1"
		mkdir "$1/upper" "$1/work" "$1/root"
		mount -t overlay none -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
		cp -R "$2" "$1/root/packages"
		cp "$3" "$1/root/deb-test.sh"
		mount -t proc proc "$1/root/proc"
		mount --rbind /dev "$1/root/dev"
		mount --rbind /sys "$1/root/sys"
		mount -t tmpfs none "$1/root/tmp"
		mount -t tmpfs none "$1/root/run"
		exec chroot "$1/root" sh /deb-test.sh --inside' sh "$layers" "$folder" "$here"
	exit
}

cd /packages
count=0
failed=0
try()
{
	name=$1
	shift
	count=$((count + 1))
	if "$@" >/tmp/out 2>&1; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		sed 's/^/# /' /tmp/out
		failed=1
	fi
}

# Where packages bring files and their scripts make some, but what dpkg and systemd note of themselves
everything()
{
	find /etc /usr/bin /usr/lib/systemd /usr/lib/nagios /usr/share /var/lib /var/spool -xdev \
		\( -path /var/lib/dpkg -o -path /var/lib/systemd -o -path /var/lib/apt \) -prune -o \
		-printf '%M %u %g %p %l\n' | sort
}

lineage()
{
	find /etc/daneprobe -printf '%M %u %g %T@ %p %l\n' -type f -exec sha256sum {} + | sort
}

# what a package of before, with the same files, would have been called
older()
{
	dpkg-deb -R "$1" /tmp/older
	sed -i 's/^Version: .*/Version: 0.0.1-1/; s/(>= [0-9.-]*)$/(>= 0.0.1-1)/; s/daneprobe (>= [^)]*)/daneprobe (>= 0.0.1-1)/' \
		/tmp/older/DEBIAN/control
	dpkg-deb -b /tmp/older "/tmp/${1##*/}" >/dev/null
	rm -r /tmp/older
}

stays()
{
	lineage | diff /tmp/lineage -
}

version_is()
{
	[ "$(dpkg-query -W -f '${Version}' "$1")" = "$2" ]
}

enabled()
{
	[ -L /etc/systemd/system/timers.target.wants/daneprobe.timer ]
}

nothing_left()
{
	everything | diff /tmp/everything -
}

export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
mkdir -p /etc/systemd/system/timers.target.wants /usr/lib/nagios/plugins /etc/nagios-plugins/config
main=$(echo /packages/daneprobe_*.deb)
nagios=$(echo /packages/daneprobe-nagios_*.deb)
want=$(dpkg-deb -f "$main" Version)

mkdir /tmp/unpacked
dpkg -x "$main" /tmp/unpacked
rm -rf /etc/daneprobe
try "a lineage is made before anything is installed" /tmp/unpacked/usr/bin/daneprobe new mail \
	-d mx.example.org --service smtp://mx.example.org --even-if-insecure -t 1
[ -e /etc/daneprobe/mail/state ] || echo "# no state"
lineage >/tmp/lineage
everything >/tmp/everything

older "$main"
older "$nagios"
try "an older version is installed" dpkg -i "/tmp/${main##*/}" "/tmp/${nagios##*/}"
try "its timer is enabled" enabled
try "it is upgraded" dpkg -i "$main" "$nagios"
try "the version is the new one" version_is daneprobe "$want"
try "the program runs" /usr/bin/daneprobe --version -v
try "the plugin runs, under the monitor's path" /usr/lib/nagios/plugins/check_dane --help
try "the timer is still enabled" enabled
try "the manual has its pages" test -e /usr/share/man/man1/daneprobe.1.gz -a -e /usr/share/man/man1/check_dane.1.gz
try "the lineage is as it was" stays
if [ -z "${WITHOUT_LAB:-}" ]; then
	try "the source is unpacked" dpkg-source --no-check -x /packages/daneprobe_*.dsc /tmp/source
	cd /tmp/source
	try "the autopkgtest passes" env AUTOPKGTEST_TMP="$(mktemp -d)" sh debian/tests/lab
	cd /packages
fi
try "both are removed" dpkg -r daneprobe-nagios daneprobe
try "the lineage is as it was" stays
try "both are purged" dpkg -P daneprobe-nagios daneprobe
try "the lineage is as it was" stays
try "and nothing is left of them" nothing_left
echo "1..$count"
exit $failed
