# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by services.sh: Postfix and Dovecot.

tools_of_postfix()
{
	echo postfix
}

# postfix_folders NAME: a queue of its own, as `postfix check` would make it
postfix_folders()
{
	queue=$dir/run/$1-queue
	mkdir -p "$queue" "$dir/etc/$1" "$dir/run/$1-data"
	for part in active bounce corrupt defer deferred flush hold incoming maildrop pid \
		private public saved trace; do
		mkdir -p "$queue/$part"
	done
	chown postfix "$queue"/[!p]* "$queue/private" "$queue/public" "$dir/run/$1-data"
	chgrp postdrop "$queue/public" "$queue/maildrop"
	chmod 700 "$queue"/[!p]* "$queue/private"
	chmod 710 "$queue/public"
	chmod 730 "$queue/maildrop"
}

# What both the lab's MX hosts and a sender say in main.cf.
postfix_main()
{
	cat <<-EOF
	compatibility_level = 3.6
	queue_directory = $dir/run/$1-queue
	data_directory = $dir/run/$1-data
	maillog_file = $dir/log/$1
	maillog_file_prefixes = $dir
	alias_maps =
	alias_database =
	local_recipient_maps =
	local_transport = discard
	default_transport = discard
	relay_transport = discard
	mydestination =
	mynetworks = 127.0.0.0/8
	inet_protocols = ipv4
	inet_interfaces = 127.0.0.1
	EOF
}

# Nothing in a chroot: it would need copies of the system's files.
postfix_master()
{
	cat <<-EOF
	pickup unix n - n 60 1 pickup
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	tlsmgr unix - - n 1000? 1 tlsmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	verify unix - - n - 1 verify
	flush unix n - n 1000? 0 flush
	proxymap unix - - n - - proxymap
	smtp unix - - n - - smtp
	relay unix - - n - - smtp
	error unix - - n - - error
	retry unix - - n - - error
	discard unix - - n - - discard
	anvil unix - - n - 1 anvil
	scache unix - - n - 1 scache
	postlog unix-dgram n - n - 1 postlogd
	EOF
}

# A line of master.cf for each address and port.
postfix_listeners()
{
	rows_of postfix | while IFS=$tab read -r name address ports chains host; do
		files=$(echo "$chains" | tr '+' '\n' | while read -r cert more; do
			# shellcheck disable=SC2086
			echo "$(key_file "$cert"),$(chain_file $cert $more),"
		done | tr -d '\n')
		for port in $ports; do
			cat <<-EOF
			$address:$port inet n - n - - smtpd
			  -o syslog_name=postfix/$name-$port
			  -o myhostname=$host
			  -o smtpd_tls_chain_files=${files%,}
			EOF
			[ "$port" != 465 ] || echo "  -o smtpd_tls_wrappermode=yes"
			# one behind a load balancer
			[ "$name" != mxproxy ] || printf '  -o %s\n' \
				smtpd_upstream_proxy_protocol=haproxy smtpd_upstream_proxy_timeout=1s
		done
	done
}

start_postfix()
{
	postfix_folders postfix
	conf=$dir/etc/postfix
	{
		postfix_main postfix
		echo "smtpd_tls_security_level = may"
		echo "smtpd_tls_loglevel = 1"
		echo "smtpd_recipient_restrictions = permit_mynetworks, reject"
	} >"$conf/main.cf"
	{ postfix_master; postfix_listeners; } >"$conf/master.cf"
	"$labsrc/start.sh" postfix-master env MAIL_CONFIG="$conf" \
		"$(postfix_program master)" -c "$conf" -s
}

postfix_program()
{
	echo "$(postconf -C builtin -h daemon_directory 2>/dev/null || postconf -d -h daemon_directory)/$1"
}

