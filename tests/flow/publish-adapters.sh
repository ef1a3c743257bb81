#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The scripts of doc/publish, which take what publish = exec gives: each with a stand-in for its tool
# that writes down how it was called. nsupdate is the real one, against no server.
scripts=$(cd "$(dirname "$0")/../../doc/publish" && pwd)
. "$(dirname "$0")/common.sh"

mkdir bin
PATH=$PWD/bin:$PATH
export PATH

# tool NAME BODY...: a stand-in; its arguments go into calls
tool()
{
	name=$1
	shift
	{
		echo '#!/bin/sh'
		echo "echo \"$name \$*\" >>$PWD/calls"
		printf '%s\n' "$@"
	} >"bin/$name"
	chmod +x "bin/$name"
	: >calls
}

a=aa11 b=bb22 c=cc33
record()
{
	printf '{"name":"%s.","ttl":300,"usage":3,"selector":1,"mtype":1,"data":"%s"}' "$1" "$2"
}
owner=_25._tcp.mx.example.com
# a record comes, one goes, and somebody else's is there
change="{\"version\":1,\"zone\":\"example.com\",\"add\":[$(record $owner $a)],\"remove\":[$(record $owner $b)],\"want\":[$(record $owner $a),$(record $owner $c)]}"
# the last one goes
last="{\"version\":1,\"zone\":\"example.com\",\"add\":[],\"remove\":[$(record $owner $b)],\"want\":[]}"
unknown="{\"version\":1,\"zone\":\"example.com\",\"add\":[$(record $owner $a)],\"remove\":[],\"want\":null}"

# give INPUT SCRIPT ARGUMENT...
give()
{
	input=$1 script=$2
	shift 2
	status=0
	printf '%s\n' "$input" | "$scripts/$script.sh" "$@" >out 2>err || status=$?
}

# took NAME TEXT: it succeeded, and calls has this
took()
{
	if [ "$status" -eq 0 ] && grep -qF -e "$2" calls; then pass "$1"; else
		sed 's/^/# /' calls err
		fail "$1"
	fi
}

tool nsupdate "cat >>$PWD/calls"
give "$change" nsupdate -k key
took "nsupdate: adds" "update add $owner. 300 TLSA 3 1 1 $a"
took "nsupdate: removes that one only" "update delete $owner. TLSA 3 1 1 $b"
took "nsupdate: its options" "nsupdate -k key"

tool az
give "$change" az group
took "az: adds" "az network dns record-set tlsa add-record --resource-group group --zone-name example.com --record-set-name _25._tcp.mx --certificate-usage 3 --selector 1 --matching-type 1 --certificate-data $a"
took "az: removes" "remove-record --resource-group group --zone-name example.com --record-set-name _25._tcp.mx --certificate-usage 3 --selector 1 --matching-type 1 --certificate-data $b"
if [ "$(grep -n add-record calls | cut -d: -f1)" -lt "$(grep -n remove-record calls | cut -d: -f1)" ]; then
	pass "az: adds before it removes"
else
	fail "az: adds before it removes"
fi

# shellcheck disable=SC2016 # the stand-in's own
tool gcloud 'case "$3" in list) echo there ;; esac'
give "$change" gcloud outside --project=p
took "gcloud: the whole RRset" "gcloud dns record-sets update $owner. --type=TLSA --ttl=300 --zone=outside --project=p --rrdatas=3 1 1 $a,3 1 1 $c"
: >calls
give "$last" gcloud outside
took "gcloud: the last record goes" "gcloud dns record-sets delete $owner. --type=TLSA --zone=outside"
tool gcloud
give "$change" gcloud outside
took "gcloud: a new RRset" "gcloud dns record-sets create $owner. --type=TLSA --ttl=300 --zone=outside --rrdatas=3 1 1 $a,3 1 1 $c"

# shellcheck disable=SC2016 # the stand-in's own
tool aws 'case "$2" in' \
	'list-resource-record-sets) echo "{\"ResourceRecordSets\":[{\"Name\":\"'"$owner"'.\",\"Type\":\"TLSA\",\"TTL\":60,\"ResourceRecords\":[{\"Value\":\"3 1 1 BB22\"},{\"Value\":\"3 1 1 cc33\"}]}]}" ;;' \
	'change-resource-record-sets) jq -c . "${6#file://}" >>'"$PWD"'/calls; echo "{\"ChangeInfo\":{\"Id\":\"/change/C1\"}}" ;;' \
	'esac'
give "$change" aws Z1
took "aws: deletes what is there, to the letter" '{"Action":"DELETE","ResourceRecordSet":{"Name":"'$owner'.","Type":"TLSA","TTL":60,"ResourceRecords":[{"Value":"3 1 1 BB22"},{"Value":"3 1 1 cc33"}]}}'
took "aws: in the same batch as it creates" '{"Action":"CREATE","ResourceRecordSet":{"Name":"'$owner'.","Type":"TLSA","TTL":60,"ResourceRecords":[{"Value":"3 1 1 aa11"},{"Value":"3 1 1 cc33"}]}}'
took "aws: waits" "aws route53 wait resource-record-sets-changed --id /change/C1"
: >calls
give "$last" aws Z1
took "aws: the last record goes" '{"Changes":[{"Action":"DELETE"'

# shellcheck disable=SC2016 # the stand-in's own
tool dnscontrol 'while [ "$1" != --config ]; do shift; done; cat "$2" >>'"$PWD"'/calls'
give "$change" dnscontrol creds.json desec
took "dnscontrol: one zone, and no other name" "dnscontrol push --no-populate --domains example.com --creds creds.json"
took "dnscontrol: purges nothing" 'D("example.com", REG_NONE, DnsProvider(DSP, 0), NO_PURGE'
took "dnscontrol: ours" ', TLSA("_25._tcp.mx", 3, 1, 1, "aa11", TTL(300))'
took "dnscontrol: the others'" ', TLSA("_25._tcp.mx", 3, 1, 1, "cc33", TTL(300))'
give "$last" dnscontrol creds.json desec
if [ "$status" -ne 0 ] && grep -q 'by hand' err; then pass "dnscontrol: says what it can't"; else fail "dnscontrol: says what it can't"; fi

mkdir zones
tool octodns-sync "cat zones/example.com.yaml >>$PWD/calls"
printf 'processors: {only: {class: octodns.processor.filter.TypeAllowlistFilter}, names: {class: octodns.processor.filter.NameAllowlistFilter}}\n' >octodns.yaml
give "$change" octodns octodns.yaml zones
took "octodns: its call" "octodns-sync --config-file octodns.yaml --doit example.com."
if jq -e '."_25._tcp.mx".values | length == 2 and .[0].certificate_association_data == "aa11"' zones/example.com.yaml >jq.out; then
	pass "octodns: the whole RRset"
else
	fail "octodns: the whole RRset"
fi
echo 'processors: {}' >bare.yaml
give "$change" octodns bare.yaml zones
if [ "$status" -ne 0 ] && grep -q 'lacks TypeAllowlistFilter' err; then pass "octodns: not without its filters"; else fail "octodns: not without its filters"; fi

for script in gcloud aws dnscontrol octodns; do
	tool "$script"
	[ "$script" != octodns ] || tool octodns-sync
	give "$unknown" "$script" octodns.yaml zones
	if [ "$status" -ne 0 ] && [ ! -s calls ]; then
		pass "$script: does nothing where nobody knows what else is there"
	else
		fail "$script: does nothing where nobody knows what else is there"
	fi
done
finish
