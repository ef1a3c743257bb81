#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The definitions of nagios/ in a running Nagios and in running Icinga 2 instances, one alone and
# a master with a satellite, through every state of services in the lab. TAP, one test a
# part_NAME function.
#   monitors.sh [PART]...   in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"

nagios_dir=$src/../../nagios
states='OK WARNING CRITICAL UNKNOWN'
labels='cert_days rrsig_hours time peers_matched cert_days_warn cert_days_crit rrsig_hours_warn rrsig_hours_crit'

# What the lab has for each state.
target_of()
{
	case $1 in
	OK) echo https://ee.match.example ;;
	WARNING) echo https://ee20.time.example ;;
	CRITICAL) echo https://wrong.match.example ;;
	UNKNOWN) echo https://192.0.2.1 ;;
	esac
}

code_of()
{
	case $1 in
	OK | WARNING) echo match ;;
	CRITICAL) echo mismatch ;;
	UNKNOWN) echo bad-target ;;
	esac
}

number_of()
{
	case $1 in
	OK) echo 0 ;;
	WARNING) echo 1 ;;
	CRITICAL) echo 2 ;;
	UNKNOWN) echo 3 ;;
	esac
}

# until_so SECONDS COMMAND...: the command succeeds in time
until_so()
{
	tries=$(($1 * 10))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

perfdata()
{
	# shellcheck disable=SC2086
	/usr/bin/python3 "$src/perfdata.py" $labels <"$1" >&2 || fail "malformed performance data"
}

# with_path FILE: a definition file with the path of the program under test; the lineages in etc are
# of who runs the test
with_path()
{
	sed -e "s|/usr/local/bin/|$(dirname "$DANEPROBE")/|" -e 's/"sudo", "-n", //; s/sudo -n //' "$nagios_dir/$1"
}

# a_lineage: in etc, for the definitions that look at lineages
a_lineage()
{
	[ "${LAB_NAMESPACE:-}" != user ] || skip "what is above a lineage has to belong to root"
	export DANEPROBE_DIR="$PWD/etc"
	run 0 "$DANEPROBE" new www --even-if-insecure -q -d www.example.com --service https://www.example.com \
		--resolver 127.0.0.1@1 -t 1
}

#
# Nagios
#
nagios_objects()
{
	cat <<-EOF
	define timeperiod {
	    timeperiod_name  always
	    alias            always
	    monday           00:00-24:00
	    tuesday          00:00-24:00
	    wednesday        00:00-24:00
	    thursday         00:00-24:00
	    friday           00:00-24:00
	    saturday         00:00-24:00
	    sunday           00:00-24:00
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
	    max_check_attempts   1
	    check_interval       1
	    retry_interval       1
	    check_period         always
	    notification_period  always
	    contacts             nobody
	}
	define host {
	    host_name            ee.match.example
	    alias                wrong.match.example
	    address              127.44.1.2
	    max_check_attempts   3
	    check_period         always
	    notification_period  always
	    contacts             nobody
	}
	EOF
}

# nagios_service NAME COMMAND
nagios_service()
{
	cat <<-EOF
	define service {
	    use                  generic-service
	    host_name            ee.match.example
	    service_description  $1
	    check_command        $2
	}
	EOF
}

nagios_config()
{
	cat <<-EOF
	log_file=$PWD/nagios.log
	cfg_file=$PWD/objects.cfg
	cfg_file=$PWD/commands.cfg
	object_cache_file=$PWD/objects.cache
	status_file=$PWD/status.dat
	temp_file=$PWD/nagios.tmp
	temp_path=$PWD
	check_result_path=$PWD
	lock_file=$PWD/nagios.lock
	command_file=$PWD/nagios.cmd
	query_socket=$PWD/nagios.qh
	state_retention_file=$PWD/retention.dat
	nagios_user=$(id -un)
	nagios_group=$(id -gn)
	interval_length=1
	status_update_interval=1
	check_result_reaper_frequency=1
	service_inter_check_delay_method=n
	max_service_check_spread=1
	enable_notifications=0
	check_for_updates=0
	use_syslog=0
	EOF
}

# nagios_seen SERVICE FIELD: as the status file has it now, if the service was checked
nagios_seen()
{
	awk -v wanted="$1" -v field="$2" '
		/^servicestatus / { name = value = ""; checked = 0; next }
		{ sub(/^[ \t]*/, "") }
		index($0, "service_description=") == 1 { name = substr($0, 21) }
		index($0, "has_been_checked=1") == 1 { checked = 1 }
		index($0, field "=") == 1 { value = substr($0, length(field) + 2) }
		/^}/ { if (name == wanted && checked) { print value; exit }; name = "" }' status.dat 2>/dev/null
}

