#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How a check takes its leave: real servers' logs tell of a client that left, and neither fail2ban's
# aggressive filters nor MySQL's max_connect_errors have anything against it. TAP, one test a
# part_NAME function.
#   goodbye.sh [PART]...     in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
lab_servers=all

# The server of the lab (its name in services.tsv), and what is asked of it
targets()
{
	cat <<-EOF
	mx1a smtp://mx1.mail.example
	mx1a submission://submission.mail.example
	mx1a smtps://smtps.mail.example
	dovecot lmtp://lmtp.real.example
	dovecot imap://imap.real.example
	dovecot imaps://imap.real.example
	dovecot pop3://pop3.real.example
	dovecot pop3s://pop3.real.example
	dovecot sieve://sieve.real.example
	ftp ftp://ftp.real.example
	ftp ftps://ftp.real.example
	ldap ldap://ldap.real.example
	ldap ldaps://ldap.real.example
	xmpp xmpp-client://xmpp.real.example
	xmpp xmpps-client://xmpp.real.example
	news nntp://nntp.real.example
	news nntps://nntp.real.example
	postgres postgres://postgres.real.example
	mysql mysql://mysql.real.example
	EOF
}

is_missing()
{
	grep -q "^$1 " "$LAB/missing"
}

# What the lab itself left in the logs while it waited for its servers is none of ours.
remember_logs()
{
	for log in "$LAB"/log/*; do
		wc -c <"$log" >"$(basename "$log").before"
	done
}

# new_lines LOG...
new_lines()
{
	for log in "$@"; do
		[ ! -e "$LAB/log/$log" ] || tail -c "+$(($(cat "$log.before") + 1))" "$LAB/log/$log"
	done
}

# said LOG WORD: the server's log has it
said()
{
	new_lines "$1" | grep -qF -e "$2" || { new_lines "$1" >&2; fail "$1: no '$2'"; }
}

# The server has written it all, or a second has gone by
wait_for_log()
{
	tries=0
	until new_lines "$1" | grep -qF -e "$2" || [ $tries -ge 20 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
}

# no_match FILTER FILE: nothing there is held against us
no_match()
{
	[ -s "$2" ] || return 0
	fail2ban-regex --print-all-matched "$2" "$1" >matched 2>&1 || fail "fail2ban-regex: $(tail -n 3 matched)"
	grep -q ' 0 matched' matched || { cat matched >&2; fail "fail2ban's $1 matches"; }
}

part_logs()
{
	command -v fail2ban-regex >/dev/null || skip "fail2ban-regex is not installed"
	remember_logs
	targets | while read -r server target; do
		is_missing "$server" || echo "$target"
	done >list
	[ -s list ] || skip "none of its servers is there"
	check 0 -f list -o ndjson
	lines out "$(wc -l <list)"
	wait_for_log postfix 'postfix/mx1a-465/smtpd.*disconnect'
	new_lines postfix >postfix
	hasnt postfix 'lost connection'
	no_match 'postfix[mode=aggressive]' postfix
	is_missing mx1a || [ "$(grep -c 'disconnect.*quit=1' postfix)" -eq 4 ] || { cat postfix >&2; fail "not each said QUIT"; }

	# The aggressive filter for Dovecot takes everybody who doesn't log in, however they leave.
	new_lines dovecot >dovecot
	hasnt dovecot 'Connection closed'
	no_match dovecot dovecot
	grep -v 'Aborted login by logging out' dovecot >dovecot.rest || :
	no_match 'dovecot[mode=aggressive]' dovecot.rest

	new_lines vsftpd-21-talk vsftpd-990-talk >vsftpd
	no_match vsftpd vsftpd
	is_missing ftp || [ "$(grep -c '"221 Goodbye' vsftpd)" -eq 2 ] || { cat vsftpd >&2; fail "not each said QUIT"; }
	new_lines slapd >slapd
	hasnt slapd 'connection lost'
	no_match slapd slapd
	is_missing ldap || [ "$(grep -c UNBIND slapd)" -eq 2 ] || { cat slapd >&2; fail "not each said unbind"; }
	new_lines nnrpd nnrpd-tls >nnrpd
	hasnt nnrpd 'lost'
	new_lines mariadb >mariadb
	hasnt mariadb Aborted
	no_match mysqld-auth mariadb
	# It doesn't know its Terminate before somebody has said who they are.
	new_lines postgres | grep -v 'connection received' >postgres || :
	[ ! -s postgres ] || { cat postgres >&2; fail "PostgreSQL complains"; }
	new_lines prosody >prosody
	hasnt prosody error
}

# A server with users, which looks up who connects and counts the errors of each host
start_counting_mariadb()
{
	sql=/usr/share/mysql
	[ -e $sql/mysql_system_tables.sql ] || skip "MariaDB's system tables are not installed"
	mkdir data
	printf '127.0.0.1 localhost\n127.44.28.1 prober.example\n' >hosts
	{
		echo 'create database mysql;'
		echo 'use mysql;'
		cat $sql/mysql_system_tables.sql $sql/mysql_performance_tables.sql $sql/mysql_system_tables_data.sql
		echo 'flush privileges;'
		echo "create user application@'%' identified by 'secret';"
	} >tables.sql
	mariadbd --no-defaults --bootstrap --user=root --datadir="$PWD/data" <tables.sql >bootstrap 2>&1 ||
		fail "no tables: $(tail -n 5 bootstrap)"
	unshare -m sh -c 'mount --bind hosts /etc/hosts && exec "$@"' sh \
		mariadbd --no-defaults --user=root --datadir="$PWD/data" --socket="$PWD/data/socket" \
		--pid-file="$PWD/data/pid" --bind-address=127.44.28.1 --port=3306 --log-warnings=2 \
		--ssl-cert="$LAB/certs/service.crt" --ssl-key="$LAB/certs/service.key" \
		--max-connect-errors=3 >mariadb 2>&1 &
	helpers="$helpers $!"
	tries=0
	until grep -q 'ready for connections' mariadb || [ $tries -ge 200 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	grep -q 'ready for connections' mariadb || fail "no server: $(tail -n 5 mariadb)"
}

part_mysql_counts_nothing()
{
	[ "${LAB_NAMESPACE:-}" = root ] || skip "needs a network of its own, and root"
	command -v mariadbd >/dev/null || skip "mariadbd is not installed"
	# an address that connections to it come from as well: 127.0.0.1 isn't counted
	ip addr add 127.44.28.1/32 dev lo
	start_counting_mariadb
	for i in 1 2 3 4 5 6; do
		check 0 mysql://mysqlcounts.real.example
	done
	grep -q "user ''@'prober.example'" mariadb || { cat mariadb >&2; fail "it doesn't know the host by its name"; }
	command -v fail2ban-regex >/dev/null && no_match mysqld-auth mariadb
	# but it does count
	for i in 1 2 3 4; do
		openssl s_client -starttls mysql -connect 127.44.28.1:3306 </dev/null >s_client 2>&1 || :
	done
	check 2 -o ndjson mysql://mysqlcounts.real.example
	has out 'is blocked because of many connection errors'
}

parts_main "$@"
