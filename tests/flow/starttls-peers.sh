#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Mail servers and their like, seen by others: posttls-finger and openssl say of the targets of
# starttls-peers.tsv what daneprobe says, a Postfix sends mail by the same rules, and the servers'
# logs hold no complaint after a check.
#   starttls-peers.sh      in a lab of its own, or in the one that $LAB names
src=$(cd "$(dirname "$0")" && pwd)
labsrc=$(cd "$src/../lab" && pwd)
resolver=127.53.0.53
tab=$(printf '\t')

dns()
{
	drill -t -Q @$resolver "$1" "$2"
}

# "yes" for a match, else "no" with the code. Each line's verdicts go to a folder of its own.
daneprobe_says()
{
	code=$(timeout 40 "$DANEPROBE" check $F --resolver $resolver -o json "$@" </dev/null 2>err |
		jq -r '.[0].code') || :
	case $code in
	match) echo yes ;;
	*) echo "no: ${code:-$(cat err)}" ;;
	esac
}

# finger_says NEXT-HOP: "yes" where the connection that a sender would use is a verified one
finger_says()
{
	(
		dir=.
		mkdir etc
		. "$labsrc/mail.sh"
		wrap_resolver $resolver
		MAIL_CONFIG=$LAB/etc/postfix timeout 20 posttls-finger -c -l dane-only -L summary "$1"
	) >out 2>&1 </dev/null || :
	if grep -q 'Verified TLS connection' out; then
		echo yes
	else
		echo "no: $(tail -n 1 out)"
	fi
}

# openssl_says SCHEME HOST PROTOCOL [OPTION...]: by the records of DNS, at every address
openssl_says()
{
	port=$(port_of "$1") host=$2 protocol=$3
	shift 3
	set -- -starttls "$protocol" -dane_tlsa_domain "$host" -dane_ee_no_namechecks \
		-verify_return_error -verify_quiet "$@"
	dns "_$port._tcp.$host" TLSA >records
	while read -r usage selector mtype data; do
		# Long data comes with blanks.
		set -- "$@" -dane_tlsa_rrdata "$usage $selector $mtype $(echo "$data" | tr -d ' ')"
	done <records
	dns "$host" A >addresses
	[ -s addresses ] || echo "no: $host has no address"
	while read -r address; do
		timeout 20 openssl s_client -connect "$address:$port" "$@" >out 2>&1 </dev/null &&
			grep -q '^Verification: OK' out ||
			echo "no: at $address: $(grep -m 1 'rror' out)"
	done <addresses >no
	if [ -s no ]; then
		head -n 1 no
	else
		echo yes
	fi
}

port_of()
{
	case $1 in
	smtp) echo 25 ;;
	submission) echo 587 ;;
	lmtp) echo 24 ;;
	imap) echo 143 ;;
	pop3) echo 110 ;;
	sieve) echo 4190 ;;
	ftp) echo 21 ;;
	ldap) echo 389 ;;
	xmpp-client) echo 5222 ;;
	xmpp-server) echo 5269 ;;
	nntp) echo 119 ;;
	postgres) echo 5432 ;;
	mysql) echo 3306 ;;
	esac
}

# Why the server of a target's scheme isn't there; nothing where it is.
why_missing()
{
	case $1 in
	*lmtp://* | *imap://* | *pop3://* | *sieve://*) server=dovecot ;;
	*mx://* | *smtp://* | *submission://*) server=mx1a ;;
	*ftp://*) server=ftp ;;
	*ldap://*) server=ldap ;;
	*xmpp-*) server=xmpp ;;
	*nntp://*) server=news ;;
	*postgres://*) server=postgres ;;
	*mysql://*) server=mysql ;;
	esac
	sed -n "s/^$server //p" "$LAB/missing"
}

# Line NUMBER of the table: what both say, in files
say_line()
{
	mkdir "$work/$1"
	cd "$work/$1"
	sed -n "$1p" "$work/table" >line
	IFS=$tab read -r target tool given verdict reason <line
	[ -z "$(why_missing "$target")" ] || return 0
	eval "set -- $target"
	daneprobe_says "$@" >daneprobe
	for target in "$@"; do :; done
	eval "set -- $given"
	case $tool in
	finger) finger_says "$1" ;;
	openssl) openssl_says "${target%%:*}" "${target#*://}" "$@" ;;
	esac >other
}

compare_line()
{
	IFS=$tab read -r target tool given verdict reason <"$work/$1/line"
	missing=$(why_missing "$target")
	if [ -n "$missing" ]; then
		skip "$tool of $target" "$missing"
		return
	fi
	ours=$(cat "$work/$1/daneprobe") others=$(cat "$work/$1/other")
	name="$tool of $target"
	case $verdict in
	same) want=${ours%%:*} ;;
	*)
		want=$verdict
		name="$name differs: $reason"
		[ "${ours%%:*}" != "$verdict" ] || fail "$name" "but it is the same: $ours"
		;;
	esac
	if [ "$want" = "${others%%:*}" ]; then
		pass "$name"
	else
		fail "$name" "daneprobe: $ours" "$tool: $others"
	fi
}

compare()
{
	grep -v -e '^#' -e '^$' "$src/starttls-peers.tsv" >table
	lines=$(wc -l <table)
	seq "$lines" | xargs -n 1 -P 4 "$src/starttls-peers.sh" --line
	n=0
	while [ "$n" -lt "$lines" ]; do
		n=$((n + 1))
		compare_line "$n"
	done
}

