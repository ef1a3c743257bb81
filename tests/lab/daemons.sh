# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced by services.sh: servers of FTP, LDAP, XMPP, NNTP, PostgreSQL and MySQL.

tools_of_vsftpd()
{
	echo vsftpd
}

start_vsftpd()
{
	mkdir -p "$dir/run/ftp-empty"
	rows_of vsftpd | {
		IFS=$tab read -r name address ports chain host
		for port in $ports; do
			# shellcheck disable=SC2086
			vsftpd_conf "$port" "$address" "$(chain_file $chain)" "$(key_file "${chain%% *}")" \
				>"$dir/etc/vsftpd-$port.conf"
			"$labsrc/start.sh" "vsftpd-$port" vsftpd "$dir/etc/vsftpd-$port.conf"
		done
	}
}

# vsftpd_conf PORT ADDRESS CHAIN KEY
vsftpd_conf()
{
	cat <<-EOF
	listen=YES
	listen_address=$2
	listen_port=$1
	background=NO
	anonymous_enable=YES
	anon_root=$dir/run/ftp-empty
	secure_chroot_dir=$dir/run/ftp-empty
	nopriv_user=nobody
	ftp_username=nobody
	seccomp_sandbox=NO
	ssl_enable=YES
	ssl_tlsv1=YES
	rsa_cert_file=$3
	rsa_private_key_file=$4
	xferlog_enable=YES
	log_ftp_protocol=YES
	debug_ssl=YES
	dual_log_enable=YES
	xferlog_file=$dir/log/vsftpd-$1-xfer
	vsftpd_log_file=$dir/log/vsftpd-$1-talk
	EOF
	[ "$1" != 990 ] || echo implicit_ssl=YES
}

tools_of_slapd()
{
	echo slapd
}

start_slapd()
{
	rows_of slapd | {
		IFS=$tab read -r name address ports chain host
		# shellcheck disable=SC2086
		cat >"$dir/etc/slapd.conf" <<-EOF
		pidfile $dir/run/slapd.slapdpid
		loglevel stats
		TLSCertificateFile $(chain_file $chain)
		TLSCertificateKeyFile $(key_file "${chain%% *}")
		EOF
		"$labsrc/start.sh" slapd slapd -d stats -f "$dir/etc/slapd.conf" \
			-h "ldap://$address:${ports% *} ldaps://$address:${ports#* }"
	}
}

tools_of_prosody()
{
	echo prosody
}

start_prosody()
{
	mkdir -p "$dir/run/prosody"
	rows_of prosody | {
		IFS=$tab read -r name address ports chain hosts
		own_files "$chain" "$dir/run/prosody" prosody
		cat <<-EOF
		interfaces = { "$address" }
		daemonize = false
		data_path = "$dir/run/prosody"
		modules_enabled = { "saslauth", "tls", "disco" }
		modules_disabled = { "http", "posix" }
		authentication = "internal_hashed"
		c2s_direct_tls_ports = { 5223 }
		s2s_direct_tls_ports = { 5270 }
		c2s_require_encryption = true
		s2s_require_encryption = true
		log = { { levels = { min = "info" }, to = "console" } }
		ssl = {
		    certificate = "$dir/run/prosody/chain.pem";
		    key = "$dir/run/prosody/key.pem";
		}
		EOF
		for host in $hosts; do
			echo "VirtualHost \"$host\""
		done
	} >"$dir/etc/prosody.cfg.lua"
	"$labsrc/start.sh" prosody setpriv --reuid prosody --regid prosody --init-groups \
		prosody --config "$dir/etc/prosody.cfg.lua"
}

# INN is unpacked, not installed: its installation wants a host name with a dot.
news_root()
{
	for root in "$top_builddir/nnrpd" ''; do
		[ ! -x "$root/usr/lib/news/bin/nnrpd" ] || { echo "$root"; return; }
	done
}

tools_of_nnrpd()
{
	if [ -x "$(news_root)/usr/lib/news/bin/nnrpd" ]; then
		echo setpriv
	else
		echo nnrpd
	fi
}

start_nnrpd()
{
	news=$dir/run/news
	mkdir -p "$news"
	# a copy: who builds in a home of his own keeps the user news out of it
	cp -R "$(news_root)/usr/lib/news" "$news/inn"
	for part in articles overview incoming db log tmp run etc; do
		mkdir -p "$news/$part"
	done
	rows_of nnrpd | {
		IFS=$tab read -r name address ports chain host
		own_files "$chain" "$news" news
		cat >"$news/etc/inn.conf" <<-EOF
		mta: "/bin/true"
		domain: real.example
		pathhost: news.real.example
		hismethod: hisv6
		ovmethod: tradindexed
		enableoverview: true
		nnrpdloadlimit: 0
		pathnews: $news/inn
		pathbin: $news/inn/bin
		pathetc: $news/etc
		pathdb: $news/db
		pathlog: $news/log
		pathrun: $news/run
		pathtmp: $news/tmp
		pathspool: $news
		patharticles: $news/articles
		pathoverview: $news/overview
		pathincoming: $news/incoming
		pathoutgoing: $news/tmp
		patharchive: $news/articles
		tlscertfile: $news/chain.pem
		tlskeyfile: $news/key.pem
		EOF
		cat >"$news/etc/readers.conf" <<-EOF
		auth "lab" {
		    hosts: "*"
		    default: "<lab>"
		}
		access "lab" {
		    users: "<lab>"
		    newsgroups: "*"
		}
		EOF
		printf 'control 0000000000 0000000001 n\njunk 0000000000 0000000001 n\n' >"$news/db/active"
		: >"$news/db/newsgroups"
		echo 'method tradspool { class: 1; newsgroups: * }' >"$news/etc/storage.conf"
		chown -R news "$news"
		export INNCONF="$news/etc/inn.conf" LD_LIBRARY_PATH="$news/inn"
		as_news="setpriv --reuid news --regid news --clear-groups"
		$as_news "$news/inn/bin/makehistory" -O -x -F >"$dir/log/makehistory" 2>&1
		"$labsrc/start.sh" nnrpd "$news/inn/bin/nnrpd" -D -f \
			-p "${ports% *}" -4 "$address"
		"$labsrc/start.sh" nnrpd-tls "$news/inn/bin/nnrpd" -D -f -S \
			-p "${ports#* }" -4 "$address"
	}
}

