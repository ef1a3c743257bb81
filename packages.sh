#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# packages.sh install FAMILY ANSWER PACKAGE...   as root: what autogen.sh lacks, as a guest does it
# packages.sh remove FAMILY ANSWER PACKAGE...    as root: takes away what it brought
# packages.sh list FAMILY                        the names of the installed packages
#
# What is going to happen is said first. Nothing is removed unless ANSWER is yes, or it is ask and a
# person says y. No service starts, and none that is new stays enabled for the next boot.
# PACKAGES_ROOT is the folder that stands for / in tests.
set -eu
LC_ALL=C
export LC_ALL
root=${PACKAGES_ROOT:-}
policy=$root/usr/sbin/policy-rc.d
kept=$policy.before-daneprobe
# Whatever is linked there starts at boot: units, and scripts of System V's init.
starts="$root/etc/systemd/system $root/etc/systemd/user"

say()
{
	echo "autogen.sh: $*"
}

# tell WORDS NAME...: a list in lines that fit
tell()
{
	say "$1"
	shift
	echo "$*" | fold -s -w 88 | sed 's/^/    /'
}

# The symbolic links that make something start; those to /dev/null keep it from that.
enabled_links()
{
	# shellcheck disable=SC2086
	{ find $starts -type l 2>/dev/null || :
		find "$root"/etc/rc[2-5S].d -name 'S*' -type l 2>/dev/null || :; } |
		while read -r link; do
			[ "$(readlink "$link")" = /dev/null ] || echo "$link"
		done | sort
}

# What has come to be enabled since the beginning is disabled: the link that systemctl disable and
# update-rc.d would take away. Later updates of these packages leave it so.
disable_new()
{
	enabled_links | comm -13 "$work/enabled" - >"$work/new"
	while read -r link; do
		case $link in
		"$root"/etc/rc*) mv "$link" "${link%/S*}/K${link##*/S}" ;;
		*) rm -f "$link" ;;
		esac
	done <"$work/new"
	names=$(sed 's,.*/,,; s/^S[0-9][0-9]//' "$work/new" | sort -u)
	[ -n "$names" ] || return 0
	# shellcheck disable=SC2086
	tell "these came enabled and are disabled now; \"systemctl enable NAME\" is up to you:" $names
	[ ! -d "$root/run/systemd/system" ] || systemctl daemon-reload || :
}

# On Debian installing a server also starts it: a policy of our own forbids that, and what stood
# there before comes back.
forbid_starts()
{
	[ "$family" = debian ] || return 0
	# one that is kept is from a run that was killed: what stands there now is ours
	[ -e "$kept" ] || [ ! -e "$policy" ] || mv "$policy" "$kept"
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
}

allow_starts()
{
	[ "$family" = debian ] || return 0
	rm -f "$policy"
	[ ! -e "$kept" ] || mv "$kept" "$policy"
}

# plan VERB PACKAGE...: what the package manager would do, "Inst NAME", "Upgr NAME" or "Remv NAME" a line
plan()
{
	verb=$1
	shift
	case $family,$verb in
	debian,*) apt-get -s -q --no-install-recommends "$verb" "$@" >"$work/apt" || return
		awk '$1 == "Inst" && $3 ~ /^\[/ { print "Upgr", $2; next }
			$1 == "Inst" || $1 == "Remv" || $1 == "Purg" { print ($1 == "Inst" ? $1 : "Remv"), $2 }' "$work/apt" ;;
	alpine,install) apk add -s "$@" >"$work/apk" || return
		sed -n -e 's/.*) Installing \([^ ]*\).*/Inst \1/p' -e 's/.*) Purging \([^ ]*\).*/Remv \1/p' \
			-e 's/.*) \(Upgrading\|Downgrading\) \([^ ]*\).*/Upgr \2/p' "$work/apk" ;;
	alpine,remove) apk del -s "$@" >"$work/apk" || return
		sed -n 's/.*) Purging \([^ ]*\).*/Remv \1/p' "$work/apk" ;;
	# dnf removes nothing for an installation unless --allowerasing is given
	fedora,install) printf 'Inst %s\n' "$@" ;;
	fedora,remove) printf 'Remv %s\n' "$@" ;;
	esac
}

# planned WORD: those names of the plan
planned()
{
	sed -n "s/^$1 //p" "$work/plan" | sort -u
}

# show_plan VERB PACKAGE...
show_plan()
{
	plan "$@" >"$work/plan" || { say "$family's package manager can't do that: nothing was changed" >&2; exit 1; }
	for word in 'Inst will be installed' 'Upgr will be upgraded' 'Remv will be REMOVED'; do
		names=$(planned "${word%% *}")
		# shellcheck disable=SC2086
		[ -z "$names" ] || tell "$(echo "$names" | wc -l) packages ${word#* }:" $names
	done
}

# Whether what the plan removes may go.
may_remove()
{
	case $answer in
	yes) return 0 ;;
	ask)
		printf 'autogen.sh: remove these packages? [y/N] ' >/dev/tty
		read -r word </dev/tty || word=
		case $word in y | Y | yes) return 0 ;; esac
		;;
	esac
	return 1
}

install()
{
	[ "$family" != debian ] || apt-get -q update ||
		say "apt-get update failed: going by the lists that are here" >&2
	show_plan install "$@"
	keep=--no-remove
	if [ -z "$(planned Remv)" ]; then
		say "nothing will be removed, and no service will be started or left enabled"
	else
		may_remove || {
			say "refused: it would remove packages of yours. Nothing was changed. With --yes they are removed;" >&2
			say "WITHOUT=servers ./autogen.sh --check goes without mail servers and their like." >&2
			exit 1
		}
		keep=
	fi
	enabled_links >"$work/enabled"
	trap 'allow_starts; disable_new; rm -rf "$work"' EXIT
	forbid_starts
	# shellcheck disable=SC2086
	case $family in
	debian) DEBIAN_FRONTEND=noninteractive apt-get -q -y $keep --no-install-recommends install "$@" ;;
	fedora) dnf -y install "$@" ;;
	alpine) apk add "$@" ;;
	esac
}

# Only what it brought: where another package has come to need one of these, nothing is removed.
remove()
{
	show_plan remove "$@"
	printf '%s\n' "$@" | sort -u >"$work/brought"
	others=$(planned Remv | sed 's/:.*//' | comm -23 - "$work/brought")
	if [ -n "$others" ]; then
		# shellcheck disable=SC2086
		tell "refused: these need some of them, and are not of autogen.sh's. Remove them, or install what they had before:" $others >&2
		exit 1
	fi
	may_remove || { say "nothing was changed; \"./autogen.sh --undo --yes\" removes them."; exit 1; }
	case $family in
	debian) DEBIAN_FRONTEND=noninteractive apt-get -q -y remove "$@"
		say "their configuration stays: \"apt-get purge\" with these names takes it, too" ;;
	fedora) dnf -y remove "$@" ;;
	alpine) apk del "$@" ;;
	esac
}

installed_names()
{
	case $family in
	debian) dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' ;;
	fedora) rpm -qa --qf '%{NAME}\n' ;;
	alpine) apk info ;;
	esac 2>/dev/null | sort -u
}

verb=$1 family=$2
shift 2
if [ "$verb" = list ]; then
	installed_names
	exit
fi
answer=$1
shift
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
"$verb" "$@"