# logged NAME FILE PATTERN: it comes within seconds
logged()
{
	tries=0
	until grep -q -e "$3" "$2"; do
		tries=$((tries + 1))
		if [ "$tries" -gt 100 ]; then
			fail "$1" "no '$3' in:" "$(cat "$2")"
			return
		fi
		sleep 0.1
	done
	pass "$1"
}

# What a real sender does at each kind of domain.
senders()
{
	missing=$(why_missing smtp://)
	if [ -n "$missing" ]; then
		skip "what a real sender does" "$missing"
		return
	fi
	dir=$LAB
	export dir labsrc
	. "$labsrc/mail.sh"
	start_sender $resolver "opportunistic.insecuremx.example dane"
	logged "the sender runs" "$LAB/log/sender" "daemon started"
	for domain in mail.example badmail.example onebad.example nexthop.example \
		insecuremx.example opportunistic.insecuremx.example; do
		send_mail "you@$domain"
	done
	log=$LAB/log/sender
	logged "a sender verifies mx1.mail.example" "$log" \
		'Verified TLS connection established to mx1.mail.example\['
	logged "and delivers" "$log" 'to=<you@mail.example>.*status=sent'
	logged "a sender doesn't trust mxbad.mail.example" "$log" \
		'Untrusted TLS connection established to mxbad.mail.example\['
	logged "and defers" "$log" \
		'to=<you@badmail.example>.*status=deferred (Server certificate not \(verified\|trusted\))'
	logged "with one host of two bad it comes to the first" "$log" \
		'to=<you@onebad.example>, relay=mx1.mail.example\[.*status=sent'
	logged "the next hop's name counts for an anchor" "$log" \
		'to=<you@nexthop.example>.*status=sent'
	logged "dane-only defers where the MX is insecure" "$log" \
		'to=<you@insecuremx.example>.*status=deferred'
	logged "dane uses the host's records all the same" "$log" \
		'to=<you@opportunistic.insecuremx.example>, relay=mx1.mail.example\[.*status=sent'
}

# size_of FILE: where a log ends now; one that no client was in before isn't there yet
size_of()
{
	if [ -e "$1" ]; then wc -c <"$1"; else echo 0; fi
}

# clean TARGET LOG WANTED BAD: after a check, LOG has WANTED and not BAD
clean()
{
	missing=$(why_missing "$1")
	if [ -n "$missing" ]; then
		skip "the log of $1 stays clean" "$missing"
		return
	fi
	log=$LAB/log/$2
	at=$(size_of "$log")
	says=$(daneprobe_says "$1")
	if [ "$says" != yes ]; then
		fail "$1 for its log" "daneprobe: $says"
		return
	fi
	tries=0
	until tail -c +$((at + 1)) "$log" >new 2>/dev/null && grep -q -e "$3" new || [ "$tries" -gt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	if ! grep -q -e "$3" new; then
		fail "the log of $1 tells of a polite end" "no '$3' in:" "$(cat new)"
	elif grep -q -e "$4" new; then
		fail "the log of $1 stays clean" "$(grep -e "$4" new)"
	else
		pass "the log of $1 stays clean"
	fi
}

logs()
{
	lost='lost connection\|SSL_accept error\|timeout\|pipelining\|non-SMTP\|auth='
	clean smtp://mx1.mail.example postfix 'disconnect from .* starttls=1 quit=1' "$lost"
	clean submission://submission.mail.example postfix 'disconnect from .* starttls=1 quit=1' "$lost"
	lost='Connection closed\|TLS handshaking\|EOF\|Inactivity\|[Ee]rror'
	clean lmtp://lmtp.real.example dovecot 'lmtp.*: Disconnect from .*Logged out' "$lost\|unfinished"
	clean imap://imap.real.example dovecot 'imap-login.*\(by logging out\|Logged out\)' "$lost"
	clean pop3://pop3.real.example dovecot 'pop3-login.*\(by logging out\|Logged out\)' "$lost"
	clean sieve://sieve.real.example dovecot 'managesieve-login.*\(by logging out\|Logged out\)' "$lost"
	clean ftp://ftp.real.example vsftpd-21-talk 'Goodbye' 'ERROR\|DEBUG.*error'
	clean ldap://ldap.real.example slapd 'UNBIND' 'connection lost\|TLS negotiation failure'
	clean postgres://postgres.real.example postgres 'connection received' \
		'could not\|incomplete\|ERROR\|FATAL'
}

if [ "${1:-}" = --line ]; then
	set -eu
	work=$PWD
	say_line "$2"
	exit 0
fi

# What is compared, a line each
names()
{
	grep -v -e '^#' -e '^$' "$src/starttls-peers.tsv" | awk -F '\t' '{ print $2 " of " $1 }'
	echo "what a real sender does"
	echo "the logs of the servers"
}

if [ "${1:-}" != --inside ] && [ -z "${LAB:-}" ]; then
	. "$labsrc/possible.sh"
	lab_or_skip "$labsrc/lab.sh" names
	lab=$(mktemp -d)
	trap 'rm -rf "$lab"' EXIT
	"$labsrc/lab.sh" run "$lab" -- "$0" --inside
	exit
fi

. "$src/common.sh"
export DANEPROBE top_builddir
for tool in posttls-finger openssl drill jq; do
	have $tool || missing="${missing:-} $tool"
done
if [ -n "${missing:-}" ]; then
	names | while read -r name; do
		echo "ok - $name # SKIP not there:$missing"
	done
	echo "1..$(names | wc -l)"
	exit 0
fi
compare
senders
logs
finish