nagios_has()
{
	[ "$(nagios_seen "$1" "$2")" = "$3" ]
}

nagios_starts()
{
	nagios=nagios4
	command -v nagios4 >/dev/null || nagios=nagios
	command -v $nagios >/dev/null || skip "Nagios is not installed"
	nagios_config >nagios.cfg
	with_path commands.cfg >commands.cfg
	run 0 $nagios -v nagios.cfg
	$nagios nagios.cfg >nagios.out 2>&1 &
	helpers="$helpers $!"
}

# nagios_shows SERVICE STATE CODE
nagios_shows()
{
	until_so 20 nagios_has "$1" current_state "$(number_of "$2")" ||
		fail "$1 is '$(nagios_seen "$1" plugin_output)', not $2: $(tail -n 5 nagios.log nagios.out)"
	nagios_seen "$1" plugin_output >line
	grep -q "^DANE $2 - .* $3: " line || fail "$1: $(cat line)"
	nagios_seen "$1" performance_data >perf
	[ "$2" = UNKNOWN ] || perfdata perf
	nagios_seen "$1" long_plugin_output >long
	case $2 in
	OK | WARNING) has long 'the published key' ;;
	*) has long '\n  Do: ' ;;
	esac
}

part_nagios_through_all_states()
{
	a_lineage
	{
		nagios_objects
		nagios_service walk "check_dane!https://ee.match.example!$R -q -f $PWD/targets"
		nagios_service unhurt "check_dane_host!https!$R -w 20 -c 10"
		nagios_service here "check_dane_address!https!$R"
		nagios_service lineages check_dane_lineages
		for state in $states; do
			nagios_service "$state" "check_dane!$(target_of "$state")!$R"
		done
	} >objects.cfg
	: >targets
	nagios_starts
	for state in $states; do
		nagios_shows "$state" "$state" "$(code_of "$state")"
	done
	nagios_shows unhurt OK match
	# At its own address alone, by the name in its alias.
	nagios_shows here CRITICAL mismatch
	grep -q '127.44.1.2' long || fail "another address: $(cat long)"
	until_so 20 nagios_has lineages current_state 0 || fail "$(nagios_seen lineages plugin_output)"
	nagios_seen lineages plugin_output | grep -q '^DANE LINEAGE OK - www staged: next ' ||
		fail "$(nagios_seen lineages plugin_output)"
	rm etc/www/lineage.conf
	until_so 20 nagios_has lineages current_state 3 || fail "$(nagios_seen lineages plugin_output)"
	# One service through them all, and back.
	until_so 20 nagios_has walk current_state 0 || fail "$(nagios_seen walk plugin_output)"
	for state in WARNING CRITICAL UNKNOWN OK; do
		target_of "$state" >new
		mv new targets
		until_so 20 nagios_has walk current_state "$(number_of "$state")" ||
			fail "the walk to $state ends at $(nagios_seen walk plugin_output)"
		nagios_seen walk plugin_output | grep -q "^DANE $state - " || fail "$(nagios_seen walk plugin_output)"
	done
}

#
# Icinga 2
#
# Its folders are the test's, and it runs as who runs the test.
icinga()
{
	folder=$1
	shift
	${with:-} icinga2 "$@" -DConfigDir="$folder" -DZonesDir="$folder/zones.d" -DDataDir="$folder/data" -DLogDir="$folder/log" \
		-DCacheDir="$folder/cache" -DInitRunDir="$folder/run" -DSpoolDir="$folder/spool" \
		-DPluginDir=/usr/lib/nagios/plugins -DRunAsUser="$(id -un)" -DRunAsGroup="$(id -gn)"
}

# node FOLDER NAME: its folders, and a certificate of the CA in FOLDER/ca, made before
icinga_node()
{
	mkdir -p "$1/data/certs" "$1/log" "$1/cache" "$1/run" "$1/spool" "$1/zones.d"
	{
		icinga "$ca" pki new-cert --cn "$2" --key "$1/data/certs/$2.key" --csr "$1/csr"
		icinga "$ca" pki sign-csr --csr "$1/csr" --cert "$1/data/certs/$2.crt"
	} >"$1/pki" 2>&1 || fail "$(cat "$1/pki")"
	cp "$ca/data/ca/ca.crt" "$1/data/certs/ca.crt"
}

icinga_ca()
{
	command -v icinga2 >/dev/null || skip "icinga2 is not installed"
	command -v curl >/dev/null || skip "curl is not installed"
	ca=$PWD/ca
	mkdir -p "$ca/data" "$ca/log"
	icinga "$ca" pki new-ca >pki 2>&1 || fail "$(cat pki)"
}

