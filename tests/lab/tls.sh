#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Start the TLS servers and hostile peers of tls.tsv, and wait until each accepts.
set -euf
tab=$(printf '\t')
. "$labsrc/chains.sh"

rows()
{
	grep -v -e '^#' -e '^$' "$labsrc/tls.tsv"
}

bracketed()
{
	case $1 in
	*:*) echo "[$1]" ;;
	*) echo "$1" ;;
	esac
}

# One server block; "+" parts two certificates of one server, NAME= gives the name that it is for.
nginx_server()
{
	address=$1 ports=$2 chains=$3 options=$4
	echo "server {"
	for port in $ports; do
		echo "    listen $(bracketed "$address"):$port ssl;"
	done
	name=_ protocols="TLSv1.2 TLSv1.3"
	for option in $options; do
		case $option in
		name=*) name=$(echo "${option#name=}" | tr , ' ') ;;
		tls12) protocols=TLSv1.2 ;;
		tls13) protocols=TLSv1.3 ;;
		reject) echo "    ssl_reject_handshake on;" ;;
		demand) echo "    ssl_verify_client on; ssl_client_certificate $dir/ca.pem;" ;;
		esac
	done
	echo "    server_name $name;"
	echo "    ssl_protocols $protocols;"
	echo "$chains" | tr '+' '\n' | while read -r cert more; do
		# shellcheck disable=SC2086
		echo "    ssl_certificate $(chain_file $cert $more);"
		echo "    ssl_certificate_key $(key_file "$cert");"
	done
	cat "$labsrc/nginx-paths.conf"
	echo "}"
}

nginx_conf()
{
	cat <<-EOF
	# One process, no other user: an ordinary user's namespace has only root.
	daemon off;
	master_process off;
	user root;
	pid $dir/run/nginx.nginxpid;
	error_log stderr warn;
	events { worker_connections 1024; }
	http {
	    access_log off;
	    client_body_temp_path $dir/run/nginx-body;
	    proxy_temp_path $dir/run/nginx-proxy;
	    fastcgi_temp_path $dir/run/nginx-fastcgi;
	    uwsgi_temp_path $dir/run/nginx-uwsgi;
	    scgi_temp_path $dir/run/nginx-scgi;
	    ssl_ciphers DEFAULT:@SECLEVEL=0;
	    keepalive_timeout 5s;
	    root $dir/www;
	EOF
	rows | while IFS=$tab read -r name address ports kind chains options; do
		[ "$kind" = nginx ] || continue
		nginx_server "$address" "$ports" "$chains" "$options"
	done
	echo "}"
}

mkdir -p "$dir/www"
truncate -s 100G "$dir/www/big"
tr "\0" x </dev/zero | head -c 1048000 >"$dir/www/runs"
nginx_conf >"$dir/etc/nginx.conf"
"$labsrc/start.sh" nginx nginx -c "$dir/etc/nginx.conf" -p "$dir/run"

hostile=
for row in $(rows | awk -F '\t' '$4 ~ /^hostile/ { print $2 ":" $3 "=" substr($4, 9) }'); do
	hostile="$hostile $row"
done
# shellcheck disable=SC2086
"$labsrc/start.sh" hostile "$dir/bin/hostile" $hostile

rows | while IFS=$tab read -r name address ports kind chains options; do
	[ "$kind" = s_server ] || continue
	# shellcheck disable=SC2086
	chain=$(chain_file $chains)
	asks=
	for option in $options; do
		case $option in
		demand) asks="$asks -Verify 1" ;;
		ask) asks="$asks -verify 1" ;;
		tls12) asks="$asks -tls1_2" ;;
		tls13) asks="$asks -tls1_3" ;;
		esac
	done
	for port in $ports; do
		# shellcheck disable=SC2086
		"$labsrc/start.sh" "s_server-$name-$port" openssl s_server -quiet -www \
			-accept "$(bracketed "$address"):$port" -key "$(key_file "${chains%% *}")" \
			-cert "$chain" -cert_chain "$chain" $asks
	done
done

rows | while IFS=$tab read -r name address ports kind cert options; do
	[ "$kind" = raw ] || continue
	key=$cert
	for option in $options; do
		case $option in
		key=*) key=${option#key=} ;;
		esac
	done
	# not anew: a server that was started just now may be reading it
	[ -e "$certs/$key.pub" ] || openssl pkey -in "$certs/$key.key" -pubout -out "$certs/$key.pub"
	set -- --rawpkfile "$certs/$key.pub" --rawpkkeyfile "$certs/$key.key"
	case $options in
	*liked*)
		set -- "$@" --x509certfile "$certs/$cert.crt" --x509keyfile "$certs/$cert.key" \
			--priority NORMAL:-CTYPE-SRV-X509:+CTYPE-SRV-RAWPK:+CTYPE-SRV-X509
		;;
	*cert*)
		set -- "$@" --x509certfile "$certs/$cert.crt" --x509keyfile "$certs/$cert.key" \
			--priority NORMAL:+CTYPE-SRV-RAWPK
		;;
	*) set -- "$@" --priority NORMAL:+CTYPE-SRV-RAWPK:-CTYPE-SRV-X509 ;;
	esac
	"$labsrc/start.sh" "$name" gnutls-serv --quiet --http --port "$ports" "$@"
done

# shellcheck disable=SC2046
timeout 10 "$dir/bin/hostile" --wait $(rows | awk -F '\t' '$4 != "none" {
	n = split($3, ports, " ")
	for (i = 1; i <= n; i++)
		print $2 ":" ports[i]
}') || { echo "tls.sh: not all TLS servers listen" >&2; exit 1; }