# What reads only the system's resolv.conf asks the lab's resolver, by a library in front of libc's.
wrap_resolver()
{
	printf 'nameserver %s\noptions edns0 trust-ad\n' "$1" >"$dir/etc/resolv.conf"
	LD_PRELOAD=libresolv_wrapper.so RESOLV_WRAPPER_CONF=$dir/etc/resolv.conf
	export LD_PRELOAD RESOLV_WRAPPER_CONF
}

# start_sender RESOLVER [POLICY...]: a Postfix that only sends, by DANE alone, its log in
# DIR/log/sender. POLICY: "DOMAIN LEVEL".
start_sender()
{
	postfix_folders sender
	conf=$dir/etc/sender
	{
		postfix_main sender | sed '/_transport = /d'
		echo "myhostname = sender.real.example"
		echo "smtp_tls_security_level = dane-only"
		echo "smtp_dns_support_level = dnssec"
		echo "smtp_tls_loglevel = 1"
		echo "smtp_tls_policy_maps = texthash:$conf/policy"
		echo "import_environment = MAIL_CONFIG LD_PRELOAD RESOLV_WRAPPER_CONF"
	} >"$conf/main.cf"
	postfix_master >"$conf/master.cf"
	resolver=$1
	shift
	printf '%s\n' "$@" >"$conf/policy"
	: >"$dir/log/sender"
	(
		wrap_resolver "$resolver"
		MAIL_CONFIG=$conf "$labsrc/start.sh" sender-master "$(postfix_program master)" \
			-c "$conf" -s
	)
}

# send_mail TO: queued for the sender
send_mail()
{
	printf 'Subject: lab\n\nHello.\n' | sendmail -C "$dir/etc/sender" -f lab@real.example "$1"
}

tools_of_dovecot()
{
	echo dovecot
}

start_dovecot()
{
	rows_of dovecot | {
		IFS=$tab read -r name address ports chain host
		mkdir -p "$dir/run/dovecot" "$dir/run/dovecot-mail"
		case $(dovecot --version) in
		[01].* | 2.[0-3]*) form=dovecot_form_2_3 ;;
		*) form=dovecot_form_2_4 ;;
		esac
		# shellcheck disable=SC2086
		dovecot_conf $form "$address" "$(chain_file $chain)" "$(key_file "${chain%% *}")"
	} >"$dir/etc/dovecot.conf"
	"$labsrc/start.sh" dovecot dovecot -F -c "$dir/etc/dovecot.conf"
}

# dovecot_conf FORM ADDRESS CHAIN KEY: FORM prints what has other names from version to version.
dovecot_conf()
{
	$1 "$2" "$3" "$4"
	cat <<-EOF
	protocols = imap pop3 lmtp sieve
	listen = $2
	base_dir = $dir/run/dovecot
	state_dir = $dir/run/dovecot
	log_path = /dev/stderr
	ssl = required
	first_valid_uid = 1
	auth_mechanisms = plain
	EOF
}

dovecot_form_2_3()
{
	cat <<-EOF
	ssl_cert = <$2
	ssl_key = <$3
	mail_location = maildir:$dir/run/dovecot-mail
	passdb {
	    driver = static
	    args = nopassword=y
	}
	userdb {
	    driver = static
	    args = uid=nobody gid=nogroup home=$dir/run/dovecot-mail
	}
	service lmtp {
	    inet_listener lmtp {
	        address = $1
	        port = 24
	    }
	}
	EOF
}

# The version has to come first there.
dovecot_form_2_4()
{
	cat <<-EOF
	dovecot_config_version = 2.4.0
	dovecot_storage_version = 2.4.0
	ssl_server_cert_file = $2
	ssl_server_key_file = $3
	mail_driver = maildir
	mail_path = $dir/run/dovecot-mail
	passdb static {
	    fields {
	        nopassword = yes
	    }
	}
	userdb static {
	    fields {
	        uid = nobody
	        gid = nogroup
	        home = $dir/run/dovecot-mail
	    }
	}
	service lmtp {
	    inet_listener lmtp {
	        listen = $1
	        port = 24
	    }
	}
	EOF
}
