#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a lineage's runs tell where something is wrong: the cause, and what it really is.
#   lineage-texts.sh [PART]...   in a lab of its own, or in the one that $LAB names
. "$(cd "$(dirname "$0")" && pwd)/parts.sh"
. "$src/life.sh"
. "$src/worlds.sh"

jobs=1 # each part has the zone's servers at their addresses

two_knots()
{
	serve knot_primary primary 127.53.3.1 127.53.3.2
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
}

# events WORD: how often the journal has it
events()
{
	awk -v word="$1" '$4 == word' etc/www/journal | wc -l
}

part_a_server_that_was_not_reloaded()
{
	begin
	two_knots
	new 127.53.3.1
	roll_until idle
	printf '#!/bin/sh\n' >deploy.sh
	dp 0 rollover www
	tries=0
	until grep -q 'still presents key' err; do
		tries=$((tries + 1))
		[ "$tries" -lt 20 ] || fail "it isn't told: $(cat out err)"
		"$DANEPROBE" rollover --dir "$PWD/etc" $R -t 5 www >out 2>err || :
		sleep 0.3
	done
	has err "still presents key 0001: does its server read $PWD/etc/www/live, and was it reloaded?"
	hasnt err "not the lineage's"
}

part_the_journal_notes_what_was_changed()
{
	begin
	two_knots
	new 127.53.3.1
	roll_until idle
	[ "$(events added)" -eq 2 ] || fail "two records are added: $(cat etc/www/journal)"
	dp 0 publish www # nothing is new
	[ "$(events added)" -eq 2 ] || fail "a record that was there is noted as added: $(cat etc/www/journal)"
	dp 0 rollover www
	tell secondary
	roll_until retiring
	step
	tell secondary
	roll_until idle
	[ "$(events added)" -eq 3 ] || fail "one record is added: $(cat etc/www/journal)"
	[ "$(events removed)" -eq 1 ] || fail "one record is removed: $(cat etc/www/journal)"
}

# An emergency that waits says until when.
part_an_emergency_says_when()
{
	begin
	two_knots
	new 127.53.3.1
	roll_until idle
	sed -i 's/^ttl = .*/ttl = 600/' etc/www/lineage.conf
	sed -i 's/"agree_since": "[^"]*"/"agree_since": null/' etc/www/state
	dp 0 rollover www --emergency
	state_is published || fail "it doesn't wait"
	dp 1 status www
	grep -Eq '^www .* install key 0002 \(.*\) +20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$' out ||
		fail "no time in its row: $(cat out)"
	has out 'key 0001 is compromised and in use'
}

# clock_is_told SERVER: this host's clock is ten minutes ahead, the signatures are good all the same
clock_is_told()
{
	command -v faketime >/dev/null || skip "faketime is not installed"
	# shellcheck disable=SC2086
	run 1 faketime -f +10m "$DANEPROBE" status --dir "$PWD/etc" $R -t 5 --check www
	tr -s ' \n' '  ' <out >line
	grep -Eq "$1 answers BADTIME: its clock says 20[-0-9T:]*Z, this host's 20[-0-9T:]*Z: set the one that is wrong" line ||
		fail "the clocks aren't told: $(cat out)"
	hasnt line NOTAUTH
}

part_a_wrong_clock_at_knot()
{
	begin
	two_knots
	new 127.53.3.1
	clock_is_told 127.53.3.1
}

part_a_wrong_clock_at_bind()
{
	command -v named >/dev/null || skip "named is not installed"
	begin
	trap stop_bind EXIT
	bind_primary
	serve knot_secondary secondary 127.53.3.2 127.53.3.1
	new 127.53.3.1
	clock_is_told 127.53.3.1
}

parts_main "$@"
