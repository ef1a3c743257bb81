# SPDX-License-Identifier: BSD-2-Clause
# zones.txt to unsigned zone files OUT/ZONE@SERVER, OUT/list (what to sign, and how) and
# OUT/delegations. Reads tls.tsv, services.tsv, dns.tsv, certs/data and zones.txt, in that order.

function fail(text)
{
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	exit 1
}

function begin_zone(    i, kv)
{
	zone = $2
	alg = "ECDSAP256SHA256"; denial = "nsec"; from = "-1"; to = "30"
	at = "a"; ns = ""; ds = "yes"; damage = "none"
	for (i = 3; i <= NF; i++) {
		split($i, kv, "=")
		if (kv[1] == "alg") alg = kv[2]
		else if (kv[1] == "denial") denial = kv[2]
		else if (kv[1] == "from") from = kv[2]
		else if (kv[1] == "to") to = kv[2]
		else if (kv[1] == "at") at = kv[2]
		else if (kv[1] == "ns") ns = kv[2]
		else if (kv[1] == "ds") ds = kv[2]
		else if (kv[1] == "damage") damage = kv[2]
		else fail("unknown option " $i)
	}
	if (denial == "none")
		ds = "no"
	if (ns == "") ns = at
	gsub(",", " ", ns)
	file = out "/" zone "@" at
	print zone "\t" at "\t" alg "\t" denial "\t" from "\t" to "\t" damage > (out "/list")
	suffix = (zone == ".") ? "" : zone
	print "$ORIGIN " (zone == "." ? "." : zone ".") > file
	print "$TTL 3600" > file
	print "@ SOA ns.nic.example. hostmaster.nic.example. 1 3600 600 604800 300" > file
	n_ns = split(ns, list, " ")
	for (i = 1; i <= n_ns; i++)
		print "@ NS " (zone == "." ? "a.root-servers.net." : list[i] ".nic.example.") > file
	if (zone != "." && !(zone in seen))
		delegated[++n_delegated] = zone
	seen[zone] = file
	if (!(zone in servers)) {
		servers[zone] = ns
		ds_of[zone] = ds
	}
}

# "CERT" or "CERT/S/M"
function data_of(cert, s, m,    part)
{
	if (split(cert, part, "/") == 3) {
		cert = part[1]; s = part[2]; m = part[3]
	}
	if (!((cert, s, m) in data))
		fail("no certificate " cert)
	return data[cert, s, m]
}

BEGIN { FS = "\t" }
FNR == 1 { files++; if (files >= 4) FS = "[ \t]+"; $0 = $0 }
/^#/ || /^[ \t]*$/ { next }
files <= 2 { address[$1] = $2; next }
files == 3 { server[$1] = $2; next }
files == 4 { data[$1, $2, $3] = $4; next }
$1 == "zone" { begin_zone(); next }
# "NAME A @SERVER": the address of a TLS server
$2 ~ /^(A|AAAA)$/ && $3 ~ /^@/ {
	if (!(substr($3, 2) in address))
		fail("no server " $3)
	$3 = address[substr($3, 2)]
}
# "NAME TLSA U S M @CERT": the data of a certificate
$2 == "TLSA" && $6 ~ /^@/ { $6 = data_of(substr($6, 2), $4, $5) }
# "x EACH U SERVER CERT": the combinations of a usage, each at a name of its own, uUSM
$2 == "EACH" {
	for (s = 0; s <= 1; s++)
		for (m = 0; m <= 2; m++) {
			print "u" $3 s m " A " address[$4] > file
			print "_443._tcp.u" $3 s m " TLSA " $3 " " s " " m " " \
				data_of($5, s, m) > file
		}
	next
}
# "NAME FILL N": N records that match nothing
$2 == "FILL" {
	for (i = 1; i <= $3; i++)
		print $1 " TLSA 3 1 1 " sprintf("%064x", 4711 + i) > file
	next
}
# "NAME MANY N": N SRV targets
$2 == "MANY" {
	for (i = 1; i <= $3; i++)
		print $1 " SRV 0 0 993 host" i > file
	next
}
# "NAME EXCHANGES N": N MX hosts, each with a record
$2 == "EXCHANGES" {
	for (i = 1; i <= $3; i++)
		print $1 " MX 10 mx" i ".crowd.example." > file
	next
}
# "NAME ADDRESSES N": N of them, in networks of 50
$2 == "ADDRESSES" {
	for (i = 0; i < $3; i++)
		print $1 " A 127.47." int(i / 50) "." (1 + i % 50) > file
	next
}
# "@ SERVERS": the addresses of all name servers
$2 == "SERVERS" {
	for (s in server)
		print s ".nic A " server[s] > file
	next
}
{ print > file }

END {
	for (i = 1; i <= n_delegated; i++) {
		zone = delegated[i]
		parent = zone
		while (parent != "") {
			if (!sub(/^[^.]+\./, "", parent))
				parent = ""
			if (parent == "" || parent in seen)
				break
		}
		if (parent == "")
			parent = "."
		p = seen[parent]
		sub(/.*\//, "", p)
		print zone "\t" servers[zone] "\t" ds_of[zone] "\t" p > (out "/delegations")
	}
}
