#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Makes configure from configure.ac; with an option, builds in _build and runs it too.
set -eu
cd "$(dirname "$0")"
build=${BUILD:-_build}

# What is needed, by kind of system: to build; for the lab, with that the demo; for the tests; and
# the servers that the lab shows STARTTLS with. COMMAND=PACKAGE: none where the command is there,
# wherever it is from. PACKAGE|PACKAGE: one of them, the first where none is there.
debian_build='autoconf automake pkg-config gcc make libc6-dev
	libgnutls28-dev libunbound-dev libevent-dev libldns-dev libcurl4-gnutls-dev|libcurl4-openssl-dev
	libjansson-dev libidn2-dev libseccomp-dev'
debian_lab='nsd=nsd nginx=nginx-light certtool=gnutls-bin openssl=openssl ldns-signzone=ldnsutils
	unbound=unbound ip=iproute2 unshare=util-linux ps=procps jq=jq'
debian_tests='libcmocka-dev certbot python3 python3-cryptography python3-jsonschema mandoc strace valgrind
	universal-ctags shellcheck clang-format nagios4-core icinga2-bin libresolv-wrapper faketime
	libxml2-utils perl prometheus curl pebble uacme lego dehydrated knot
	bash zsh fish bind9 bind9-dnsutils pdns-server pdns-backend-sqlite3 sqlite3 parallel systemd fail2ban'
debian_servers='postfix dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-managesieved vsftpd slapd
	prosody lua-unbound postgresql mariadb-server-core libcanlock3 libsasl2-2 haproxy'
fedora_build='autoconf automake pkgconf-pkg-config gcc make glibc-devel
	gnutls-devel unbound-devel libevent-devel ldns-devel libcurl-devel
	jansson-devel libidn2-devel libseccomp-devel'
fedora_lab='nsd=nsd nginx=nginx certtool=gnutls-utils openssl=openssl ldns-signzone=ldns-utils
	unbound=unbound ip=iproute unshare=util-linux ps=procps-ng jq=jq'
fedora_tests='libcmocka-devel certbot python3 python3-cryptography python3-jsonschema mandoc strace valgrind
	ctags ShellCheck clang-tools-extra resolv_wrapper libfaketime libxml2 perl-Test-Harness curl knot bind-utils
	parallel systemd fail2ban-server bash zsh fish'
fedora_servers='postfix dovecot dovecot-pigeonhole vsftpd openldap-servers prosody inn
	postgresql-server mariadb-server haproxy'
alpine_build='autoconf automake pkgconf gcc make musl-dev
	gnutls-dev unbound-dev libevent-dev ldns-dev curl-dev
	jansson-dev libidn2-dev libseccomp-dev'
alpine_lab='nsd=nsd nginx=nginx certtool=gnutls-utils openssl=openssl ldns-signzone=ldns-tools drill=drill
	unbound=unbound iproute2 util-linux procps jq=jq'
alpine_tests='cmocka-dev certbot python3 py3-cryptography py3-jsonschema mandoc strace valgrind
	ctags shellcheck clang-extra-tools libfaketime libxml2-utils perl-utils prometheus curl knot bind-tools
	parallel fail2ban bash zsh fish'
alpine_servers='postfix dovecot dovecot-lmtpd dovecot-pop3d dovecot-pigeonhole-plugin vsftpd openldap
	prosody postgresql mariadb haproxy'

usage()
{
	cat <<END
usage: ./autogen.sh             make configure; then ./configure && make
       ./autogen.sh --demo      install what is missing, build in $build, show real checks
       ./autogen.sh --check     install what is missing, build in $build, run all tests
                                (TESTS='...' after it: these tests; WITHOUT=servers before
                                it: no mail servers and their like; their tests are skipped)
       ./autogen.sh --install   install what is missing to build, build in $build, make install
       ./autogen.sh --undo      name what was installed, and remove it with --yes or if you say so
What will be installed, upgraded or removed is said first. Nothing is removed unless you agree, on
the terminal or by --yes after one of these words; no service is started or left enabled.
END
}

# tool COMMAND DEBIAN FEDORA ALPINE
tool()
{
	command -v "$1" >/dev/null 2>&1 && return
	echo "autogen.sh: $1 is missing. Debian, Ubuntu: $2   Fedora: $3   Alpine: $4" >&2
	lacking=yes
}

configure_script()
{
	lacking=
	tool autoreconf autoconf autoconf autoconf
	tool automake automake automake automake
	tool pkg-config pkg-config pkgconf-pkg-config pkgconf
	[ -z "$lacking" ] || exit 1
	autoreconf -fi
}

# Sets family, and those packages of the named lists that are not there.
look_at_system()
{
	missing='' packages=''
	if command -v apt-get >/dev/null; then
		family=debian
	elif command -v dnf >/dev/null; then
		family=fedora
	elif command -v apk >/dev/null; then
		family=alpine
	else
		family=
		echo "autogen.sh: neither apt-get, dnf nor apk here: going on with what is there" >&2
		return
	fi
	for list in "$@"; do
		eval "packages=\"\$packages \$${family}_$list\""
	done
	for word in $packages; do
		lacks "$word" || continue
		word=${word#*=}
		missing="$missing ${word%%|*}"
	done
}

# lacks WORD: one of the lists' words
lacks()
{
	case $1 in
	*=*)
		PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "${1%%=*}" >/dev/null && return 1
		;;
	esac
	alternatives=${1#*=}
	while [ -n "$alternatives" ]; do
		is_installed "${alternatives%%|*}" && return 1
		case $alternatives in
		*\|*) alternatives=${alternatives#*|} ;;
		*) alternatives= ;;
		esac
	done
	return 0
}

