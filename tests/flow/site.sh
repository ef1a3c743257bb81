# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
# Sourced in the lab's shell, with where it is as $flow: what doc/GUIDE's section about setting up
# a site takes for granted. The zone life.example with its servers, a key for its updates in the file
# tsig, an ACME server for certbot, nginx as systemctl reloads it. site_end stops it all.
. "$flow/life.sh"

mkdir site
cd site || exit
life_servers 2>/dev/null || exit
life_web_server
life_pebble || exit

# What stands in a system's own paths elsewhere
mkdir bin
cat >bin/certbot <<END
#!/bin/sh
REQUESTS_CA_BUNDLE=$PWD/acme.crt exec /usr/bin/certbot "\$@" --server $acme_directory --http-01-port 5012 \\
	--config-dir $PWD/certbot --work-dir $PWD/certbot --logs-dir $PWD/certbot
END
cat >bin/systemctl <<END
#!/bin/sh
[ "\$*" = "reload-or-restart nginx" ] && exec $PWD/deploy.sh
END
chmod 755 bin/certbot bin/systemctl
PATH=$PWD/bin:$PATH
DANEPROBE_DIR=$PWD/etc
export PATH DANEPROBE_DIR

site_end()
{
	# shellcheck disable=SC2046
	kill $pid_primary $pid_secondary $pid_pebble $(cat nginx/pid 2>/dev/null) 2>/dev/null || :
}
