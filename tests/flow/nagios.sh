#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The definitions in nagios/ are such as Nagios and Icinga 2 take, and name what there is.
. "$(cd "$(dirname "$0")" && pwd)/common.sh"
: "${top_srcdir:=$top_builddir}"
nagios=$top_srcdir/nagios

# What commands.cfg and services.cfg need around them.
nagios_config()
{
	cat >objects.cfg <<-EOF
	define timeperiod {
	    timeperiod_name  always
	    alias            always
	    monday           00:00-24:00
	}
	define command {
	    command_name     nothing
	    command_line     /bin/true
	}
	define contact {
	    contact_name                   nobody
	    host_notification_period       always
	    service_notification_period    always
	    host_notification_commands     nothing
	    service_notification_commands  nothing
	}
	define service {
	    name                 generic-service
	    register             0
	    max_check_attempts   3
	    check_period         always
	    notification_period  always
	    contacts             nobody
	}
	EOF
	for host in www.example.com mail.example.com; do
		cat >>objects.cfg <<-EOF
		define host {
		    host_name            $host
		    address              $host
		    max_check_attempts   3
		    check_period         always
		    notification_period  always
		    contacts             nobody
		}
		EOF
	done
	cat >nagios.cfg <<-EOF
	log_file=$work/nagios.log
	cfg_file=$work/objects.cfg
	cfg_file=$work/commands.cfg
	cfg_file=$work/services.cfg
	object_cache_file=$work/objects.cache
	status_file=$work/status.dat
	temp_path=$work
	check_result_path=$work
	lock_file=$work/nagios.lock
	command_file=$work/nagios.cmd
	query_socket=$work/nagios.qh
	nagios_user=$(id -un)
	nagios_group=$(id -gn)
	EOF
}

icinga_check()
{
	mkdir -p icinga
	icinga2 daemon -C -c "$1" -DRunAsUser="$(id -un)" -DRunAsGroup="$(id -gn)" \
		-DDataDir="$work/icinga" -DLogDir="$work/icinga" -DCacheDir="$work/icinga" \
		-DInitRunDir="$work/icinga" -DSpoolDir="$work/icinga"
}

icinga_config()
{
	cat >icinga2.conf <<-EOF
	include <itl>
	const NodeName = "here"
	object CheckerComponent "checker" { }
	include "$nagios/icinga2-commands.conf"
	include "$1"
	object Host "www.example.com" {
		check_command = "dummy"
		vars.dane["https"] = { }
		vars.dane["imaps"] = { dane_target = "imaps://mail.example.com", dane_on = [ "no-tlsa=warning" ] }
	}
	EOF
}

core=nagios4
have nagios4 || core=nagios
if have $core; then
	cp "$nagios/commands.cfg" "$nagios/services.cfg" .
	nagios_config
	check "Nagios takes commands.cfg and services.cfg" $core -v nagios.cfg
	sed -i 's/check_dane!/check_nothing_such!/' services.cfg
	status "self-test: Nagios refuses a command that is not there" 1 $core -v nagios.cfg
else
	skip "Nagios takes commands.cfg and services.cfg" "Nagios is not installed"
fi
if have icinga2; then
	icinga_config "$nagios/icinga2-services.conf"
	check "Icinga 2 takes its command and the apply rule" icinga_check "$work/icinga2.conf"
	sed 's/"dane"/"nothing-such"/' "$nagios/icinga2-services.conf" >wrong.conf
	icinga_config "$work/wrong.conf"
	status "self-test: Icinga 2 refuses a command that is not there" 1 icinga_check "$work/icinga2.conf"
else
	skip "Icinga 2 takes its command and the apply rule" "icinga2 is not installed"
fi

# As Nagios expands it, by the shell.
line=$(sed -n 's/^ *command_line *//p' "$nagios/commands.cfg" | head -n 1 |
	sed -e "s|/usr/local/bin/daneprobe|$DANEPROBE|" -e "s|[\$]ARG1[\$]|https://192.0.2.1|" \
		-e 's|[$]ARG2[$]|--warn-expiry 20d|')
status "check_dane's command line runs" 3 sh -c "$line"
says "check_dane's output is a plugin's" "DANE UNKNOWN - https://192.0.2.1 bad-target:" out
"$DANEPROBE" check --help >help
unknown=$(sed -n 's/^\t*"\(--[a-z0-9-]*\)" =.*/\1/p' "$nagios/icinga2-commands.conf" |
	while read -r option; do grep -q -e "$option\\>" help || echo "$option"; done)
same "every option of the Icinga command is one of check's" "" "$unknown"
finish