# icinga_base NAME ADDRESS PORT: what every instance has
icinga_base()
{
	cat <<-EOF
	include <itl>
	include <plugins>
	const NodeName = "$1"
	const ZoneName = "$1"
	object CheckerComponent "checker" {
	    concurrent_checks = 8
	}
	object FileLogger "main" {
	    severity = "information"
	    path = LogDir + "/icinga2.log"
	}
	object ApiListener "api" {
	    bind_host = "$2"
	    bind_port = $3
	    accept_config = true
	    accept_commands = true
	}
	object ApiUser "test" {
	    password = "test"
	    permissions = [ "*" ]
	}
	EOF
}

# dane_options: those that lead to the lab's root, as a host's variables
dane_options()
{
	cat <<-EOF
	    vars.dane_root_hints = "$LAB/root.hints"
	    vars.dane_trust_anchor = "$LAB/root.key"
	    vars.dane_ca_file = "$LAB/ca.pem"
	EOF
}

# icinga_starts FOLDER: its configuration is taken, and it runs
icinga_starts()
{
	icinga "$1" daemon -C -c "$1/icinga2.conf" >"$1/check" 2>&1 || fail "$(cat "$1/check")"
	{
		with='exec' # else the part's end would reach the shell alone
		icinga "$1" daemon -c "$1/icinga2.conf"
	} >"$1/out" 2>&1 &
	helpers="$helpers $!"
}

# api PATH [JSON]: what the instance $api, as NAME:ADDRESS, answers at port 5665
api()
{
	path=$1 name=${api%%:*}
	shift
	curl -sS --cacert "$ca/data/ca/ca.crt" --resolve "$name:5665:${api#*:}" --max-time 10 -u test:test \
		-H 'Accept: application/json' ${1:+-X POST -d "$1"} "https://$name:5665/v1/$path"
}

# icinga_seen HOST SERVICE FILTER: of the last result, as the API has it now
icinga_seen()
{
	api "objects/services?service=$(printf '%s!%s' "$1" "$2" | jq -sRr @uri)" 2>/dev/null |
		jq -r ".results[0].attrs.last_check_result | $3" 2>/dev/null
}

icinga_has()
{
	[ "$(icinga_seen "$1" "$2" "$3")" = "$4" ]
}

# icinga_shows HOST SERVICE STATE CODE
icinga_shows()
{
	# Before the satellite has the command it answers by itself that it hasn't.
	until_so 30 icinga_has "$1" "$2" '"\(.state) \(.output | split(" - ")[0])"' "$(number_of "$3") DANE $3" ||
		fail "$2 is '$(icinga_seen "$1" "$2" .output)', not $3: $(cat ./*/out | tail -n 20)"
	icinga_seen "$1" "$2" .output >text
	head -n 1 text >line
	grep -q "^DANE $3 - .* $4: " line || fail "$2: $(cat line)"
	icinga_seen "$1" "$2" '.performance_data | join(" ")' >perf
	[ "$3" = UNKNOWN ] || perfdata perf
	case $3 in
	OK | WARNING) has text 'the published key' ;;
	*) has text '  Do: ' ;;
	esac
}

# Makes the service check another target from now on.
icinga_retarget()
{
	api "objects/services/$(printf '%s!%s' "$1" "$2" | jq -sRr @uri)" \
		"{\"attrs\": {\"vars.dane_hostname\": \"$3\"}}" >answer
	jq -e '.results[0].code == 200' <answer >&2 || fail "$(cat answer)"
}

icinga_check_now()
{
	api "actions/reschedule-check?service=$(printf '%s!%s' "$1" "$2" | jq -sRr @uri)" '{"force": true}' >answer
	jq -e '.results[0].code == 200' <answer >&2 || fail "$(cat answer)"
}

icinga_services()
{
	with_path icinga2-services.conf | sed 's/_interval = .*/_interval = 1s/'
}

