#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Make and sign the zones of zones.txt: DIR/zones/NAME@SERVER is what that name server loads.
# Also DIR/root.hints and DIR/root.key. zones.sh --sign ZONE SERVER ALG DENIAL FROM TO DAMAGE
# signs one of them. Where they are there already, from a stock, only those are signed again that
# tell of hours or minutes.
set -euf
zones=$dir/zones

key_of()
{
	cat "$zones/$1.keyname"
}

address_of()
{
	awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$labsrc/dns.tsv"
}

# A stamp for ldns-signzone, from days (3), hours (3h) or minutes (3m), from now.
stamp()
{
	case $1 in
	*h) date -u -d "${1%h} hours" +%Y%m%d%H%M%S ;;
	*m) date -u -d "${1%m} minutes" +%Y%m%d%H%M%S ;;
	*) date -u -d "$1 days" +%Y%m%d%H%M%S ;;
	esac
}

# sign FILE ZONE DENIAL FROM TO OUT
sign()
{
	case $3 in
	nsec3) flags="-n -t 0" ;;
	nsec3many) flags="-n -t 200" ;;
	optout) flags="-n -t 0 -p" ;;
	*) flags= ;;
	esac
	# shellcheck disable=SC2086
	(cd "$zones" && ldns-signzone $flags -i "$(stamp "$4")" -e "$(stamp "$5")" \
		-o "$2" -f "$6" "$1" "$(key_of "$2")")
}

# What DAMAGE does to a signed zone; TYPE is the type that it does it to.
damage()
{
	file=$1 zone=$2 denial=$3 what=${4%%:*} type=${4#*:}
	case $what in
	none)
		return 0
		;;
	expire | age | early | late) # only the signatures over TYPE are from another signing
		case $what in
		expire) from=-60 to=-30 ;;
		age) from=-691h to=29h ;; # 4 % of 30 days are left
		early) from=1h to=30 ;;
		late) from=-10 to=-1h ;;
		esac
		sign "$file.plain" "$zone" "$denial" "$from" "$to" "$file.old"
		awk -v t="$type" '$4 == "RRSIG" && $5 == t' "$file.old" >"$file.add"
		awk -v t="$type" '!($4 == "RRSIG" && $5 == t)' "$file" | cat - "$file.add" >"$file.new"
		;;
	corrupt) # the signature's middle is changed, its length isn't
		awk -v t="$type" '$4 == "RRSIG" && $5 == t {
			c = substr($13, 20, 1)
			$13 = substr($13, 1, 19) (c == "A" ? "B" : "A") substr($13, 21)
		} { print }' "$file" >"$file.new"
		;;
	missing) # no signature over TYPE
		awk -v t="$type" '!($4 == "RRSIG" && $5 == t)' "$file" >"$file.new"
		;;
	remove) # no record of TYPE, and no signature over it
		awk -v t="$type" '$4 != t && !($4 == "RRSIG" && $5 == t)' "$file" >"$file.new"
		;;
	unsign)
		cp "$file.plain" "$file.new"
		;;
	*)
		echo "zones.sh: unknown damage $4" >&2
		exit 1
		;;
	esac
	mv "$file.new" "$file"
}

if [ "${1:-}" = --sign ]; then
	file=$zones/$2@$3
	mv "$file" "$file.plain"
	if [ "$5" = none ]; then
		cp "$file.plain" "$file"
		exit 0
	fi
	sign "$file.plain" "$2" "$5" "$6" "$7" "$file"
	damage "$file" "$2" "$5" "$8"
	exit 0
fi

if [ -e "$zones/list" ]; then
	awk -F '\t' '$5 ~ /[hm]$/ || $6 ~ /[hm]$/ || $7 ~ /^(age|early|late):/' "$zones/list" >"$zones/hours"
	while IFS='	' read -r zone server rest; do
		mv "$zones/$zone@$server.plain" "$zones/$zone@$server"
	done <"$zones/hours"
	tr '\t' '\n' <"$zones/hours" | xargs -n7 -P2 "$0" --sign
	exit 0
fi

mkdir -p "$zones"
awk -v out="$zones" -f "$labsrc/zones.awk" "$labsrc/tls.tsv" "$labsrc/services.tsv" \
	"$labsrc/dns.tsv" "$dir/certs/data" "$labsrc/zones.txt"

# Keys, one for each zone; then what the parents say of their children; then the signatures.
cut -f1,3,4 "$zones/list" | sort -u | while read -r zone alg denial; do
	[ "$denial" != none ] || continue
	name=$zone
	[ "$zone" != . ] || name=root
	(cd "$zones" && ldns-keygen -k -a "$alg" -b 2048 "$zone") >"$zones/$zone.keyname"
	[ "$name" = "$zone" ] || cp "$zones/$zone.keyname" "$zones/$name.keyname"
done
while IFS='	' read -r zone servers ds parent; do
	for server in $servers; do
		printf '%s.\tIN\tNS\t%s.nic.example.\n' "$zone" "$server"
		[ "$parent" != .@root ] ||
			printf '%s.nic.example.\tIN\tA\t%s\n' "$server" "$(address_of "$server")"
	done >>"$zones/$parent"
	case $ds in
	yes) cat "$zones/$(key_of "$zone").ds" ;;
	wrong) sed 's/.\{60\}$/000000000000000000000000000000000000000000000000000000000000/' \
		"$zones/$(key_of "$zone").ds" ;;
	unknown) printf '%s.\tIN\tDS\t4711 13 253 00112233445566778899\n' "$zone" ;;
	esac >>"$zones/$parent"
done <"$zones/delegations"
tr '\t' '\n' <"$zones/list" | xargs -n7 -P2 "$0" --sign

cat "$zones/$(key_of .).key" >"$dir/root.key"
cat >"$dir/root.hints" <<EOF
.			3600000	NS	a.root-servers.net.
a.root-servers.net.	3600000	A	$(awk '$1 == "root" { print $2 }' "$labsrc/dns.tsv")
EOF
