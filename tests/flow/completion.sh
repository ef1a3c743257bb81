#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What shells complete: every option of every verb as --help has it, choices, files, lineages; asked
# as bash, zsh and fish ask, by the scripts that are installed.
. "$(dirname "$0")/common.sh"
: "${top_srcdir:=$(cd "$OLDPWD/$(dirname "$0")/../.." && pwd)}"
scripts=$top_srcdir/doc/completion

mkdir bin lineages lineages/mail lineages/www
: >lineages/mail/lineage.conf
: >lineages/www/lineage.conf
: >some-file
ln -s "$DANEPROBE" bin/daneprobe
ln -s "$DANEPROBE" bin/check_dane
PATH=$PWD/bin:$PATH
DANEPROBE_DIR=$PWD/lineages
HOME=$PWD
export PATH DANEPROBE_DIR HOME

options_of_help()
{
	"$@" --help | awk '/^  *-/ { for (i = 1; i <= NF && $i ~ /^-/; i++) {
		sub(/,$|\[=.*/, "", $i); if ($i ~ /^--/) print $i } }' | sort -u
}

# candidates PROGRAM WORD...: without what they are
candidates()
{
	program=$1
	shift
	"$program" --complete "$@" | cut -f1
}

verbs=$(daneprobe --help | awk '/^Verbs:/ { on = 1; next } on && /^  [a-z]/ { print $1 }')
same "the first word is a verb" "$(echo "$verbs" | sort)" "$(candidates daneprobe '' | grep -v ^- | sort)"
for verb in $verbs; do
	same "$verb: the options are those of --help" "$(options_of_help daneprobe "$verb")" \
		"$(candidates daneprobe "$verb" -- | sort)"
done
same "check_dane: likewise" "$(options_of_help check_dane)" "$(candidates check_dane -- | sort)"
says "with what each is" "$(printf -- '--chain\t')" "$(daneprobe --complete verify --ch >out; echo out)"
same "nothing is offered behind what isn't a verb" '' "$(candidates daneprobe nonsense -)"
same "no word at all is the first one" check "$(candidates daneprobe | head -n 1)"

# What each shell makes of "WORDS" whose last one is being typed, sorted, in one line
ask_bash()
{
	# shellcheck disable=SC2016
	bash -c '. "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _daneprobe; printf "%s\n" "${COMPREPLY[@]}"' \
		"$scripts/bash/daneprobe" "$@" | sort | paste -sd ' '
}

ask_zsh()
{
	# shellcheck disable=SC2016
	zsh -fc 'words=("$@") CURRENT=$#
		_files() { print -l -- ${~words[-1]}*(N) }
		_describe() { local name; for name in "$@"; do [[ $name = described ]] && print -l -- "${(@)described%%:[a-zA-Z0-9]*}"; done; true }
		source "$0"' "$scripts/zsh/_daneprobe" "$@" | sed 's/\\:/:/g' | sort | paste -sd ' '
}

ask_fish()
{
	fish --no-config -c "source '$scripts/fish/daneprobe.fish'; complete -C '$*'" | cut -f1 | sort | paste -sd ' '
}

for shell in bash zsh fish; do
	if ! have $shell; then
		skip "$shell" "$shell is not installed"
		continue
	fi
	same "$shell: verbs" "record renew" "$(ask_$shell daneprobe re)"
	same "$shell: options" "--warn-expiry --warn-rrsig --warn-time" "$(ask_$shell daneprobe check --warn)"
	same "$shell: choices" "nagios ndjson" "$(ask_$shell daneprobe check -o n)"
	same "$shell: files" "some-file" "$(ask_$shell daneprobe check --ca-file some)"
	same "$shell: lineages" "mail" "$(ask_$shell daneprobe rollover ma)"
	same "$shell: the plugin" "smtp submission" "$(ask_$shell check_dane --starttls s | sed 's/ sieve//;s/sieve //')"
done
# bash cuts words at "=" and ":"; what stands before stays
! have bash || {
	same "bash: behind the sign" nagios "$(ask_bash daneprobe check --output = na)"
	same "bash: nothing typed behind it" "auto both ecdsa rsa" "$(ask_bash daneprobe check --auth =)"
	same "bash: behind a colon" "//" "$(ask_bash daneprobe check mx :)"
	check "bash takes the script" bash -n "$scripts/bash/daneprobe"
}
finish