part_icinga_through_all_states()
{
	a_lineage
	icinga_ca
	icinga_node "$PWD/one" one
	api=one:127.44.20.1
	{
		icinga_base one 127.44.20.1 5665
		cat <<-EOF
		object Endpoint "one" { }
		object Zone "one" {
		    endpoints = [ "one" ]
		}
		EOF
		with_path icinga2-commands.conf
		icinga_services
		cat <<-EOF
		object Host "ee.match.example" {
		    check_command = "dummy"
		    zone = "one"
		    vars.dane["plain"] = { dane_timeout = 5, dane_ipv4 = true, dane_on = [ "slow=ok", "no-tlsa=warning" ] }
		    vars.dane["soon"] = { dane_warning = 90, dane_critical = "10%" }
		    vars.dane["elsewhere"] = { dane_ip_address = [ "127.44.1.1", "127.44.1.2" ] }
		    vars.dane["walk"] = { }
		EOF
		for state in $states; do
			echo "    vars.dane[\"$state\"] = { dane_hostname = \"$(target_of "$state")\" }"
		done
		echo '    vars.dane["lineages"] = { dane_lineages_endpoint = "one" }'
		dane_options
		echo '}'
	} >one/icinga2.conf
	icinga_starts "$PWD/one"
	for state in $states; do
		icinga_shows ee.match.example "dane $state" "$state" "$(code_of "$state")"
	done
	icinga_shows ee.match.example 'dane plain' OK match
	icinga_seen ee.match.example 'dane plain' '.command | join(" ")' >line
	has line '--hostname ee.match.example'
	has line '--timeout 5'
	has line '--ipv4'
	has line '--on slow=ok --on no-tlsa=warning'
	until_so 30 icinga_has ee.match.example 'dane lineages' '"\(.state) \(.output | split(":")[0])"' \
		'0 DANE LINEAGE OK - www staged' || fail "$(icinga_seen ee.match.example 'dane lineages' .output)"
	icinga_shows ee.match.example 'dane soon' WARNING match
	icinga_shows ee.match.example 'dane elsewhere' CRITICAL mismatch
	for state in $states OK; do
		icinga_retarget ee.match.example 'dane walk' "$(target_of "$state")"
		icinga_shows ee.match.example 'dane walk' "$state" "$(code_of "$state")"
	done
}

# Both know both.
icinga_zones()
{
	cat <<-EOF
	object Endpoint "master" {
	    host = "127.44.20.2"
	    port = 5665
	}
	object Zone "master" {
	    endpoints = [ "master" ]
	}
	object Endpoint "satellite" {
	    host = "127.44.20.3"
	    port = 5665
	}
	object Zone "satellite" {
	    endpoints = [ "satellite" ]
	    parent = "master"
	}
	object Zone "everywhere" {
	    global = true
	}
	EOF
}

icinga_checked_by()
{
	until_so 30 icinga_has "$1" "$2" .check_source "$3" ||
		fail "$2 was checked by $(icinga_seen "$1" "$2" .check_source), not $3"
}

part_icinga_master_and_satellite()
{
	icinga_ca
	icinga_node "$PWD/master" master
	icinga_node "$PWD/satellite" satellite
	{ icinga_base master 127.44.20.2 5665; icinga_zones; } >master/icinga2.conf
	{ icinga_base satellite 127.44.20.3 5665; icinga_zones; } >satellite/icinga2.conf
	# All else is on the master, which hands it on.
	mkdir -p master/zones.d/everywhere master/zones.d/satellite master/zones.d/master
	with_path icinga2-commands.conf >master/zones.d/everywhere/dane.conf
	icinga_services >master/zones.d/everywhere/services.conf
	{
		echo 'object Host "ee.match.example" {'
		echo '    check_command = "dummy"'
		dane_options
		for state in $states; do
			echo "    vars.dane[\"$state\"] = { dane_hostname = \"$(target_of "$state")\" }"
		done
		echo '    vars.dane["walk"] = { }'
		echo '}'
	} >master/zones.d/satellite/hosts.conf
	{
		echo 'object Host "all.match.example" {'
		echo '    check_command = "dummy"'
		dane_options
		echo '    vars.dane["here"] = { dane_hostname = "imaps://all.match.example" }'
		echo '    vars.dane["there"] = { dane_hostname = "imaps://all.match.example", dane_endpoint = "satellite" }'
		echo '}'
	} >master/zones.d/master/hosts.conf
	icinga_starts "$PWD/satellite"
	icinga_starts "$PWD/master"
	api=master:127.44.20.2
	# The satellite's zone: checked there, told here.
	for state in $states; do
		icinga_shows ee.match.example "dane $state" "$state" "$(code_of "$state")"
		icinga_checked_by ee.match.example "dane $state" satellite
	done
	# One target from two vantage points.
	icinga_checked_by all.match.example 'dane here' master
	icinga_shows all.match.example 'dane here' OK match
	# What was asked for while the satellite loaded its first configuration is lost for a minute.
	icinga_check_now all.match.example 'dane there'
	icinga_checked_by all.match.example 'dane there' satellite
	icinga_shows all.match.example 'dane there' OK match
	# A change on the master reaches the satellite, and its result the master.
	for state in CRITICAL UNKNOWN WARNING OK; do
		icinga_retarget ee.match.example 'dane walk' "$(target_of "$state")"
		icinga_shows ee.match.example 'dane walk' "$state" "$(code_of "$state")"
		icinga_checked_by ee.match.example 'dane walk' satellite
	done
}

parts_main "$@"
