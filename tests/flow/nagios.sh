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
	for host in www.example.com mail.example.com web1; do
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
	object Endpoint NodeName { }
	object Zone NodeName {
		endpoints = [ NodeName ]
	}
	object CheckerComponent "checker" { }
	include "$nagios/icinga2-commands.conf"
	include "$1"
	object Host "www.example.com" {
		check_command = "dummy"
		zone = NodeName
		vars.dane["https"] = { }
		vars.dane["imaps"] = { dane_hostname = "imaps://mail.example.com", dane_on = [ "no-tlsa=warning" ] }
		vars.dane["there"] = { dane_endpoint = "here" }
		vars.dane["lineages"] = { dane_lineages_endpoint = "here" }
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
	sed 's/check_dane_lineages_nrpe/check_dane_lineages_nowhere/' "$nagios/services.cfg" >services.cfg
	status "self-test: nor one of lineages that is not there" 1 $core -v nagios.cfg
else
	skip "Nagios takes commands.cfg and services.cfg" "Nagios is not installed"
fi
if have icinga2; then
	icinga_config "$nagios/icinga2-services.conf"
	check "Icinga 2 takes its commands and the apply rule" icinga_check "$work/icinga2.conf"
	says "which make three services of targets and one of lineages" "Instantiated 4 Services" out
	same "and nothing is said of rules that match nothing" 0 "$(grep -c 'does not match anywhere' out)"
	sed '/dane\["lineages"\]/d' icinga2.conf >icinga2-plain.conf
	check "also where no host looks after keys" icinga_check "$work/icinga2-plain.conf"
	same "without a warning" 0 "$(grep -c 'does not match anywhere' out)"
	sed 's/"dane"/"nothing-such"/' "$nagios/icinga2-services.conf" >wrong.conf
	icinga_config "$work/wrong.conf"
	status "self-test: Icinga 2 refuses a command that is not there" 1 icinga_check "$work/icinga2.conf"
else
	skip "Icinga 2 takes its commands and the apply rules" "icinga2 is not installed"
fi

# As Nagios expands it, by the shell.
line=$(sed -n 's/^ *command_line *//p' "$nagios/commands.cfg" | head -n 1 |
	sed -e "s|/usr/local/bin/check_dane|$(dirname "$DANEPROBE")/check_dane|" -e "s|[\$]ARG1[\$]|https://192.0.2.1|" \
		-e 's|[$]ARG2[$]|--warn-expiry 20d|')
status "check_dane's command line runs" 3 sh -c "$line"
says "check_dane's output is a plugin's" "DANE UNKNOWN - https://192.0.2.1 bad-target:" out
# The command for lineages is the same everywhere, word by word: sudo may run no other.
lineages='/usr/local/bin/daneprobe status -o nagios'
same "one command for lineages: here, by ssh, by NRPE, of sudoers, of Icinga" \
	"$(printf '%s\n' "sudo -n $lineages" "sudo -n $lineages" "sudo -n $lineages" ": $lineages" "sudo -n $lineages")" \
	"$({
		sed -n "s/^ *command_line.*\(sudo -n [^']*\)'*\$/\1/p" "$nagios/commands.cfg"
		sed -n -e 's/^ *command\[check_dane_lineages\]=//p' "$nagios/README"
		sed -n -e 's/^ *nagios ALL=(root) NOPASSWD//p' "$nagios/README"
		sed -n 's/^\tcommand = \[ \("sudo".*\) \]$/\1/p' "$nagios/icinga2-commands.conf" | tr -d '",'
	})"
status "it runs, where there is no lineage" 3 env DANEPROBE_DIR="$work" sh -c "$DANEPROBE ${lineages#* }"
says "and its output is a plugin's" "DANE LINEAGE UNKNOWN - there is no lineage in $work:" out
# All options are arguments, but those that would make the output another one, those for
# long lists, and further tries, which are the monitor's own.
options()
{
	"$(dirname "$DANEPROBE")/check_dane" --help | sed -n 's/^  \(-., \|    \)\(--[a-z0-9-]*\).*/\2/p' |
		grep -vx -e --help -e --version -e --output -e --dry-run -e --no-sandbox \
			-e --shard -e --shard-by -e --resume -e --summary -e --workers -e --lookup-only \
			-e --dns-rate -e --dns-per-server \
			-e --per-host -e --per-net -e --per-target -e --retries
}

arguments()
{
	sed -n 's/^\t\t"\(--[a-z0-9-]*\)" =.*/\1/p' "$nagios/icinga2-commands.conf"
}

# "OPTION value|set_if VARIABLE [list]", one a line
kinds()
{
	awk '/^\t\t"--/ { split($0, part, "\""); name = part[2]; kind = ""; list = "" }
		/^\t\t\tvalue =/ { kind = "value " $3 }
		/^\t\t\tset_if =/ { kind = "set_if " $3 }
		/^\t\t\trepeat_key = true/ { list = " list" }
		/^\t\t}/ && name { gsub("\"", "", kind); print name, kind list; name = "" }' \
		"$nagios/icinga2-commands.conf" | sort
}

basket_kinds()
{
	jq -r '.Command.dane.arguments | to_entries[] |
		"\(.key) \(if .value.set_if then "set_if \(.value.set_if)" else "value \(.value.value)" end)" +
		(if .value.repeat_key then " list" else "" end)' "$nagios/director-basket.json" | sort
}

# Each argument's variable is a field with the type that it needs.
basket_fields()
{
	jq -r '. as $all | .Command.dane.fields[] | $all.Datafield[.datafield_id | tostring] |
		"\(.varname) \(.datatype | split("\\") | last)"' "$nagios/director-basket.json" | sort
}

wanted_fields()
{
	kinds | awk '{ gsub("[$]", "", $3)
		print $3, ($4 == "list" ? "DataTypeArray" : $2 == "set_if" ? "DataTypeBoolean" : "DataTypeString") }' | sort
}

# of the CheckCommand dane_lineages, as one line
lineages_command()
{
	sed -n '/^object CheckCommand "dane_lineages"/,/^}/s/^\tcommand = \[ \(.*\) \]$/\1/p' \
		"$nagios/icinga2-commands.conf" | tr -d '",' | sed 's,^sudo,/usr/bin/sudo,'
}

same "the Icinga command has every option of check_dane as an argument" "$(options | sort)" "$(arguments | sort)"
same "its variables are called as the options" \
	"$(arguments | sed -e 's/--/$dane_/' -e 's/-/_/g' -e 's/$/$/' | sort)" "$(kinds | cut -d ' ' -f 3 | sort)"
if have jq; then
	same "the Director's basket has the same arguments" "$(kinds)" "$(basket_kinds)"
	same "the Director's basket has their fields" "$(wanted_fields)" "$(basket_fields)"
	same "each field of the basket is used" "$(jq '.Datafield | length' "$nagios/director-basket.json")" \
		"$(basket_fields | uniq | wc -l)"
	same "the basket's command is the plugin" /usr/local/bin/check_dane \
		"$(jq -r .Command.dane.command "$nagios/director-basket.json")"
	# The Director takes the words of a command that begins with a slash as they are.
	same "the basket asks for lineages as Icinga's definition does" \
		"$(lineages_command)" "$(jq -r .Command.dane_lineages.command "$nagios/director-basket.json")"
	same "a template uses it, on the agent" "dane_lineages true" \
		"$(jq -r '.ServiceTemplate.dane_lineages | "\(.check_command) \(.use_agent)"' \
			"$nagios/director-basket.json")"
else
	skip "the Director's basket has the same arguments" "jq is not installed"
fi
finish