tools_of_postgres()
{
	[ -n "$(postgres_bin)" ] || echo postgres
	echo setpriv
}

postgres_bin()
{
	for bin in /usr/lib/postgresql/*/bin /usr/bin /usr/libexec/postgresql*; do
		[ ! -x "$bin/initdb" ] || { echo "$bin"; return; }
	done
}

as_postgres()
{
	setpriv --reuid postgres --regid postgres --init-groups "$@"
}

# Takes a second or two, but no certificate.
make_database()
{
	mkdir -p "$dir/run/postgres"
	chown postgres "$dir/run/postgres"
	as_postgres "$(postgres_bin)/initdb" --no-sync --no-instructions --locale=C --auth=trust \
		-D "$dir/run/postgres/data" >"$dir/log/initdb" 2>&1 </dev/null
}

start_postgres()
{
	rows_of postgres | {
		IFS=$tab read -r name address ports chain host
		own_files "$chain" "$dir/run/postgres" postgres
		"$labsrc/start.sh" postgres setpriv --reuid postgres --regid postgres --init-groups \
			"$(postgres_bin)/postgres" -D "$dir/run/postgres/data" -h "$address" -p "$ports" \
			-k "$dir/run/postgres" -c ssl=on -c fsync=off \
			-c ssl_cert_file="$dir/run/postgres/chain.pem" \
			-c ssl_key_file="$dir/run/postgres/key.pem" -c log_connections=on
	}
}

tools_of_mariadb()
{
	echo mariadbd
}

# No tables of its own are needed for a greeting and TLS.
start_mariadb()
{
	mkdir -p "$dir/run/mariadb"
	rows_of mariadb | {
		IFS=$tab read -r name address ports chain host
		# shellcheck disable=SC2086
		"$labsrc/start.sh" mariadb mariadbd --no-defaults --user=root \
			--datadir="$dir/run/mariadb" --socket="$dir/run/mariadb/socket" \
			--pid-file="$dir/run/mariadb/mariadbpid" --skip-grant-tables --skip-networking=0 \
			--skip-innodb --default-storage-engine=MyISAM --bind-address="$address" \
			--port="$ports" --skip-name-resolve --ssl-cert="$(chain_file $chain)" \
			--ssl-key="$(key_file "${chain%% *}")"
	}
}

tools_of_haproxy()
{
	echo haproxy
}

# One port for XMPP and the web, told apart by what the client offers (ALPN): without it a client
# gets the web server of somebody else.
haproxy_frontend()
{
	case $1 in
	alpn)
		cat <<-EOF
		frontend alpn
		    bind $2:443
		    bind $2:5223
		    tcp-request inspect-delay 5s
		    tcp-request content accept if { req.ssl_hello_type 1 }
		    use_backend talk if { req.ssl_alpn -m sub xmpp- }
		    use_backend names if { req.ssl_alpn -m sub dot }
		    use_backend web if { req.ssl_alpn -m sub http/1.1 }
		    default_backend other
		backend talk
		    server talk 127.44.4.1:5223
		backend names
		    server names 127.44.4.1:853
		backend web
		    server web 127.44.1.4:443
		backend other
		    server other 127.44.1.2:443
		EOF
		;;
	strict)
		cat "$(chain_file "$3")" "$(key_file "$3")" >"$dir/run/haproxy.pem"
		cat <<-EOF
		frontend strict
		    bind $2:443 ssl crt $dir/run/haproxy.pem strict-sni
		    default_backend other
		EOF
		;;
	esac
}

start_haproxy()
{
	{
		cat <<-EOF
		global
		    log stdout format raw daemon
		defaults
		    mode tcp
		    log global
		    option tcplog
		    timeout connect 5s
		    timeout client 5s
		    timeout server 5s
		EOF
		rows_of haproxy | while IFS=$tab read -r name address ports chain kind; do
			haproxy_frontend "$kind" "$address" "$chain"
		done
	} >"$dir/etc/haproxy.cfg"
	"$labsrc/start.sh" haproxy haproxy -f "$dir/etc/haproxy.cfg"
}