is_installed()
{
	case $family in
	debian) [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
	fedora) rpm -q --whatprovides "$1" >/dev/null 2>&1 ;;
	alpine) apk info -e "$1" >/dev/null 2>&1 ;;
	esac
}

# as_root VERB PACKAGE...: packages.sh does it
as_root()
{
	verb=$1
	shift
	answer=no
	[ ! -t 0 ] || answer=ask
	[ "$yes" = no ] || answer=yes
	root=
	if [ "$(id -u)" -ne 0 ]; then
		root=sudo
		if ! command -v sudo >/dev/null; then
			echo "autogen.sh: root rights are needed, by sudo, to $verb: $*" >&2
			exit 1
		fi
	fi
	$root sh ./packages.sh "$verb" "$family" "$answer" "$@" </dev/null
}

# install_missing LIST...: what came with it is noted for --undo, dependencies included.
install_missing()
{
	look_at_system "$@"
	[ -n "$missing" ] || return 0
	status=0
	mkdir -p $build
	./packages.sh list "$family" >$build/packages.before
	# shellcheck disable=SC2086 # one word a package
	as_root install $missing || status=$?
	./packages.sh list "$family" >$build/packages.after
	LC_ALL=C comm -13 $build/packages.before $build/packages.after >>$build/packages.brought
	LC_ALL=C comm -23 $build/packages.before $build/packages.after >>$build/packages.removed
	rm -f $build/packages.before $build/packages.after
	[ $status -eq 0 ] || exit $status
}

undo()
{
	look_at_system
	brought=$([ ! -e $build/packages.brought ] || ./packages.sh list "$family" | grep -xFf $build/packages.brought || :)
	[ ! -s $build/packages.removed ] ||
		echo "autogen.sh: removed for these, and not brought back by --undo: $(paste -sd ' ' $build/packages.removed)"
	if [ -z "$brought" ]; then
		echo "autogen.sh: nothing to undo: $build/packages.brought names no package that is installed"
		return
	fi
	# shellcheck disable=SC2086
	as_root remove $brought
	rm -f $build/packages.brought
}

# Debian's INN wants a host name with a dot to be installed, and one program of it is enough: that
# is unpacked into the build folder.
unpack_nnrpd()
{
	[ "$family" = debian ] && [ ! -x $build/nnrpd/usr/lib/news/bin/nnrpd ] || return 0
	mkdir -p $build/nnrpd
	(cd $build/nnrpd && apt-get -q download inn2 inn2-inews </dev/null &&
		for package in inn2*.deb; do dpkg -x "$package" .; done && rm inn2*.deb) ||
		echo "autogen.sh: no nnrpd: apt-get download inn2 inn2-inews failed" >&2
}

# What configure's answers hang on: itself, and the libraries that it looks for. It writes that down.
found()
{
	cksum configure
	{ sed -n 's/^\(DP_LIB\|PKG_CHECK_MODULES\)([^,]*, \[\([^] ]*\).*/\2/p' configure.ac; printf "libcurl\nlibseccomp\n"; } |
		while read -r library; do
			echo "$library $(pkg-config --modversion "$library" 2>/dev/null)"
		done
}

# Each step only where it isn't done yet; make sees to the rest.
build()
{
	if [ -e config.status ]; then
		echo "autogen.sh: this tree is configured in place; make distclean first" >&2
		exit 1
	fi
	[ -e configure ] || configure_script
	mkdir -p $build
	if [ ! -e $build/config.status ]; then
		(cd $build && ../configure)
	elif [ "$(found)" != "$(cat $build/found 2>/dev/null)" ]; then
		echo "autogen.sh: configuring anew: what configure looks for has changed"
		(cd $build && ./config.status --recheck && ./config.status)
	fi
	make -C $build -j"$(nproc)" all
}

# After all, and not beside it: both build the library, and all does it in a make of its own.
build_lab()
{
	build
	make -C $build -j"$(nproc)" lab-programs
}

check()
{
	status=0 jobs=1
	make -C $build -j"$(nproc)" check TESTS= >/dev/null
	find $build/tests -name '*.trs' -exec rm -f {} +
	# Side by side where each can have a network of its own; six more of them than processors, since
	# most of their time goes by in waiting. Two more left processors idle.
	! { unshare -nm true || unshare -Urmn true; } 2>/dev/null || jobs=$(($(nproc) + 6))
	make -C $build -j$jobs check VERBOSE=yes "$@" || status=$?
	make -s -C $build census "$@" >$build/census.out || { echo "autogen.sh: the tests did not run" >&2; exit 1; }
	cat $build/census.out
	[ $status -eq 0 ] && grep -q ' passed, 0 failed,' $build/census.out || exit 1
	[ "${CI:-}" != true ] || grep -q ' 0 skipped$' $build/census.out || exit 1
}

yes=no
if [ "${2:-}" = --yes ]; then
	yes=yes
	word=$1
	shift 2
	set -- "$word" "$@"
fi
case ${1:-} in
'')
	configure_script
	;;
--demo)
	install_missing build lab
	build_lab
	exec tests/lab/demo.sh $build
	;;
--check)
	if [ "${WITHOUT:-}" = servers ]; then
		install_missing build lab tests
	else
		install_missing build lab tests servers
		unpack_nnrpd
	fi
	build_lab
	shift
	check "$@"
	;;
--install)
	install_missing build
	build
	root=
	[ "$(id -u)" -eq 0 ] || root=sudo
	$root make -C $build install
	;;
--undo)
	undo
	;;
--found)
	found
	;;
--help)
	usage
	;;
*)
	usage >&2
	exit 1
	;;
esac
